import { systemClock, withoutStepsBack, type WaitingClock } from '../core/clock.js';

/** The time of day, and a monotonic time for durations. */
export interface RealClock extends WaitingClock {
  /** Milliseconds since some moment, not whole; never goes back. */
  monotonic(): number;
}

/** The machine's own. */
export const realClock: RealClock = { ...systemClock, monotonic: () => performance.now() };

/** The same clock, whose dates run on where the machine's are set back: no job completes before it started. */
export function withSteadyDates(clock: RealClock): RealClock {
  const dates = withoutStepsBack(clock);
  return {
    now: () => dates.now(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}
