import { RefusedError } from '../../core/errors.js';
import { isDiskFull } from '../../node/file-errors.js';
import { partPaths } from '../disk/part-file.js';
import { listLocks, type Lock } from '../library/locks.js';
import { repoFolder } from '../library/safe-path.js';
import { checkSpace } from '../library/space.js';
import { jobFolder, type LeftPart } from './adopt-parts.js';
import { dropParts } from './publish-job.js';
import { revised, type JobRecord } from './job-record.js';
import { stagedName } from './staged-name.js';
import type { EngineContext } from './engine-context.js';

const DAY_MS = 24 * 60 * 60_000;
/** How long the bytes of a cancelled download are kept, in case it is started again. */
const CANCELLED_KEPT_MS = DAY_MS;
/** How long the bytes of a failed download are kept, so that the next one continues with them. */
const FAILED_KEPT_MS = 30 * DAY_MS;

/**
 * Makes sure that a job has enough space: bytes of cancelled jobs are deleted first, then those of failed ones.
 * @throws RefusedError insufficient_space
 */
export async function makeRoom(
  context: EngineContext,
  root: string,
  wanted: { subject: string; bytes: number; parts: readonly string[]; keep: readonly LeftPart[] },
): Promise<void> {
  const { files, folders, limits, store } = context;
  const need = { subject: wanted.subject, bytes: wanted.bytes, parts: wanted.parts, spareBytes: limits.spareBytes };
  const check = (): Promise<void> => checkSpace(files, root, folders.roots, need);
  const kept = new Set(wanted.keep.map(({ folder }) => folder));
  for (const isDispensable of [isCancelled, hasFailed]) {
    try {
      await check();
      return;
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== 'insufficient_space') throw error;
    }
    for await (const job of store.list()) {
      if (isDispensable(job) && !kept.has(jobFolder(job.root, job.id))) await forgetBytes(context, job);
    }
  }
  await check();
}

/** Does the same for a resumed job. @throws RefusedError insufficient_space */
export async function makeRoomFor(context: EngineContext, { id, model, root, plan, ...job }: JobRecord): Promise<void> {
  // Verified files have their space already.
  if (job.publishing) return;
  const folder = jobFolder(root, id);
  await makeRoom(context, root, {
    subject: model,
    bytes: job.totalBytes - job.presentBytes,
    parts: plan.files.map((file) => partPaths(folder, stagedName(plan, file)).part),
    keep: [],
  });
}

/** Takes a lock, which is a file too: on a full disk space must be made first. */
export async function lockWithRoom(take: () => Promise<Lock>, room: () => Promise<unknown>): Promise<Lock> {
  try {
    return await take();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    await room();
    return take();
  }
}

/** Deletes the bytes of a job that is being cancelled on a full disk, unless another process uses its files. */
export async function giveUpBytes(context: EngineContext, { id, root, plan }: JobRecord): Promise<void> {
  const folder = repoFolder(root, plan.owner, plan.repo, plan.folder);
  const paths = new Set(plan.files.map(({ path }) => path));
  const held = await listLocks(context.files, root, context.limits);
  if (held.some((lock) => lock.folder === folder && lock.files.some((path) => paths.has(path)))) return;
  await dropParts(context, jobFolder(root, id));
}

/** Deletes the bytes of jobs that were cancelled, or failed, long ago. */
export async function dropOldBytes(context: EngineContext): Promise<void> {
  const now = context.clock.now();
  for await (const job of context.store.list()) {
    if (hasFailed(job) && now - job.failedAt > (isCancelled(job) ? CANCELLED_KEPT_MS : FAILED_KEPT_MS)) {
      await forgetBytes(context, job);
    }
  }
}

/** Deletes the bytes of a job on which no process works; the record stays, so that its end can be looked up. */
export async function forgetBytes(context: EngineContext, job: JobRecord): Promise<void> {
  if (Object.keys(job.reached).length === 0) return;
  await dropParts(context, jobFolder(job.root, job.id));
  await context.store.replace(revised(job, { reached: {} }), job.version);
}

function isCancelled(job: JobRecord): boolean {
  return job.state === 'failed' && job.code === 'cancelled';
}

function hasFailed(job: JobRecord): job is Extract<JobRecord, { state: 'failed' }> {
  return job.state === 'failed';
}
