import { MAX_TIME, type Clock } from '../core/clock.js';
import type { DecisionListener } from '../core/simulation.js';
import type { JobStore } from '../core/store.js';
import type { SimulatedJob } from './job.js';
import type { ModelResolver } from './resolve-model.js';

/** A clock that may let polls move what is polled. */
export interface PolledClock extends Clock {
  /** By how many ms a poll moves the job that is polled, on top of what the clock does; 0 by default. */
  readonly pollStep?: number;
}

/** The parts of a simulation that jobs and their scenarios use. */
export interface JobContext {
  clock: PolledClock;
  store: JobStore<SimulatedJob>;
  seed: string;
  resolver: ModelResolver;
  onDecision: DecisionListener;
}

/** The time of a job: the clock's, and what polls have moved it beyond, up to the last that can be spelled. */
export function timeOf(clock: PolledClock, { ahead = 0 }: SimulatedJob): number {
  return Math.min(clock.now() + ahead, MAX_TIME);
}
