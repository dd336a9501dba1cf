import { LONGEST_TIMER_MS } from '../../src/core/wall-timer.js';
import type { HubClock } from '../../src/hub/clock.js';

/** A clock that passes only when somebody sleeps, and remembers for how long they did. */
export interface StoryClock extends HubClock {
  /** In the order in which they began. */
  sleeps: number[];
  advance(ms: number): void;
  /** Back to where it began, with nothing slept. */
  reset(): void;
}

/** Sleeping takes no time here; only an endless sleep lasts until its signal. */
export function createStoryClock(start = Date.UTC(2026, 2, 1)): StoryClock {
  let now = start;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    reset: () => {
      now = start;
      sleeps.length = 0;
    },
    sleep: (ms, signal) => {
      sleeps.push(ms);
      if (ms !== LONGEST_TIMER_MS) {
        now += ms;
        return Promise.resolve();
      }
      return new Promise((_resolve, reject) => {
        const leave = (): void => reject(new Error('aborted'));
        if (signal?.aborted) leave();
        else signal?.addEventListener('abort', leave);
      });
    },
  };
}
