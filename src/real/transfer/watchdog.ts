/* Decides which requests have been too slow for too long, by measurements. */
import type { DownloaderLimits } from '../limits.js';
import type { RangeRequest } from './range-request.js';

/** Whether it was silent for too long while it was read. Time is milliseconds awake. */
export function isSilent(
  request: RangeRequest,
  now: number,
  { silenceMs }: Pick<DownloaderLimits, 'silenceMs'>,
): boolean {
  return request.state !== 'locating' && !request.paused && now - request.heardAt > silenceMs;
}

/** Measures a request's speed, about twice a second; returns it when there is a new value. */
export function measure(request: RangeRequest, now: number, everyMs: number): number | undefined {
  const elapsed = now - request.measured.at;
  if (request.state !== 'reading' || elapsed < everyMs) return undefined;
  request.speed = ((request.received - request.measured.received) / elapsed) * 1000;
  // A request that was not read shows nothing about the line.
  const fair = !request.measured.paused;
  request.measured = { at: now, received: request.received, paused: request.paused };
  if (!fair) request.slowSince = undefined;
  return fair ? request.speed : undefined;
}

/**
 * Records whether a request is far slower than a usual one, and returns whether that has lasted long enough.
 * @param hurry only this request is left, so that all others wait for it
 */
export function isTooSlow(
  request: RangeRequest,
  now: number,
  usualSpeed: number,
  hurry: boolean,
  { slowMs, slowShare }: Pick<DownloaderLimits, 'slowMs' | 'slowShare'>,
): boolean {
  if (request.state !== 'reading' || request.paused || request.speed >= usualSpeed * slowShare) {
    request.slowSince = undefined;
    return false;
  }
  // Before the first measurement every request seems to stand still.
  if (request.measured.at === request.readingSince) return false;
  request.slowSince ??= now;
  return now - request.slowSince >= (hurry ? slowMs / 4 : slowMs);
}

/** Returns the median, or the upper of two; 0 if there is none. */
export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
