import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { MAX_TIME } from '../../src/core/clock.js';
import { estimateCompletion, SPEED_WINDOW_MS, speedOver } from '../../src/core/speed-and-estimate.js';

const settings = { seed: 20251003 };

describe('the speed', () => {
  it.each([
    ['is 0 when no time has passed', (ms: number) => ms, 0, 0, 0],
    ['is 0 before the first byte was asked for', (ms: number) => ms, 500, 400, 0],
    ['is over the time since the first byte was asked for', (ms: number) => ms - 500, 500, 1500, 1000],
    ['is fractional', (ms: number) => (ms < 3000 ? 0 : 1), 0, 3000, 1 / 3],
    ['is over the last 10 s once that much has passed', (ms: number) => (ms < 20_000 ? 0 : 5000), 0, 25_000, 500],
    ['forgets what is more than 10 s ago', (ms: number) => Math.min(ms, 1000), 0, 11_000, 0],
  ])('%s', (_what, transferredAt, began, now, speed) => {
    expect(speedOver(transferredAt, began, now)).toBe(speed);
  });

  it('is that of the documented example', () => {
    expect(speedOver((ms) => Math.floor((ms - 6) * 7.84), 6, 127)).toBe(7834.710743801653);
  });

  test.prop([fc.nat(1e7), fc.nat(1e7), fc.double({ min: 0, max: 1e9, noNaN: true })], settings)(
    'is that of a steady line, whenever it is asked for',
    (began, later, bytesPerMs) => {
      const now = began + later + 1;
      const speed = speedOver((ms) => (ms - began) * bytesPerMs, began, now);
      expect(speed).toBeGreaterThanOrEqual(0);
      expect(Math.abs(speed - bytesPerMs * 1000)).toBeLessThanOrEqual(bytesPerMs * 1e-3 + 1e-9);
    },
  );

  it('of a steady line is the whole number that it is', () => {
    for (let ms = 1; ms <= 10_000; ms++) expect(speedOver((at) => at * 1000, 0, ms)).toBe(1_000_000);
  });

  it('asks for nothing older than the window', () => {
    const asked: number[] = [];
    speedOver((ms) => asked.push(ms), 0, 60_000);
    expect(Math.min(...asked)).toBe(60_000 - SPEED_WINDOW_MS);
  });
});

describe('the estimate', () => {
  it.each([
    ['is absent when nothing moves', 1000, 500, 0, undefined],
    ['is now when nothing remains', 1000, 0, 7, 1000],
    ['is truncated to the millisecond', 1000, 2, 3, 1666],
    [
      'is that of the documented example',
      Date.parse('2025-10-03T15:33:23.623Z'),
      2_279_144_055,
      7834.710743801653,
      Date.parse('2025-10-07T00:21:47.030Z'),
    ],
    ['never passes the last time that a date can spell', 1000, Number.MAX_SAFE_INTEGER, 5e-324, MAX_TIME],
  ])('%s', (_what, now, remaining, speed, estimate) => {
    expect(estimateCompletion(now, remaining, speed)).toBe(estimate);
  });
});
