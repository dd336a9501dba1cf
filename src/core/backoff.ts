/** The bounds of the wait between attempts, in ms. */
export interface BackoffLimits {
  retryMs: number;
  longestRetryMs: number;
}

/**
 * Computes the wait before the next attempt, in ms: it doubles after each failure, and is spread so that clients do not
 * retry in step.
 * @param attempts failures so far, from 1
 * @param random from 0 to 1
 */
export function backoff(attempts: number, random: number, { retryMs, longestRetryMs }: BackoffLimits): number {
  // After 40 doublings every wait is the longest one.
  const full = Math.min(longestRetryMs, retryMs * 2 ** Math.min(attempts - 1, 40));
  return full * (0.5 + random / 2);
}
