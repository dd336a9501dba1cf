import { RefusedError } from '../../core/errors.js';
import { enterAgain } from './enter-again.js';
import { failureOutcome } from './failure-outcome.js';
import { isOpen, revised, type JobRecord } from './job-record.js';
import type { Lifecycle } from './lifecycle.js';
import { dropOldBytes } from './make-room.js';
import { readReached } from './reached.js';
import type { EngineContext } from './engine-context.js';

/** How long the end of a job can be looked up. */
const REMEMBERED_MS = 30 * 24 * 60 * 60_000;

/**
 * Continues the work of an earlier process: its jobs run under the same ids, in the same order, and an interrupted
 * publication is completed. Jobs of another live process are left alone.
 */
export async function recoverJobs(context: EngineContext, lifecycle: Lifecycle): Promise<void> {
  const jobs: JobRecord[] = [];
  for await (const job of context.store.list()) jobs.push(job);
  // What cannot be deleted stays: no server may fail to start for it.
  await orWarn(context, 'Cannot delete what earlier downloads have left', async () => {
    await context.store.tidy();
    await dropOldBytes(context);
    await forgetOld(context, jobs);
  });
  const cut = jobs.filter(({ state }) => state === 'downloading').sort((one, other) => one.order - other.order);
  for (const job of cut) {
    await recover(context, lifecycle, job).catch(async (error: unknown) => {
      if (context.closing.aborted) throw error;
      await pauseForDisk(context, job, error);
    });
  }
}

/** A job whose lock or record the disk does not take waits until it is resumed. */
async function pauseForDisk(context: EngineContext, job: JobRecord, error: unknown): Promise<void> {
  const { store, clock, files, onWarning } = context;
  const { reached, downloadedBytes } = await readReached(context, job);
  const outcome = await failureOutcome(error, job, { files, now: clock.now(), hasToken: true, onWarning });
  const next = revised(job, { reached, downloadedBytes }, outcome);
  onWarning(`Cannot go on with ${job.id}: ${'reason' in outcome ? outcome.reason : String(error)}`);
  if (!(await store.replace(next, job.version).catch(() => false))) store.keepUnsaved(next);
}

async function orWarn({ onWarning }: EngineContext, text: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    onWarning(`${text}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Continues, until the engine closes, jobs that another process had and did not complete. That process may have been
 * about to end when this one was opened, or be on a computer that cannot be checked.
 */
export async function takeOverAbandoned(context: EngineContext, lifecycle: Lifecycle): Promise<void> {
  const { clock, limits, closing, store, withJobLock, onWarning } = context;
  const isClosing = (): boolean => closing.aborted;
  for (;;) {
    await clock.sleep(limits.lockStaleMs, closing).catch(() => undefined);
    if (isClosing()) return;
    try {
      await store.saveKept().catch(() => undefined);
      for await (const job of store.list()) {
        if (job.state !== 'downloading' || lifecycle.live.has(job.id)) continue;
        // A start writes its record a moment before its job runs.
        await withJobLock(`start ${job.model}`, () => withJobLock(job.id, () => recover(context, lifecycle, job)));
      }
    } catch (error) {
      if (isClosing()) return;
      onWarning(`Cannot look for abandoned downloads: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

async function recover(context: EngineContext, lifecycle: Lifecycle, { id, ...job }: JobRecord): Promise<void> {
  if (lifecycle.live.has(id)) return;
  let lock;
  try {
    lock = await lifecycle.lock({ id, ...job });
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'model_busy') return;
    throw error;
  }
  let isEntered = false;
  try {
    const now = await context.store.get(id);
    if (now?.state !== 'downloading') return;
    if (now.owner === context.owner || now.publishing) {
      await enterAgain(context, lifecycle, now, lock);
      isEntered = true;
    } else {
      // The command that downloaded it was killed: the job resumes when the command is called again.
      await context.store.replace(revised(now, await readReached(context, now), { state: 'paused' }), now.version);
    }
  } finally {
    if (!isEntered) await lock.release();
  }
}

async function forgetOld({ store, clock }: EngineContext, jobs: readonly JobRecord[]): Promise<void> {
  for (const job of jobs) {
    if (isOpen(job) || Object.values(job.reached).some((bytes) => bytes > 0 && job.state !== 'completed')) continue;
    const endedAt = job.state === 'failed' ? job.failedAt : job.state === 'completed' ? job.completedAt : Infinity;
    if (clock.now() - endedAt > REMEMBERED_MS) await store.remove(job.id);
  }
}
