/** How long to wait between attempts, in ms. */
export interface BackoffLimits {
  retryMs: number;
  longestRetryMs: number;
}

/**
 * Computes the wait before the next attempt, in ms: twice as long after each failure, and never the same for two clients.
 * @param attempts failures so far, from 1
 * @param random from 0 to 1
 */
export function backoff(attempts: number, random: number, { retryMs, longestRetryMs }: BackoffLimits): number {
  // Beyond 40 doublings every wait is the longest one.
  const full = Math.min(longestRetryMs, retryMs * 2 ** Math.min(attempts - 1, 40));
  return full * (0.5 + random / 2);
}
