import { describe, expect, it } from 'vitest';
import { drawLatency } from '../../src/control/faults/latency.js';
import type { LatencyEffect } from '../../src/control/faults/fault.js';

const draw = (effect: LatencyEffect, seed = 1, count = 4000): number[] =>
  Array.from({ length: count }, (_, index) => drawLatency(effect, seed, index + 1));
const shareOf = (waits: number[], holds: (ms: number) => boolean): number => waits.filter(holds).length / waits.length;

const uniform: LatencyEffect = { type: 'latency', distribution: 'uniform', minMs: 10, maxMs: 19 };
const lognormal: LatencyEffect = { type: 'latency', distribution: 'lognormal', medianMs: 1000, sigma: 0.5 };

describe('latency', () => {
  it('that is fixed is the same for every call', () => {
    expect(new Set(draw({ type: 'latency', ms: 7 }))).toEqual(new Set([7]));
  });

  it('that is uniform takes every value from the least to the most, both included, about as often', () => {
    const waits = draw(uniform);
    expect([...new Set(waits)].sort((one, other) => one - other)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    for (let ms = 10; ms < 20; ms++) expect(shareOf(waits, (wait) => wait === ms)).toBeCloseTo(0.1, 1);
  });

  it('that is lognormal has its median, and a tail as long as sigma says', () => {
    const waits = draw(lognormal);
    expect(shareOf(waits, (ms) => ms < 1000)).toBeCloseTo(0.5, 1);
    expect(shareOf(waits, (ms) => ms > 1000 * Math.exp(0.5))).toBeCloseTo(0.159, 1);
    expect(shareOf(waits, (ms) => ms < 1000 * Math.exp(-0.5))).toBeCloseTo(0.159, 1);
    const normal = waits.map((ms) => Math.log(ms / 1000) / 0.5);
    expect(normal.reduce((sum, each) => sum + each, 0) / normal.length).toBeCloseTo(0, 1);
    expect(normal.reduce((sum, each) => sum + each ** 2, 0) / normal.length).toBeCloseTo(1, 0);
    expect(Math.max(...waits)).toBeGreaterThan(1000 * Math.exp(3 * 0.5));
    expect(waits.every((ms) => Number.isInteger(ms) && ms > 0)).toBe(true);
  });

  it('that is lognormal takes no longer than it may', () => {
    expect(Math.max(...draw({ ...lognormal, maxMs: 1500 }))).toBe(1500);
  });

  it.each([uniform, lognormal])('is decided by the seed and the number of the call: $distribution', (effect) => {
    expect(draw(effect, 1, 50)).toEqual(draw(effect, 1, 50));
    expect(draw(effect, 2, 50)).not.toEqual(draw(effect, 1, 50));
    expect(drawLatency(effect, 1, 30)).toBe(draw(effect, 1, 50)[29]);
  });

  it('is the same in every version: a replay waits as long as what it replays', () => {
    expect(draw(uniform, 1, 6)).toEqual([10, 11, 14, 10, 18, 12]);
    expect(draw(lognormal, 1, 6)).toEqual([745, 1061, 777, 931, 2048, 1691]);
  });
});
