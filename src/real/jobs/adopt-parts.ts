import { join } from 'node:path';
import { RefusedError } from '../../core/errors.js';
import { unlessMissing } from '../../node/file-errors.js';
import { partPaths } from '../disk/part-file.js';
import type { FileLayer } from '../file-layer.js';
import type { Lock } from '../library/locks.js';
import { OWN_FOLDER, repoFolder } from '../library/safe-path.js';
import type { DownloadPlan, PlannedFile } from '../plan.js';
import type { JobRecord } from './job-record.js';
import { stagedName } from './staged-name.js';
import type { EngineContext } from './engine-context.js';

/** Bytes of a planned file that an earlier job has left. */
export interface LeftPart {
  file: PlannedFile;
  job: JobRecord;
  /** The job's folder. */
  folder: string;
  name: string;
  /** How many bytes there are. */
  bytes: number;
}

export function jobFolder(root: string, id: string): string {
  return join(root, OWN_FOLDER, id);
}

/**
 * Finds the bytes of a plan's files that other jobs have left, the largest part of each.
 * @param jobs those of the same models folder on which no process works
 */
export function findLeftParts(plan: DownloadPlan, root: string, jobs: readonly JobRecord[]): LeftPart[] {
  return plan.files.flatMap((file) => {
    const left = jobs
      .filter((job) => job.root === root && job.state !== 'downloading' && job.publishing === undefined)
      .flatMap((job) => job.plan.files.filter((other) => isSame(other, file)).map((other) => leftBy(job, other, file)))
      .filter(({ bytes }) => bytes > 0)
      .sort((one, other) => other.bytes - one.bytes);
    return left.slice(0, 1);
  });
}

function leftBy(job: JobRecord, theirs: PlannedFile, file: PlannedFile): LeftPart {
  const bytes = job.state === 'completed' ? 0 : (job.reached[theirs.path] ?? 0);
  return { file, job, folder: jobFolder(job.root, job.id), name: stagedName(job.plan, theirs), bytes };
}

function isSame(one: PlannedFile, other: PlannedFile): boolean {
  return one.digest.hex === other.digest.hex && one.size === other.size;
}

/**
 * Moves a part into another job's folder. If it was interrupted between its two files, it continues when it is called
 * again.
 */
export async function adoptPart(
  files: FileLayer,
  { folder, name }: Pick<LeftPart, 'folder' | 'name'>,
  to: { folder: string; name: string },
): Promise<void> {
  const theirs = partPaths(folder, name);
  const ours = partPaths(to.folder, to.name);
  for (const kind of ['part', 'journal'] as const) {
    if ((await unlessMissing(files.stat(ours[kind]))) === undefined) {
      await unlessMissing(files.rename(theirs[kind], ours[kind]));
    }
  }
}

/**
 * Does work on a paused job's part while the job cannot be resumed, here or elsewhere: otherwise two jobs could write
 * to one part. If that cannot be ensured, the part stays with its job.
 */
export async function whilePaused(
  { withJobLock, store, locks }: EngineContext,
  { id, model, root, plan }: JobRecord,
  work: () => Promise<void>,
): Promise<void> {
  await withJobLock(id, async () => {
    const paths = plan.files.map(({ path }) => path);
    const folder = repoFolder(root, plan.owner, plan.repo, plan.folder);
    let lock: Lock;
    try {
      lock = await locks.take({ root, folder, paths, subject: model });
    } catch (error) {
      if (error instanceof RefusedError && error.code === 'model_busy') return;
      throw error;
    }
    try {
      if ((await store.get(id))?.state === 'paused') await work();
    } finally {
      await lock.release();
    }
  });
}
