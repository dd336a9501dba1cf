import type { Lock } from '../library/locks.js';
import type { EngineContext } from './engine-context.js';
import { revised, type JobRecord } from './job-record.js';
import type { Lifecycle } from './lifecycle.js';
import type { LiveJob } from './live-job.js';
import { readReached } from './reached.js';

/** Goes on with a job that another process had: it begins with what that one has in its journals. */
export async function enterAgain(
  context: EngineContext,
  lifecycle: Lifecycle,
  record: JobRecord,
  lock: Lock,
): Promise<LiveJob> {
  const next = revised(record, await readReached(context, record));
  // Where it cannot be written, the job itself comes to a place that says why.
  const isWritten = await context.store.replace(next, record.version).catch(() => false);
  return lifecycle.enter(isWritten ? next : { ...next, version: record.version }, lock);
}
