import { join } from 'node:path';
import type { DownloadEvent } from '../../core/downloader.js';
import { RefusedError } from '../../core/errors.js';
import { RESERVE } from '../../stores/file.js';
import type { FileLocation } from '../hub/file-location.js';
import type { Lock } from '../library/locks.js';
import { repoFolder } from '../library/safe-path.js';
import { jobFolder } from './adopt-parts.js';
import { revised, type JobChange, type JobRecord, type RecordedState } from './job-record.js';
import { createLiveJob, downloadedBytesOf, reachedBy, type LiveJob, type StopReason } from './live-job.js';
import { createQueue, type Queue } from './queue.js';
import { runJob } from './run-job.js';
import { failureOutcome } from './failure-outcome.js';
import { stateAfterStop, whyLost } from './state-after-stop.js';
import type { TraceBook } from './trace-book.js';
import type { EngineContext } from './engine-context.js';

/** Manages jobs from the moment that this process owns them until it no longer does. */
export interface Lifecycle {
  readonly live: ReadonlyMap<string, LiveJob>;
  readonly queue: Queue;
  /** Adds a job to the queue; this process must have its lock. @throws the error of the closed engine */
  enter(record: JobRecord, lock: Lock, located?: Map<string, FileLocation>): LiveJob;
  /** Stops a running job; resolves when it has released everything. It may have ended before that. */
  stop(id: string, reason: StopReason): Promise<void>;
  /** Writes a change to a running job's record. */
  keep(job: LiveJob, change: JobChange): Promise<void>;
  /** Takes the lock of a job's files. @throws RefusedError model_busy */
  lock(record: Pick<JobRecord, 'id' | 'model' | 'root' | 'plan' | 'totalBytes' | 'downloadedBytes'>): Promise<Lock>;
  tell(record: JobRecord, type: DownloadEvent['type']): void;
}

export function createLifecycle(
  context: EngineContext,
  traces: TraceBook,
  onEvent: (event: DownloadEvent) => void,
): Lifecycle {
  const { clock, store, claims } = context;
  const live = new Map<string, LiveJob>();
  const writing = new WeakMap<LiveJob, Promise<unknown>>();
  const queue = createQueue(context.limits.jobsAtOnce, begin);

  return { live, queue, enter, stop, keep, lock, tell };

  function enter(record: JobRecord, itsLock: Lock, located = new Map<string, FileLocation>()): LiveJob {
    context.closing.throwIfAborted();
    const job = createLiveJob(context, {
      record,
      folder: jobFolder(record.root, record.id),
      lock: itsLock,
      trace: traces.open(record),
      located,
    });
    live.set(record.id, job);
    itsLock.lost.addEventListener('abort', () => void stop(record.id, 'lost'), { once: true });
    queue.enter(record.id, record.order);
    return job;
  }

  function begin(id: string): void {
    const job = live.get(id)!;
    const abort = new AbortController();
    job.isWaiting = false;
    job.progress.run();
    job.run = { abort, done: run(job, abort.signal) };
  }

  async function run(job: LiveJob, signal: AbortSignal): Promise<void> {
    // Yields first, so that the code that begins the job, and may stop it at once, runs before.
    await Promise.resolve();
    let recordedState: RecordedState | undefined;
    try {
      await runJob(context, job, signal, (change) => keep(job, change));
      recordedState = { state: 'completed', completedAt: clock.now() };
    } catch (error) {
      recordedState = signal.aborted ? await stateAfterStop(context, job) : await failed(job, error);
    }
    await end(job, recordedState);
  }

  async function failed({ record }: LiveJob, error: unknown): Promise<RecordedState> {
    const outcome = await failureOutcome(error, record, {
      files: context.files,
      now: clock.now(),
      hasToken: context.settings.token() !== undefined,
      onWarning: context.onWarning,
    });
    const isDisk = outcome.state === 'paused' && outcome.code === 'disk_error';
    const reason = isDisk ? await whyLost(context, record) : undefined;
    return reason === undefined ? outcome : { ...(outcome as RecordedState & { state: 'paused' }), reason };
  }

  async function end(job: LiveJob, recordedState: RecordedState | undefined): Promise<void> {
    const { id } = job.record;
    job.progress.hold();
    try {
      if (recordedState) {
        const isOver = recordedState.state === 'completed' || recordedState.state === 'failed';
        await write(
          job,
          { reached: reachedBy(job), downloadedBytes: downloadedBytesOf(job), ...(isOver && OVER) },
          recordedState,
        );
      }
    } catch (error) {
      context.onWarning(`Cannot write the record of ${id}: ${error instanceof Error ? error.message : String(error)}`);
      if (recordedState) {
        job.record = revised(
          job.record,
          { reached: reachedBy(job), downloadedBytes: downloadedBytesOf(job) },
          recordedState,
        );
        store.keepUnsaved(job.record);
      }
    }
    if (job.record.state === 'completed') {
      await context.files.rm(join(job.folder, RESERVE), { force: true }).catch(() => undefined);
    }
    live.delete(id);
    claims.release(id);
    traces.note(job);
    // Done at once: the end must not be visible before its event.
    tellEnd(job);
    await job.lock.release().catch(() => undefined);
    queue.leave(id);
  }

  function tellEnd({ record }: LiveJob): void {
    if (record.state === 'downloading') return;
    const isCancelled = record.state === 'failed' && record.code === 'cancelled';
    tell(record, isCancelled ? 'cancelled' : record.state);
  }

  async function stop(id: string, reason: StopReason): Promise<void> {
    const job = live.get(id);
    if (!job) return;
    // A job that has lost its files must not even write an earlier change.
    if (reason === 'lost') job.stopping = reason;
    job.stopping ??= reason;
    if (job.run) {
      // A publication is completed, unless another process has the files now.
      if (!job.isPublishing || reason === 'lost') job.run.abort.abort(new Error(`${id} was made to stop: ${reason}.`));
      await job.run.done;
      return;
    }
    queue.leave(id);
    job.run = { abort: new AbortController(), done: stateAfterStop(context, job).then((state) => end(job, state)) };
    await job.run.done;
  }

  function keep(job: LiveJob, change: JobChange): Promise<void> {
    return write(job, change);
  }

  /** Writes one change after another, each based on the record that the one before has written. */
  function write(job: LiveJob, change: JobChange, recordedState?: RecordedState): Promise<void> {
    const written = (writing.get(job) ?? Promise.resolve()).then(async () => {
      const next = revised(job.record, change, recordedState);
      if (!(await store.replace(next, job.record.version))) {
        throw new Error(`Cannot write the record of ${job.record.id}: another process has changed it`);
      }
      job.record = next;
    });
    writing.set(
      job,
      written.catch(() => undefined),
    );
    return written;
  }

  async function lock({ id, model, root, plan, ...job }: Parameters<Lifecycle['lock']>[0]): Promise<Lock> {
    if (context.folders.isReadOnly) {
      throw new RefusedError('disk_error', model, `Cannot download ${model}: the downloader was opened with readOnly.`);
    }
    const goneBecause = await context.folders.goneBecause(root);
    if (goneBecause !== undefined) throw new RefusedError('disk_error', model, `${goneBecause}, then try again.`);
    const taken = await context.locks.take({
      root,
      folder: repoFolder(root, plan.owner, plan.repo, plan.folder),
      paths: plan.files.map(({ path }) => path),
      subject: model,
      progress: () => {
        const running = live.get(id);
        const downloadedBytes = running ? downloadedBytesOf(running) : job.downloadedBytes;
        return { totalBytes: job.totalBytes, downloadedBytes };
      },
    });
    // The process that had the lock before was killed, perhaps while it wrote the record.
    await store.dropClaims(id).catch(async (error: unknown) => {
      await taken.release();
      throw error;
    });
    return taken;
  }

  function tell({ id, model }: JobRecord, type: DownloadEvent['type']): void {
    onEvent({ at: clock.now(), job: id, model, type });
  }
}

/** The fields that an ended job no longer needs. */
const OVER = { publishing: undefined };
