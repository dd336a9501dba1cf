import type { EngineContext } from './engine-context.js';
import { revised, type JobRecord } from './job-record.js';
import type { Lifecycle } from './lifecycle.js';
import { lockWithRoom, makeRoomFor } from './make-room.js';
import { changedMeanwhile } from './wrong-state.js';

/**
 * Puts a paused job into the queue again.
 * @param look reads the record, and refuses a job that is not paused
 */
export async function resumeJob(
  context: EngineContext,
  lifecycle: Lifecycle,
  look: () => Promise<JobRecord>,
): Promise<JobRecord> {
  const job = await look();
  const lock = await lockWithRoom(
    () => lifecycle.lock(job),
    () => makeRoomFor(context, job),
  );
  try {
    const now = await look();
    await makeRoomFor(context, now);
    const next = revised(now, { order: lifecycle.queue.nextOrder() }, { state: 'downloading' });
    if (!(await context.store.replace(next, now.version))) throw changedMeanwhile('resume', job.id);
    lifecycle.enter(next, lock);
    lifecycle.tell(next, 'resumed');
    return next;
  } catch (error) {
    await lock.release();
    throw error;
  }
}
