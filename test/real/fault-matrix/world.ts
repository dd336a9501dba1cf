import { execFile, spawnSync } from 'node:child_process';
import { access, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Agent, request } from 'undici';
import type { Downloader } from '../../../src/core/downloader.js';
import type { JobSnapshot } from '../../../src/core/job.js';
import { createHub, type Hub, type HubOptions, type HubJournalEntry } from '../../../src/hub/index.js';
import { openDownloader, type DownloaderOptions } from '../../../src/real/open-downloader.js';
import { matrixLimits } from './limits.js';
import { shapes, type Shape } from './shapes.js';

const run = promisify(execFile);
const sha256Command = spawnSync('sha256sum', ['--version'], { stdio: 'ignore' }).error
  ? ['openssl', 'sha256', '-r']
  : ['sha256sum'];

/** One model on one hub, an empty models folder, and engines opened over it. */
export interface World {
  hub: Hub;
  shape: Shape;
  root: string;
  /** Opens an engine over the same folder; it is closed with the world, if not before. */
  open(options?: Partial<DownloaderOptions>): Promise<Downloader>;
  start(engine: Downloader): Promise<JobSnapshot>;
  /** Waits until `holds`, and returns how the job stands then. */
  until(engine: Downloader, id: string, holds: (job: JobSnapshot) => boolean): Promise<JobSnapshot>;
  /** Requests for bytes of the model, in the order in which they came. */
  reads(file?: string): HubJournalEntry[];
  resolves(file?: string): HubJournalEntry[];
  target(path: string): string;
  /** Files of the model that have their names. */
  published(): Promise<string[]>;
  /** sha256 of a published file, as another program computes it. */
  digestOf(path: string): Promise<string>;
  /** The first commit, and the sha256 that the hub says of each file in it. */
  commit: string;
  announced: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A guard against hanging. */
const PATIENCE_MS = 60_000;

/** A hub with all shapes; tests that want others of its options make their own. */
export async function createMatrixHub(options: HubOptions = {}): Promise<Hub> {
  const repos = shapes.map(({ repo }) => repo);
  const hub = await createHub({ repos, rateLimits: false, digestCache: false, ...options });
  await hub.ready();
  return hub;
}

export async function createWorld(hub: Hub, shape: Shape): Promise<World> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'fault-matrix-')));
  const root = join(folder, 'models');
  const engines: Downloader[] = [];
  const commit = hub.control.repos().find(({ id }) => id === shape.repo.id)!.commits[0]!.sha;
  const announced = await announcedBy(hub, shape, commit);
  const paths = Object.keys(shape.sizes);
  const target = (path: string): string => join(root, shape.owner, shape.name, path);
  const entries = (route: string, file?: string): HubJournalEntry[] =>
    hub.journal
      .entries()
      .filter(
        (entry) => entry.route === route && (file === undefined || entry.file === file) && entry.repo === shape.repo.id,
      );

  return {
    ...{ hub, shape, root, target, commit, announced },
    async open(options = {}) {
      const engine = await openDownloader({
        modelsDirs: [root],
        // A token that must not go to the CDN.
        environment: {
          HOME: folder,
          HF_HOME: join(folder, 'hugging-face'),
          HF_ENDPOINT: hub.endpoint,
          HF_TOKEN: 'hf_reader',
        },
        owner: 'server',
        ...options,
        limits: { ...matrixLimits, ...options.limits },
      });
      engines.push(engine);
      return engine;
    },
    async start(engine) {
      const { owner, name, quantization } = shape;
      const url = `https://huggingface.co/${owner}/${name}`;
      const job = await engine.start({ model: { source: 'huggingface', owner, repo: name, url }, quantization });
      if (job === 'already_downloaded') throw new Error(`${url} is there already.`);
      return job;
    },
    async until(engine, id, holds) {
      const deadline = performance.now() + PATIENCE_MS;
      for (;;) {
        const job = await engine.status(id);
        if (job !== undefined && holds(job)) return job;
        if (performance.now() > deadline) throw new Error(`Waited in vain: ${JSON.stringify(job)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    reads: (file) => entries('cdn', file),
    resolves: (file) => entries('resolve', file),
    async published() {
      const there = await Promise.all(
        paths.map((path) =>
          access(target(path)).then(
            () => true,
            () => false,
          ),
        ),
      );
      return paths.filter((_, index) => there[index]);
    },
    async digestOf(path) {
      const [command, ...flags] = sha256Command as [string, ...string[]];
      const { stdout } = await run(command, [...flags, target(path)]);
      return stdout.slice(0, 64);
    },
    async close() {
      await Promise.all(engines.map((engine) => engine.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function announcedBy(hub: Hub, { repo }: Shape, commit: string): Promise<Record<string, string>> {
  const dispatcher = new Agent(hub.certificate === undefined ? {} : { connect: { ca: hub.certificate } });
  const { body } = await request(`${hub.endpoint}/api/models/${repo.id}/tree/${commit}?recursive=true`, { dispatcher });
  const tree = (await body.json()) as { path: string; lfs: { oid: string } }[];
  await dispatcher.close();
  return Object.fromEntries(tree.map(({ path, lfs }) => [path, lfs.oid]));
}

/** Absolute paths of what lies in the folders of jobs. */
export async function stagedFiles(root: string): Promise<string[]> {
  const entries = await readdir(join(root, '.modeldock'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
