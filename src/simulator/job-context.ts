import { MAX_TIME, type Clock } from '../core/clock.js';
import type { DecisionListener } from '../core/simulation.js';
import type { JobStore } from '../core/store.js';
import type { SimulatedJob } from './job.js';
import type { ModelResolver } from './resolve-model.js';

/** A clock that may let polls advance the polled job. */
export interface PolledClock extends Clock {
  /** How many ms a poll advances the polled job, in addition to the clock; 0 by default. */
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

/** Returns the time of a job: the clock's time plus the advance by polls, at most the last valid time. */
export function timeOf(clock: PolledClock, { ahead = 0 }: SimulatedJob): number {
  return Math.min(clock.now() + ahead, MAX_TIME);
}
