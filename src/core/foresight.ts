/** Something to advance to. */
export type Condition =
  /** A fraction of the size, 0 to 1. */
  | { job: string; progress: number }
  | { job: string; bytes: number }
  | { job: string; status: 'downloading' | 'paused' | 'completed' | 'failed' }
  /** The next change of status, or start or end of a stall or finalize, of any job. */
  | 'next-transition'
  /** Nothing is downloading. */
  | 'idle';

/** A change in a job's story: of its status, or the start or end of a stall or of finalizing. */
export interface Transition {
  /** Milliseconds since the epoch. */
  at: number;
  job: string;
  model: string;
  type: 'started' | 'stalled' | 'moving' | 'finalizing' | 'paused' | 'resumed' | 'completed' | 'failed';
}

/** What only a simulation can know. */
export interface Foresight {
  /** The first millisecond from now on at which a condition holds, or why it never will if nobody intervenes. */
  when(condition: Condition): Promise<{ at: number } | { never: string }>;
  /** The transitions after `from`, up to and including `to`, in order: of all jobs, or of one. */
  transitions(from: number, to: number, job?: string): Promise<Transition[]>;
}
