import type { HubClock } from '../clock.js';

/** A limit in bytes per second, shared by all callers that take from it. */
export interface Pace {
  /** How many bytes should be sent at once, so that a slow line is even and not bursty. */
  readonly gulp: number;
  /** Resolves when `bytes` may be sent. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

const GULPS_PER_SECOND = 20;
// Timers are about a millisecond late each, which is made up for: otherwise a line of 40 MB/s would become one of 30.
// This is the limit, so that an idle line does not start with a burst.
const MADE_UP_FOR_MS = 50;

/** Creates a limit. Callers queue behind each other: the next one waits for the bytes of the one before. */
export function createPace(bytesPerSecond: number, clock: HubClock): Pace {
  let freeAt: number | undefined;
  return {
    gulp: Math.max(1, Math.floor(bytesPerSecond / GULPS_PER_SECOND)),
    async take(bytes, signal) {
      const now = clock.now();
      freeAt = Math.max(freeAt ?? now, now - MADE_UP_FOR_MS) + (bytes / bytesPerSecond) * 1000;
      if (freeAt > now) await clock.sleep(freeAt - now, signal);
    },
  };
}
