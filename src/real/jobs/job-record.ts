import type { DownloadRequest } from '../../core/engine.js';
import type { FailureCode } from '../../core/errors.js';
import type { JobSnapshot } from '../../core/job.js';
import type { Stored } from '../../core/store.js';
import type { Publication } from '../library/publish.js';
import type { DownloadPlan } from '../plan.js';

/**
 * The kind of process that owns a job: a server resumes its jobs at the next start, those of a command wait until it is
 * called again.
 */
export type JobOwner = 'server' | 'command';

/** The part of a job's state that is stored on disk. */
export type RecordedState =
  | { state: 'downloading' }
  | { state: 'paused'; code?: FailureCode; reason?: string }
  | { state: 'completed'; completedAt: number }
  | { state: 'failed'; code: FailureCode; reason: string; failedAt: number };

interface JobFacts extends Stored {
  readonly request: DownloadRequest;
  readonly plan: DownloadPlan;
  /** The models folder of the job. */
  readonly root: string;
  readonly owner: JobOwner;
  readonly startedAt: number;
  readonly totalBytes: number;
  /** The bytes of files that were installed already and need no further space. */
  readonly presentBytes: number;
  /** Whether files with another digest may be replaced. */
  readonly replaces?: true;
  /** Set if there was a token when it was planned; the token itself is not stored. */
  readonly hadToken?: true;
  /** Jobs with a lower order come first. */
  readonly order: number;
  /** Bytes per second. */
  readonly limit?: number;
  /** The bytes of each file, by path, when it was last closed. */
  readonly reached: Readonly<Record<string, number>>;
  /** The bytes that were last shown. */
  readonly downloadedBytes: number;
  /** Set when all files are verified and synced, so that any process can publish them. */
  readonly publishing?: Publication;
}

/** A download, as plain data for its `job.json`. It never contains a token or a signed URL. */
export type JobRecord = JobFacts & RecordedState;

/** The changeable fields of a job's record; those that are `undefined` are removed. */
export type JobChange = {
  [Key in 'order' | 'limit' | 'reached' | 'downloadedBytes' | 'publishing']?: JobFacts[Key] | undefined;
};

/** Returns the next version of a job's record: with a new state, or with the present one. */
export function revised(
  job: JobRecord,
  change: JobChange,
  recordedState: RecordedState = recordedStateOf(job),
): JobRecord {
  const {
    state: _,
    code: __,
    reason: ___,
    completedAt: ____,
    failedAt: _____,
    ...facts
  } = { ...NO_RECORDED_STATE, ...job };
  const merged = { ...facts, ...change, version: job.version + 1 };
  const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  return { ...(kept as unknown as JobFacts), ...recordedState };
}

/** All fields that belong to one of the states. */
const NO_RECORDED_STATE = { code: undefined, reason: undefined, completedAt: undefined, failedAt: undefined };

function recordedStateOf(job: JobRecord): RecordedState {
  switch (job.state) {
    case 'downloading':
      return { state: job.state };
    case 'paused':
      return {
        state: job.state,
        ...(job.code !== undefined && { code: job.code }),
        ...(job.reason !== undefined && { reason: job.reason }),
      };
    case 'completed':
      return { state: job.state, completedAt: job.completedAt };
    case 'failed':
      return { state: job.state, code: job.code, reason: job.reason, failedAt: job.failedAt };
  }
}

/** A job whose models folder was moved. A publication names the old paths: it is prepared again. */
export function movedTo(job: JobRecord, root: string): JobRecord {
  if (job.root === root) return job;
  const { publishing: _, ...rest } = job;
  return { ...rest, root };
}

/** Returns the snapshot of a job on which this process does not work. */
export function snapshotAtRest(job: JobRecord): JobSnapshot {
  const { id, model, totalBytes, startedAt } = job;
  const facts = { id, model, totalBytes, startedAt };
  switch (job.state) {
    case 'downloading':
      return { ...facts, downloadedBytes: job.downloadedBytes, state: 'downloading', bytesPerSecond: 0 };
    case 'completed':
      return { ...facts, downloadedBytes: totalBytes, state: 'completed', completedAt: job.completedAt };
    case 'paused':
    case 'failed': {
      // Cancelling a download drops its bytes.
      const dropped = job.state === 'failed' && job.code === 'cancelled';
      return { ...facts, downloadedBytes: dropped ? 0 : job.downloadedBytes, ...recordedStateOf(job) } as JobSnapshot;
    }
  }
}

/** Whether a job is running or can be resumed. */
export function isOpen({ state }: Pick<JobRecord, 'state'>): boolean {
  return state === 'downloading' || state === 'paused';
}
