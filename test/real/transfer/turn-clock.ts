import type { RealClock } from '../../../src/real/real-clock.js';

/** How much time one turn is. */
const TURN_MS = 5;

/**
 * Creates a clock that counts turns of this process's event loop, each as 5 ms, and only while something sleeps. The hub
 * and the transfer of these tests run in one process: where the machine halts it or is slow, neither loses time that the
 * other has had, so no limit is reached that the test does not mean.
 */
export function createTurnClock(): RealClock {
  const startedAt = Date.now();
  let passedMs = 0;
  let turning: NodeJS.Timeout | undefined;
  const sleepers = new Set<{ until: number; wake: () => void }>();

  function turn(): void {
    passedMs += TURN_MS;
    for (const sleeper of [...sleepers]) if (sleeper.until <= passedMs) sleeper.wake();
    turning = sleepers.size > 0 ? setTimeout(turn, TURN_MS) : undefined;
  }

  return {
    now: () => startedAt + passedMs,
    monotonic: () => passedMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const sleeper = { until: passedMs + ms, wake };
        function wake(): void {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', stop);
          resolve();
        }
        function stop(): void {
          sleepers.delete(sleeper);
          reject(signal!.reason as Error);
        }
        signal?.addEventListener('abort', stop, { once: true });
        sleepers.add(sleeper);
        turning ??= setTimeout(turn, TURN_MS);
      }),
  };
}
