import { partPaths } from '../disk/part-file.js';
import { readJournal } from '../disk/journal.js';
import type { PlannedFile } from '../plan.js';
import { jobFolder } from './adopt-parts.js';
import type { EngineContext } from './engine-context.js';
import type { JobRecord } from './job-record.js';
import { stagedName } from './staged-name.js';

/** How far a job is. */
export type Reached = Pick<JobRecord, 'reached' | 'downloadedBytes'>;

/**
 * Reads from the journals how far a job is that is `downloading` in another process, or was when that was killed: its
 * record says only how far it was at its last start or stop.
 */
export async function readReached(context: Pick<EngineContext, 'files' | 'bootId'>, job: JobRecord): Promise<Reached> {
  const { reached, downloadedBytes, plan, state } = job;
  if (state !== 'downloading') return { reached, downloadedBytes };
  const files = await Promise.all(
    plan.files.map(async (file) => [file.path, await bytesOf(context, job, file)] as const),
  );
  const bytes = files.reduce((sum, [, each]) => sum + each, 0);
  // What has to be fetched again was shown before.
  return { reached: Object.fromEntries(files), downloadedBytes: Math.max(downloadedBytes, bytes) };
}

async function bytesOf(
  { files, bootId }: Pick<EngineContext, 'files' | 'bootId'>,
  { id, root, plan, reached }: JobRecord,
  file: PlannedFile,
): Promise<number> {
  const { journal } = partPaths(jobFolder(root, id), stagedName(plan, file));
  // One that cannot be read is moved aside when the job goes on.
  const state = await readJournal(journal, files).catch(() => undefined);
  if (state?.identity.hex !== file.digest.hex || state.identity.size !== file.size) return reached[file.path] ?? 0;
  const marks = state.bootId === bootId ? state.current : state.durable;
  return [...marks.values()].reduce((sum, { stored }) => sum + stored, 0);
}
