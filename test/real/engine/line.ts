import type { HubClock } from '../../../src/hub/index.js';

/** The time of a slow line. It passes only when a test says so: however slow the machine is, no byte comes before. */
export interface Line extends HubClock {
  pass(ms: number): void;
}

export function createLine(): Line {
  let now = Date.now();
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = {
          until: now + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        if (signal?.aborted === true) sleeper.wake();
        else signal?.addEventListener('abort', sleeper.wake);
      }),
    pass: (ms) => {
      now += ms;
      for (const sleeper of [...sleepers]) if (sleeper.until <= now) sleeper.wake();
    },
  };
}
