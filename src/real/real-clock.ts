import { systemClock, type WaitingClock } from '../core/clock.js';

/** The time of day, and time that only ever goes forward: whoever measures a duration asks for the second. */
export interface RealClock extends WaitingClock {
  /** Milliseconds since some moment, not whole. */
  monotonic(): number;
}

export const realClock: RealClock = { ...systemClock, monotonic: () => performance.now() };
