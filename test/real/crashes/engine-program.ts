/*
 * An engine as a process of its own, which ends itself at a given moment: bundled by crash-run.ts. It goes on with the
 * job that is there, or starts one, and prints how it ended.
 */
import type { Downloader } from '../../../src/core/downloader.js';
import type { JobSnapshot } from '../../../src/core/job.js';
import { openDownloader } from '../../../src/real/open-downloader.js';
import type { DownloaderLimits } from '../../../src/real/limits.js';
import { watchFiles, type FileOperation } from '../watched-files.js';
import { killPoints, type KillPlan } from './kill-plan.js';

export interface ProgramOptions {
  root: string;
  environment: Record<string, string>;
  limits: Partial<DownloaderLimits>;
  owner: string;
  repo: string;
  quantization: string;
  /** How many the model has. */
  files: number;
  kill?: KillPlan;
}

/** Begins each line that says how many bytes are shown. */
const SHOWN = 'shown ';

/** The last line that it prints. */
export interface ProgramEnd {
  state: JobSnapshot['state'];
  code?: string;
  reason?: string;
  /** What it took. */
  operations: number;
  ms: number;
}

const options = JSON.parse(process.argv[2]!) as ProgramOptions;
const { root, environment, limits, owner, repo, quantization, kill } = options;

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

let operations = 0;
let seen = 0;
let last: FileOperation | undefined;
const point = kill?.type === 'point' ? killPoints(options.files).find(({ name }) => name === kill.name) : undefined;
if (kill?.type === 'point' && point === undefined) throw new Error(`There is no point ${kill.name}.`);

const files = watchFiles({
  before(operation) {
    operations++;
    if (kill?.type === 'operation' && operations === kill.nth) die();
    if (point === undefined || !point.matches(operation) || ++seen !== (point.nth ?? 1)) return undefined;
    if (point.moment === 'before') die();
    last = operation;
    return point.moment === 'half' ? Math.floor((operation.bytes ?? 0) / 2) : undefined;
  },
  after(operation) {
    if (operation === last) die();
  },
});

const startedAt = performance.now();
if (kill?.type === 'time') setTimeout(die, kill.ms);
const engine = await openDownloader({ modelsDirs: [root], environment, limits, files, owner: 'server' });
const end = await follow(engine, await jobOf(engine));
await engine.close();
const { state } = end;
const why = state === 'failed' || state === 'paused' ? { code: end.code, reason: end.reason } : {};
process.stdout.write(`${JSON.stringify({ state, ...why, operations, ms: performance.now() - startedAt })}\n`);

async function jobOf(engine: Downloader): Promise<JobSnapshot> {
  for await (const job of engine.jobs.list()) if (job.state !== 'failed') return job;
  const url = `https://huggingface.co/${owner}/${repo}`;
  const job = await engine.start({ model: { source: 'huggingface', owner, repo, url }, quantization });
  if (job === 'already_downloaded') throw new Error('It is there already, without a job.');
  return job;
}

async function follow(engine: Downloader, { id }: JobSnapshot): Promise<JobSnapshot> {
  for (;;) {
    const job = await engine.status(id);
    if (job === undefined) throw new Error(`The job ${id} is gone.`);
    // To a pipe at once: what was shown last is known of a process that is killed.
    process.stdout.write(`${SHOWN}${job.downloadedBytes}\n`);
    if (job.state !== 'downloading') return job;
    if (kill?.type === 'progress' && job.downloadedBytes >= kill.share * job.totalBytes) die();
    if (kill?.type === 'rehash') {
      const { files: progress = [] } = (await engine.jobs.details(id)) ?? {};
      if (progress.some(({ hashedBytes, downloadedBytes }) => hashedBytes > 0 && hashedBytes < downloadedBytes)) die();
    }
    await new Promise((resolve) => (kill?.type === 'rehash' ? setImmediate(resolve) : setTimeout(resolve, 5)));
  }
}
