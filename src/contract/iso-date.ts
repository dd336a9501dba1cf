import { MAX_TIME } from '../core/clock.js';

/**
 * Formats a time as `Date.prototype.toISOString` does, in half its time: every status poll has two of them.
 * @param ms truncated to the millisecond, never rounded
 */
export function isoDate(ms: number): string {
  const date = new Date(ms);
  // Later and earlier years do not have four digits.
  if (!(ms >= 0 && ms <= MAX_TIME)) return date.toISOString();
  const day = `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day}T${time}.${three(date.getUTCMilliseconds())}Z`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}

function three(number: number): string {
  return number < 100 ? `0${two(number)}` : `${number}`;
}
