import { MAX_TIME } from './clock.js';

/** The window over which the speed is measured. */
export const SPEED_WINDOW_MS = 10_000;

/**
 * Computes bytes per second over the last 10 s, or since the transfer began when that is less; 0 when no time has
 * passed. It is computed when it is read, so that a stall shows as 0 and not as the last good value.
 *
 * @param transferredAt bytes transferred up to a moment of active time: rewinds subtract nothing, bytes found on disk
 * add nothing
 * @param began the moment of active time at which the first transfer began
 * @param now the moment of active time asked about (pauses cut out, stalls counted)
 */
export function speedOver(
  transferredAt: (activeMs: number) => number,
  began: number,
  now: number,
  windowMs = SPEED_WINDOW_MS,
): number {
  const from = Math.max(began, now - windowMs);
  // Multiplying before dividing keeps a steady line's speed a whole number.
  return now > from ? ((transferredAt(now) - transferredAt(from)) * 1000) / (now - from) : 0;
}

/**
 * Estimates when the rest will have arrived at this speed, truncated to the millisecond; `undefined` when nothing
 * moves.
 */
export function estimateCompletion(now: number, remainingBytes: number, bytesPerSecond: number): number | undefined {
  if (bytesPerSecond <= 0) return undefined;
  return Math.min(Math.trunc(now + (remainingBytes / bytesPerSecond) * 1000), MAX_TIME);
}
