import type { HubClock } from '../clock.js';

/** The number of requests that a caller may make in one window. */
export interface Limits {
  api: number;
  resolvers: number;
  windowMs: number;
}

/** The real hub's limits for anonymous callers. */
export const realLimits: Limits = { api: 500, resolvers: 3000, windowMs: 300_000 };

/** What is left after a request was counted. */
export interface Quota {
  headers: Record<string, string>;
  /** Whether the request exceeds the limit. */
  exceeded: boolean;
  secondsToReset: number;
}

/** Counts requests by caller. */
export interface RateLimits {
  count(bucket: 'api' | 'resolvers', caller: string): Quota;
  reset(): void;
}

/**
 * With `enforced: false` no client is refused, and each request counts as the first: clients slow down when little is
 * left.
 */
export function createRateLimits(limits: Limits, enforced: boolean, clock: Pick<HubClock, 'now'>): RateLimits {
  const windows = new Map<string, { endsAt: number; used: number }>();
  return {
    count(bucket, caller) {
      const now = clock.now();
      const key = `${bucket} ${caller}`;
      let window = windows.get(key);
      // After the clock was set back, a window must not end far in the future.
      if (window === undefined || window.endsAt <= now || window.endsAt > now + limits.windowMs) {
        window = { endsAt: now + limits.windowMs, used: 0 };
        windows.set(key, window);
      }
      window.used = enforced ? window.used + 1 : 1;
      const secondsToReset = Math.ceil((window.endsAt - now) / 1000);
      const remaining = Math.max(0, limits[bucket] - window.used);
      return {
        // https://huggingface.co/docs/hub/rate-limits, after draft-ietf-httpapi-ratelimit-headers
        headers: {
          RateLimit: `"${bucket}";r=${remaining};t=${secondsToReset}`,
          'RateLimit-Policy': `"fixed window";"${bucket}";q=${limits[bucket]};w=${limits.windowMs / 1000}`,
        },
        exceeded: enforced && window.used > limits[bucket],
        secondsToReset,
      };
    },
    reset: () => windows.clear(),
  };
}
