import { systemClock, withoutStepsBack, type WaitingClock } from '../core/clock.js';

/** A clock with the time of day, and a monotonic time for durations. */
export interface RealClock extends WaitingClock {
  /** Milliseconds from an arbitrary start, not whole; never goes back. */
  monotonic(): number;
}

/** The machine's own. */
export const realClock: RealClock = { ...systemClock, monotonic: () => performance.now() };

/**
 * Wraps a clock so that its dates never go back when the machine's date is set back: no job completes before it
 * started.
 */
export function withSteadyDates(clock: RealClock): RealClock {
  const dates = withoutStepsBack(clock);
  return {
    now: () => dates.now(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}
