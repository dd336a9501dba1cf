import type { RealClock } from '../real-clock.js';

/** What the hub counts requests by: questions to its API, and files asked for. */
export type RateBucket = 'api' | 'resolvers';

/** Holds back requests while the hub wants to be left alone. One for all that one process asks. */
export interface RateGate {
  /** How long no request may go out; 0 when the way is free. */
  waitMs(bucket: RateBucket): number;
  /** No request in this bucket for so long. A longer wait that holds already stays. */
  close(bucket: RateBucket, ms: number): void;
}

/** No hub means longer than that; one that says so would otherwise keep all downloads waiting for ever. */
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
 * How long a hub that answered 429 or 5xx wants to be left alone, as far as its headers tell: `RateLimit: "api";r=0;t=3`
 * (remaining, seconds to the next window), else Retry-After in seconds or as a date, which is held against the answer's
 * own Date; an hour at most. Names of headers in lower case.
 */
export function askedPatience(headers: Readonly<Record<string, string>>): number | undefined {
  const ms = toldPatience(headers);
  return ms === undefined ? undefined : Math.min(ms, LONGEST_PATIENCE_MS);
}

function toldPatience(headers: Readonly<Record<string, string>>): number | undefined {
  const [, remaining, seconds] = /;\s*r=(\d+)\s*;\s*t=(\d+)/.exec(headers.ratelimit ?? '') ?? [];
  // The window's end is rounded: one second more, or the next request comes into the old one.
  if (remaining !== undefined && Number(remaining) === 0) return (Number(seconds) + 1) * 1000;
  const after = headers['retry-after']?.trim();
  if (after === undefined || after === '') return undefined;
  if (/^\d+$/.test(after)) return Number(after) * 1000;
  const wait = Date.parse(after) - Date.parse(headers.date ?? '');
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
