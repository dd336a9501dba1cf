import type { FailureCode } from './errors.js';

/** What every download has, whatever its state. */
export interface JobFacts {
  id: string;
  /** The identity of what is downloaded: a catalog id, or `owner/repo@quantization`, lower-case. */
  model: string;
  totalBytes: number;
  downloadedBytes: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** By how many ms polls have moved it beyond the session's clock (mode `polls`); absent where none have. */
  aheadMs?: number;
  /** It is held at this moment: it stays there until it is resumed, or control moves the clock. */
  isHeld?: true;
}

/** The state of a download, with what only that state has. */
export type JobState =
  | {
      state: 'downloading';
      /** Bytes per second over the last 10 s, fractional; 0 when nothing moves. */
      bytesPerSecond: number;
      /** Milliseconds since the epoch; absent exactly when the speed is 0. */
      estimatedCompletion?: number;
    }
  | {
      state: 'paused';
      /** Why it paused by itself; absent when a user paused it. */
      code?: FailureCode;
      reason?: string;
    }
  | { state: 'completed'; completedAt: number }
  | { state: 'failed'; code: FailureCode; reason: string; failedAt: number };

/** The state of a download at one moment. */
export type JobSnapshot = JobFacts & JobState;
