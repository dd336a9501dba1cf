import type { DownloadRequest } from '../../core/engine.js';
import type { FailureCode } from '../../core/errors.js';
import type { JobSnapshot } from '../../core/job.js';
import type { Stored } from '../../core/store.js';
import type { Publication } from '../library/publish.js';
import type { DownloadPlan } from '../plan.js';

/** Whose job it is: a server goes on with its own at the next start, a command waits to be called again. */
export type JobOwner = 'server' | 'command';

/** How a job stands, as far as it outlasts the process. */
export type RecordedState =
  | { state: 'downloading' }
  | { state: 'paused'; code?: FailureCode; reason?: string }
  | { state: 'completed'; completedAt: number }
  | { state: 'failed'; code: FailureCode; reason: string; failedAt: number };

interface JobFacts extends Stored {
  readonly request: DownloadRequest;
  readonly plan: DownloadPlan;
  /** The models folder that it downloads into. */
  readonly root: string;
  readonly owner: JobOwner;
  readonly startedAt: number;
  readonly totalBytes: number;
  /** Of files that need no room on the disk any more: they were there already. */
  readonly presentBytes: number;
  /** Files of another digest may be replaced. */
  readonly replaces?: true;
  /** There was a token when it was planned; which one is nobody's business. */
  readonly hadToken?: true;
  /** Jobs of lower order come first. */
  readonly order: number;
  /** Bytes per second. */
  readonly limit?: number;
  /** Bytes of each file, by path, when it was last let go of. */
  readonly reached: Readonly<Record<string, number>>;
  /** As it was last shown. */
  readonly downloadedBytes: number;
  /** All files are verified and synced: whoever finds it publishes them. */
  readonly publishing?: Publication;
}

/** A download, as plain data: what is in its `job.json`. No token and no signed URL is ever in it. */
export type JobRecord = JobFacts & RecordedState;

/** What of a job's record may change; what is `undefined` is left out from then on. */
export type JobChange = {
  [Key in 'order' | 'limit' | 'reached' | 'downloadedBytes' | 'publishing']?: JobFacts[Key] | undefined;
};

/** The next version of a job's record: with a new standing as a whole, or with the one it has. */
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

/** Every field that some standing has. */
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

/** A job that nobody here works on. */
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
      // Whoever cancels a download drops what is there of it.
      const dropped = job.state === 'failed' && job.code === 'cancelled';
      return { ...facts, downloadedBytes: dropped ? 0 : job.downloadedBytes, ...recordedStateOf(job) } as JobSnapshot;
    }
  }
}

/** Whether a job is under way, or could be. */
export function isOpen({ state }: Pick<JobRecord, 'state'>): boolean {
  return state === 'downloading' || state === 'paused';
}
