import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { isoDate } from '../../src/contract/iso-date.js';

/** The last time that Date knows. */
const LAST = 8.64e15;

test.each([
  0,
  1,
  999.9,
  Date.UTC(2024, 1, 29, 23, 59, 59, 999),
  253_402_300_799_999,
  253_402_300_800_000,
  -0.5,
  -1,
  LAST,
  -LAST,
])('spells %d as Date does', (ms) => expect(isoDate(ms)).toBe(new Date(ms).toISOString()));

test.prop([fc.double({ min: 0, max: 253_402_300_799_999, noNaN: true })], { numRuns: 2000 })(
  'spells each time up to the year 9999 as Date does',
  (ms) => {
    expect(isoDate(ms)).toBe(new Date(ms).toISOString());
  },
);

test('refuses an invalid time, as Date does', () => {
  expect(() => isoDate(NaN)).toThrow(RangeError);
  expect(() => isoDate(LAST + 1)).toThrow(RangeError);
});
