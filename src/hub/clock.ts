import { systemClock, withoutStepsBack } from '../core/clock.js';
import { LONGEST_TIMER_MS } from '../core/wall-timer.js';

/** Time as a hub needs it: to stamp answers, let signatures expire, and to be slow on purpose. */
export interface HubClock {
  /** ms since the epoch. */
  now(): number;
  /** Resolves after `ms`; when `signal` aborts, it resolves or rejects at once. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock, whose time runs on where the machine is set back: a pace or a quota must not wait for that hour. */
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

/** Wraps a clock: it shows `offsetMs()` more, sleeps no longer than timers can, and its sleeps never reject. */
export function patientClock(clock: HubClock, offsetMs: () => number = () => 0): HubClock {
  return {
    now: () => clock.now() + offsetMs(),
    sleep: (ms, signal) => clock.sleep(Math.min(ms, LONGEST_TIMER_MS), signal).catch(() => undefined),
  };
}
