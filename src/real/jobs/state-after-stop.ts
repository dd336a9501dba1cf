import { unlessMissing } from '../../node/file-errors.js';
import { jobFolder } from './adopt-parts.js';
import type { EngineContext } from './engine-context.js';
import type { JobRecord, RecordedState } from './job-record.js';
import type { LiveJob } from './live-job.js';

/** Decides the state of a job that was made to stop; undefined: it stays as it is. */
export async function stateAfterStop(
  context: Pick<EngineContext, 'clock' | 'files' | 'folders' | 'owner'>,
  { stopping, record }: LiveJob,
): Promise<RecordedState | undefined> {
  switch (stopping) {
    case 'pause':
      return { state: 'paused' };
    case 'cancel':
      return {
        state: 'failed',
        code: 'cancelled',
        reason: 'The download was cancelled.',
        failedAt: context.clock.now(),
      };
    case 'close':
      // A user who ends a command calls it again to go on.
      return context.owner === 'command' ? { state: 'paused' } : { state: 'downloading' };
    case 'lost': {
      const reason = await whyLost(context, record);
      return reason === undefined ? undefined : { state: 'paused', code: 'disk_error', reason };
    }
    case undefined:
      return undefined;
  }
}

/** Why a job has lost its files to no other process; undefined where another one may go on with it. */
export async function whyLost(
  { files, folders }: Pick<EngineContext, 'files' | 'folders'>,
  { id, root }: JobRecord,
): Promise<string | undefined> {
  const goneBecause = await folders.goneBecause(root);
  if (goneBecause !== undefined) return `${goneBecause}, then resume.`;
  const folder = jobFolder(root, id);
  const there = await unlessMissing(files.stat(folder)).catch(() => undefined);
  return there === undefined
    ? `The folder ${folder}, where the bytes of ${id} were, was deleted or renamed by another program. Put it back, then resume; what is not there is fetched again.`
    : undefined;
}
