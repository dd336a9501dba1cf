import type { HubClock } from '../clock.js';

/** A limit on bytes per second, shared by all callers that take from it. */
export interface Pace {
  /** As many bytes as should go out at once, so that a slow line trickles instead of coming in gulps. */
  readonly gulp: number;
  /** Resolves when `bytes` may go out. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

const GULPS_PER_SECOND = 20;
// Timers come late, by about a millisecond each: what was lost is made up for, or a line of 40 MB/s becomes one of 30. No
// more than this, so that a line that was idle does not start with a burst.
const MADE_UP_FOR_MS = 50;

/** Callers queue up behind each other: what one takes, the next waits for. */
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
