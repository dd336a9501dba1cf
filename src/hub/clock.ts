import { systemClock, withoutStepsBack } from '../core/clock.js';
import { LONGEST_TIMER_MS } from '../core/wall-timer.js';

/** The clock of a hub: it dates answers, lets signatures expire, and delays answers on purpose. */
export interface HubClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; when `signal` aborts, it resolves or rejects at once. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Creates a clock from the machine's time that never goes back: when the machine's date is set back, waits and quotas
 * must not be delayed by that.
 */
export function createWallClock(): HubClock {
  const steady = withoutStepsBack(systemClock);
  return { now: () => steady.now(), sleep };
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish);
  });
}

/** Wraps a clock: it shows `offsetMs()` more, its sleeps are limited to what timers support, and they never reject. */
export function patientClock(clock: HubClock, offsetMs: () => number = () => 0): HubClock {
  return {
    now: () => clock.now() + offsetMs(),
    sleep: (ms, signal) => clock.sleep(Math.min(ms, LONGEST_TIMER_MS), signal).catch(() => undefined),
  };
}
