/** A condition that the clock can be advanced to. */
export type Condition =
  /** A fraction of the size, 0 to 1. */
  | { job: string; progress: number }
  | { job: string; bytes: number }
  | { job: string; status: 'downloading' | 'paused' | 'completed' | 'failed' }
  /** The next transition of any job: a change of status, or the start or end of a stall or of finalizing. */
  | 'next-transition'
  /** No job is downloading. */
  | 'idle';

/** A transition of a job: a change of status, or the start or end of a stall or of finalizing. */
export interface Transition {
  /** Milliseconds since the epoch. */
  at: number;
  job: string;
  model: string;
  type: 'started' | 'stalled' | 'moving' | 'finalizing' | 'paused' | 'resumed' | 'completed' | 'failed';
}

/** Predictions, which only a simulation can make. */
export interface Foresight {
  /**
   * Finds the first millisecond from now on at which a condition holds, or the reason why it never will unless a caller
   * intervenes.
   */
  when(condition: Condition): Promise<{ at: number } | { never: string }>;
  /** Lists the transitions after `from`, up to and including `to`, in order: of all jobs, or of one. */
  transitions(from: number, to: number, job?: string): Promise<Transition[]>;
}
