import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Downloader } from '../../../src/core/downloader.js';
import type { DownloadRequest } from '../../../src/core/engine.js';
import type { JobSnapshot } from '../../../src/core/job.js';
import { createHub, type Hub, type HubOptions } from '../../../src/hub/index.js';
import { openDownloader, type DownloaderOptions, type DownloaderLimits } from '../../../src/real/index.js';
import { createLine, type Line } from './line.js';

const KiB = 1024;

/**
 * Sizes of kilobytes, and durations of milliseconds for what happens by itself, in the proportions of the real ones. Limits
 * that a slow machine could reach are a minute; a test of one of them sets it.
 */
const smallLimits: Partial<DownloaderLimits> = {
  segmentBytes: 64 * KiB,
  shortestRunBytes: 64 * KiB,
  longestRunBytes: 1024 * KiB,
  aheadBytes: 2048 * KiB,
  doublingMs: 20,
  adjustingMs: 100,
  silenceMs: 60_000,
  connectMs: 60_000,
  retryMs: 5,
  longestRetryMs: 50,
  unreachableMs: 1000,
  errorsMs: 100,
  errorAttempts: 3,
  startMs: 60_000,
  writeBytes: 16 * KiB,
  journalBytes: 64 * KiB,
  journalMs: 20,
  checkpointMs: 100,
  spareBytes: 0,
  lockTouchMs: 100,
  lockStaleMs: 60_000,
};

/** A hub, a models folder, and engines over both. */
export interface RealWorld {
  hub: Hub;
  line: Line;
  /** The models folder. */
  root: string;
  /** An engine over the folder; closed with the world. */
  open(options?: DownloaderOptions): Promise<Downloader>;
  /** A request for a repo of the hub, as its page is linked. */
  repo(id: string, quantization?: string): DownloadRequest;
  /** Files of the models folder, with slashes, less modeldock's own. */
  published(): Promise<string[]>;
  /** What is in modeldock's own folder. */
  staged(): Promise<string[]>;
  sha256(path: string): Promise<string>;
  /** What the hub says a file's sha256 is. */
  announced(repo: string, path: string): Promise<string>;
  close(): Promise<void>;
}

/** The line that an engine downloads over. */
const lines = new WeakMap<Downloader, Line>();

/** Opens a world. A `slow` line, a stall and a latency of its hub take the time that passes in `until`, and no other. */
export async function openRealWorld(hubOptions: HubOptions): Promise<RealWorld> {
  const line = createLine();
  const hub = await createHub({ rateLimits: false, digestCache: false, clock: line, ...hubOptions });
  await hub.ready();
  const base = await mkdtemp(join(tmpdir(), 'real-engine-'));
  const root = join(base, 'models');
  const engines: Downloader[] = [];

  return {
    hub,
    line,
    root,
    open: async (options = {}) => {
      const engine = await openDownloader({
        modelsDirs: [root],
        ...options,
        environment: { HF_ENDPOINT: hub.endpoint, HOME: base, ...options.environment },
        limits: { ...smallLimits, ...options.limits },
      });
      engines.push(engine);
      lines.set(engine, line);
      return engine;
    },
    repo: (id, quantization) => {
      const [owner = '', repo = ''] = id.split('/');
      const model = { source: 'huggingface', owner, repo, url: `https://huggingface.co/${id}` } as const;
      return { model, ...(quantization !== undefined && { quantization }) };
    },
    published: async () => (await filesIn(root)).filter((path) => !path.startsWith('.modeldock/')),
    staged: () => filesIn(join(root, '.modeldock')),
    sha256: async (path) => {
      const hash = createHash('sha256');
      await pipeline(createReadStream(join(root, path)), hash);
      return hash.digest('hex');
    },
    announced: async (repo, path) => {
      const answer = await fetch(`${hub.endpoint}/api/models/${repo}/tree/main?recursive=true`);
      const entries = (await answer.json()) as { path: string; lfs?: { oid: string } }[];
      return entries.find((entry) => entry.path === path)!.lfs!.oid;
    },
    close: async () => {
      await Promise.all(engines.map((engine) => engine.close()));
      await hub.close();
      await rm(base, { recursive: true, force: true });
    },
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Starts a download that is expected to become a job. */
export async function startJob(engine: Downloader, request: DownloadRequest): Promise<JobSnapshot> {
  const job = await engine.start(request);
  if (job === 'already_downloaded') throw new Error('The model is there already, and there is no job for it.');
  return job;
}

/** Waits until a job is as described, and gives it as it is then. */
export async function until(engine: Downloader, id: string, is: (job: JobSnapshot) => boolean): Promise<JobSnapshot> {
  const guard = Date.now() + 60_000;
  for (;;) {
    const job = await engine.status(id);
    if (!job) throw new Error(`There is no job ${id}.`);
    if (is(job)) return job;
    if (Date.now() > guard) {
      throw new Error(`${id} did not get there: ${JSON.stringify([job, await engine.jobs.details(id)])}`);
    }
    await pass(engine);
  }
}

/** Lets a moment pass: on the line, and for whatever is ready to run. */
export async function pass(engine: Downloader): Promise<void> {
  lines.get(engine)!.pass(20);
  await moment();
}

export function moment(ms = 5): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
