/*
 * Which requests have gone on for too long without bringing enough: decisions about what was measured.
 */
import type { RealLimits } from '../limits.js';
import type { Run } from './run.js';

/** Whether it said nothing for too long while it was being read. Time is milliseconds awake. */
export function isSilent(run: Run, now: number, { silenceMs }: Pick<RealLimits, 'silenceMs'>): boolean {
  return run.state !== 'locating' && !run.paused && now - run.heardAt > silenceMs;
}

/** Measures a request's speed, about twice a second; returns it when there is a new one. */
export function measure(run: Run, now: number, everyMs: number): number | undefined {
  const elapsed = now - run.measured.at;
  if (run.state !== 'reading' || elapsed < everyMs) return undefined;
  run.speed = ((run.received - run.measured.received) / elapsed) * 1000;
  // One that we did not read says nothing about the line.
  const fair = !run.measured.paused;
  run.measured = { at: now, received: run.received, paused: run.paused };
  if (!fair) run.slowSince = undefined;
  return fair ? run.speed : undefined;
}

/**
 * Notes whether a request is far slower than the usual one, and returns whether it has been for long enough.
 * @param hurry nothing else is left to do, so that everybody waits for this one
 */
export function isTooSlow(
  run: Run,
  now: number,
  usualSpeed: number,
  hurry: boolean,
  { slowMs, slowShare }: Pick<RealLimits, 'slowMs' | 'slowShare'>,
): boolean {
  if (run.state !== 'reading' || run.paused || run.speed >= usualSpeed * slowShare) {
    run.slowSince = undefined;
    return false;
  }
  // Before the first measurement every request looks as if it stood still.
  if (run.measured.at === run.readingSince) return false;
  run.slowSince ??= now;
  return now - run.slowSince >= (hurry ? slowMs / 4 : slowMs);
}

/** The middle one, or the upper of two; 0 when there is none. */
export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
