import type { RealClock } from '../real-clock.js';

/** The kinds of requests that the hub counts: to its API, and for files. */
export type RateBucket = 'api' | 'resolvers';

/** Holds back requests while the hub does not accept any. One gate is shared by all requests of a process. */
export interface RateGate {
  /** Returns how long to wait; 0 if requests are accepted. */
  waitMs(bucket: RateBucket): number;
  /** Blocks requests of this kind for this long. A longer wait that applies already stays. */
  close(bucket: RateBucket, ms: number): void;
}

/** No real hub blocks for longer; a wrong value would otherwise stop all downloads forever. */
const LONGEST_PATIENCE_MS = 60 * 60_000;

export function createRateGate(clock: Pick<RealClock, 'monotonic'>): RateGate {
  const opensAt = new Map<RateBucket, number>();
  return {
    waitMs: (bucket) => Math.max(0, (opensAt.get(bucket) ?? 0) - clock.monotonic()),
    close(bucket, ms) {
      opensAt.set(bucket, Math.max(opensAt.get(bucket) ?? 0, clock.monotonic() + ms));
    },
  };
}

/**
 * Reads from the headers of a 429 or 5xx how long the hub asks clients to wait: `RateLimit: "api";r=0;t=3` (remaining,
 * seconds to the next window), else Retry-After in seconds or as a date, which is compared with the answer's own Date;
 * at most an hour. Names of headers in lower case.
 */
export function askedPatience(headers: Readonly<Record<string, string>>): number | undefined {
  const ms = toldPatience(headers);
  return ms === undefined ? undefined : Math.min(ms, LONGEST_PATIENCE_MS);
}

function toldPatience(headers: Readonly<Record<string, string>>): number | undefined {
  const [, remaining, seconds] = /;\s*r=(\d+)\s*;\s*t=(\d+)/.exec(headers.ratelimit ?? '') ?? [];
  // The end of the window is rounded, so a second is added; otherwise the next request could fall into the old one.
  if (remaining !== undefined && Number(remaining) === 0) return (Number(seconds) + 1) * 1000;
  const after = headers['retry-after']?.trim();
  if (after === undefined || after === '') return undefined;
  if (/^\d+$/.test(after)) return Number(after) * 1000;
  const wait = Date.parse(after) - Date.parse(headers.date ?? '');
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
