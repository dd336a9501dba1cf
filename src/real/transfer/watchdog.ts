/*
 * Which requests have gone on for too long without bringing enough: decisions about what was measured.
 */
import type { DownloaderLimits } from '../limits.js';
import type { RangeRequest } from './range-request.js';

/** Whether it said nothing for too long while it was being read. Time is milliseconds awake. */
export function isSilent(
  request: RangeRequest,
  now: number,
  { silenceMs }: Pick<DownloaderLimits, 'silenceMs'>,
): boolean {
  return request.state !== 'locating' && !request.paused && now - request.heardAt > silenceMs;
}

/** Measures a request's speed, about twice a second; returns it when there is a new one. */
export function measure(request: RangeRequest, now: number, everyMs: number): number | undefined {
  const elapsed = now - request.measured.at;
  if (request.state !== 'reading' || elapsed < everyMs) return undefined;
  request.speed = ((request.received - request.measured.received) / elapsed) * 1000;
  // One that we did not read says nothing about the line.
  const fair = !request.measured.paused;
  request.measured = { at: now, received: request.received, paused: request.paused };
  if (!fair) request.slowSince = undefined;
  return fair ? request.speed : undefined;
}

/**
 * Notes whether a request is far slower than the usual one, and returns whether it has been for long enough.
 * @param hurry nothing else is left to do, so that everybody waits for this one
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
  // Before the first measurement every request looks as if it stood still.
  if (request.measured.at === request.readingSince) return false;
  request.slowSince ??= now;
  return now - request.slowSince >= (hurry ? slowMs / 4 : slowMs);
}

/** The middle one, or the upper of two; 0 when there is none. */
export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
