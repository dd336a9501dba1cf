import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { createHub, type HubFault, type Hub, type HubJournalEntry } from '../../../src/hub/index.js';
import type { DownloaderLimits } from '../../../src/real/limits.js';
import type { ProgramEnd, ProgramOptions } from './engine-program.js';
import type { KillPlan } from './kill-plan.js';

const run = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** As the program has it, which runs where it is imported. */
const SHOWN = 'shown ';

/** Bundles the engine and this test's program. @returns the program's path */
export async function bundleProgram(): Promise<{ program: string; remove: () => Promise<void> }> {
  const caches = here('../../../node_modules/.cache');
  await mkdir(caches, { recursive: true });
  // Inside node_modules, so that the bundle finds the packages it names.
  const folder = await mkdtemp(join(caches, 'crashes-'));
  const program = join(folder, 'engine-program.mjs');
  await build({
    ...{ entryPoints: [here('./engine-program.ts')], outfile: program, logLevel: 'error' },
    ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external' },
  });
  // A thread starts from a file of its own, which a bundle does not take in.
  await copyFile(here('../../../src/real/disk/digest-worker.js'), join(folder, 'digest-worker.js'));
  return { program, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A model to be downloaded in spite of everything. */
export interface CrashModel {
  owner: string;
  repo: string;
  quantization: string;
  sizes: Readonly<Record<string, number>>;
}

export interface CrashOptions {
  program: string;
  model: CrashModel;
  line: readonly HubFault[];
  limits: Partial<DownloaderLimits>;
  /** Each for one process; after the last of them one may come to its end. */
  kills: readonly KillPlan[];
}

export interface CrashResult {
  /** How many processes were killed. */
  kills: number;
  end: ProgramEnd;
  /** Files whose digest another program finds to be another than the hub's. */
  wrong: string[];
  /** What lies about that nobody needs any more. */
  left: string[];
  /** Bytes that were served before a kill, and asked for after it. */
  fetchedTwice: number;
  /** The most by which the bytes that are shown fell, from one look to the next, over all processes. */
  fell: number;
}

/** Downloads with processes that are killed, one after another, until one of them completes. */
export async function downloadWithCrashes({ program, model, line, limits, kills }: CrashOptions): Promise<CrashResult> {
  const { owner, repo, quantization, sizes } = model;
  const id = `${owner}/${repo}`;
  const files = Object.entries(sizes).map(([path, size]) => ({ path, size, storage: 'lfs' as const }));
  const hub = await createHub({ repos: [{ id, files }], rateLimits: false, digestCache: false, faults: line });
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'crashes-')));
  const root = join(folder, 'models');
  try {
    await hub.ready();
    const announced = await digestsOf(hub, id);
    hub.journal.clear();
    const environment = { HOME: folder, HF_HOME: join(folder, 'hugging-face'), HF_ENDPOINT: hub.endpoint };
    const options = { root, environment, limits, owner, repo, quantization, files: files.length };
    let fetchedTwice = 0;
    let killed = 0;
    const shown: number[] = [];
    let served = new Map<string, Range[]>();
    for (const kill of [...kills, undefined]) {
      const before = hub.journal.entries().length;
      const { end, shown: inThis } = await runOnce(program, kill === undefined ? options : { ...options, kill });
      shown.push(...inThis);
      await settled(hub);
      const entries = hub.journal.entries().slice(before);
      fetchedTwice += overlap(served, asked(entries));
      served = rangesOf(hub.journal.entries(), ({ served: range }) => range);
      if (end === 'killed') {
        killed++;
        continue;
      }
      const wrong = await wrongFiles(join(root, owner, repo), announced);
      const fell = Math.max(0, ...shown.slice(1).map((bytes, index) => shown[index]! - bytes));
      return { kills: killed, end, wrong, left: await leftIn(join(root, '.modeldock')), fetchedTwice, fell };
    }
    throw new Error('The last process was killed, too, and not by us.');
  } finally {
    await hub.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a process came to, and what it showed on the way. */
interface ProgramRun {
  end: ProgramEnd | 'killed';
  shown: number[];
}

async function runOnce(program: string, options: ProgramOptions): Promise<ProgramRun> {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const lines = output.trimEnd().split('\n');
  const shown = lines.filter((line) => line.startsWith(SHOWN)).map((line) => Number(line.slice(SHOWN.length)));
  if (signal === 'SIGKILL') return { end: 'killed', shown };
  if (code !== 0)
    throw new Error(`It ended with ${signal ?? code!} (${JSON.stringify(options.kill)}): ${errors}${output}`);
  return { end: JSON.parse(lines.at(-1)!) as ProgramEnd, shown };
}

/** The hub has noticed that whoever asked is gone. */
async function settled(hub: Hub): Promise<void> {
  while (hub.journal.entries().some(({ outcome }) => outcome === 'open')) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function digestsOf(hub: Hub, id: string): Promise<Record<string, string>> {
  const answer = await fetch(`${hub.endpoint}/api/models/${id}/tree/main?recursive=true`);
  const tree = (await answer.json()) as { path: string; lfs: { oid: string } }[];
  return Object.fromEntries(tree.map(({ path, lfs }) => [path, lfs.oid]));
}

async function wrongFiles(folder: string, announced: Readonly<Record<string, string>>): Promise<string[]> {
  const wrong: string[] = [];
  for (const [path, digest] of Object.entries(announced)) {
    const { stdout } = await run('openssl', ['sha256', '-r', join(folder, path)]).catch(() => ({ stdout: '' }));
    if (stdout.slice(0, 64) !== digest) wrong.push(path);
  }
  return wrong;
}

/** Of what lies under `.modeldock`, whatever is for bytes of files. */
async function leftIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /\.(part|journal)$/.test(name));
}

type Range = [start: number, end: number];

function rangesOf(
  entries: readonly HubJournalEntry[],
  rangeOf: (entry: HubJournalEntry) => { start: number; end: number } | undefined,
): Map<string, Range[]> {
  const ranges = new Map<string, Range[]>();
  for (const entry of entries) {
    const range = entry.route === 'cdn' && entry.file !== undefined ? rangeOf(entry) : undefined;
    if (range === undefined) continue;
    ranges.set(entry.file!, [...(ranges.get(entry.file!) ?? []), [range.start, range.end]]);
  }
  return ranges;
}

function asked(entries: readonly HubJournalEntry[]): Map<string, Range[]> {
  return rangesOf(entries, ({ headers }) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    return first === undefined ? undefined : { start: Number(first), end: Number(last) + 1 };
  });
}

function overlap(one: ReadonlyMap<string, Range[]>, other: ReadonlyMap<string, Range[]>): number {
  let bytes = 0;
  for (const [file, ranges] of one) {
    const others = merged(other.get(file) ?? []);
    for (const [start, end] of merged(ranges)) {
      for (const [otherStart, otherEnd] of others) {
        bytes += Math.max(0, Math.min(end, otherEnd) - Math.max(start, otherStart));
      }
    }
  }
  return bytes;
}

function merged(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const [start, end] of [...ranges].sort(([one], [other]) => one - other)) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}
