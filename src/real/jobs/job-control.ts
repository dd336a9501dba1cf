import type { DownloaderControl } from '../../core/downloader.js';
import { RefusedError } from '../../core/errors.js';
import type { JobSnapshot } from '../../core/job.js';
import { revised, snapshotAtRest, type JobChange, type JobRecord, type RecordedState } from './job-record.js';
import type { Lifecycle } from './lifecycle.js';
import { detailsAtRest, detailsOf, snapshotOf } from './live-job.js';
import { giveUpBytes, lockWithRoom } from './make-room.js';
import { readReached } from './reached.js';
import { orDiskRefusal } from './refuse-disk-error.js';
import { resumeJob } from './resume-job.js';
import { changedMeanwhile, wrongState } from './wrong-state.js';
import type { EngineContext } from './engine-context.js';

/** Controls jobs. The control calls on one job run one after another. */
export function createJobControl(context: EngineContext, lifecycle: Lifecycle): DownloaderControl {
  const { store, clock, withJobLock } = context;
  const { live, queue } = lifecycle;

  return {
    list: async function* () {
      for await (const job of store.list()) yield await show(job);
    },
    find,
    details: async (jobId) => {
      const running = live.get(jobId);
      if (running) return detailsOf(running, queue.positionOf(jobId));
      const job = await store.get(jobId);
      return job && detailsAtRest(await asReached(job));
    },
    pause: (jobId) =>
      withJobLock(jobId, async () => {
        const job = await check(jobId, 'pause', ['downloading']);
        await lifecycle.stop(jobId, 'pause');
        return orDiskRefusal('pause', job, () => settled(jobId, 'pause', 'downloading', { state: 'paused' }));
      }),
    cancel: (jobId) =>
      withJobLock(jobId, async () => {
        const job = await check(jobId, 'cancel', ['downloading', 'paused']);
        await lifecycle.stop(jobId, 'cancel');
        const recordedState = {
          state: 'failed',
          code: 'cancelled',
          reason: 'The download was cancelled.',
          failedAt: clock.now(),
        } as const;
        return orDiskRefusal('cancel', job, () => settled(jobId, 'cancel', job.state, recordedState));
      }),
    resume: (jobId) =>
      withJobLock(jobId, async () => {
        const look = (): Promise<JobRecord> => check(jobId, 'resume', ['paused']);
        const resume = (): Promise<JobRecord> => resumeJob(context, lifecycle, look);
        return show(await orDiskRefusal('resume', await look(), resume));
      }),
    move: async (jobId, position) => {
      const job = await check(jobId, 'move', ['downloading']);
      if (!queue.isWaiting(jobId)) {
        throw wrongState('move', jobId, 'it is running, and only a queued job can be');
      }
      for (const [id, order] of queue.move(jobId, position)) {
        const moved = live.get(id);
        if (moved) await orDiskRefusal('move', moved.record, () => lifecycle.keep(moved, { order }));
      }
      return show(job);
    },
    limit: async (jobId, bytesPerSecond) => {
      const running = live.get(jobId);
      if (running) {
        running.bandwidth.setLimit(bytesPerSecond);
        await orDiskRefusal('limit', running.record, () => lifecycle.keep(running, { limit: bytesPerSecond }));
        return show(running.record);
      }
      return withJobLock(jobId, async () => {
        const job = await check(jobId, 'limit', ['downloading', 'paused', 'completed', 'failed']);
        const next = revised(job, { limit: bytesPerSecond });
        const isWritten = await orDiskRefusal('limit', job, () => store.replace(next, job.version));
        if (!isWritten) throw changedMeanwhile('limit', jobId);
        return show(next);
      });
    },
  };

  async function find(jobId: string): Promise<JobSnapshot | undefined> {
    const running = live.get(jobId);
    if (running) return snapshotOf(running, clock.now());
    const job = await store.get(jobId);
    return job && show(job);
  }

  async function show(job: JobRecord): Promise<JobSnapshot> {
    const running = live.get(job.id);
    return running ? snapshotOf(running, clock.now()) : snapshotAtRest(await asReached(job));
  }

  async function asReached(job: JobRecord): Promise<JobRecord> {
    return { ...job, ...(await readReached(context, job)) };
  }

  async function check(jobId: string, verb: string, allowed: readonly JobRecord['state'][]): Promise<JobRecord> {
    const job = live.get(jobId)?.record ?? (await store.get(jobId));
    if (!job) throw new RefusedError('job_not_found', jobId, `Cannot ${verb} ${jobId}: there is no such job.`);
    if (!allowed.includes(job.state)) {
      throw wrongState(verb, jobId, `it is ${job.state}, and only a job that is ${allowed.join(' or ')} can be`);
    }
    return job;
  }

  /**
   * Determines the state of a job that was running; the lock is taken here for another one, unless another process has
   * it.
   */
  async function settled(
    jobId: string,
    verb: string,
    before: JobRecord['state'],
    recordedState: RecordedState,
  ): Promise<JobSnapshot> {
    const job = (await store.get(jobId))!;
    if (job.state === recordedState.state && (recordedState.state !== 'failed' || codeOf(job) === recordedState.code))
      return show(job);
    if (job.state !== before) await check(jobId, verb, [before]);
    let change: JobChange = {
      ...(await readReached(context, job)),
      ...(recordedState.state === 'failed' && { publishing: undefined }),
    };
    const lock = await lockWithRoom(
      () => lifecycle.lock(job),
      async () => {
        if (recordedState.state !== 'failed') return;
        await giveUpBytes(context, job);
        change = { ...change, reached: {} };
      },
    );
    try {
      const next = revised(job, change, recordedState);
      if (!(await store.replace(next, job.version))) throw changedMeanwhile(verb, jobId);
      lifecycle.tell(next, recordedState.state === 'failed' ? 'cancelled' : 'paused');
      return await show(next);
    } finally {
      await lock.release();
    }
  }
}

function codeOf(job: JobRecord): string | undefined {
  return job.state === 'failed' ? job.code : undefined;
}
