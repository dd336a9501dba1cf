import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { bytesAt, firstMoment, layOut, segmentAt, transferredAt } from '../../src/simulator/timeline.js';
import { runs, SEED, size, scenario } from './arbitraries.js';

const settings = { seed: SEED, numRuns: runs(400) };

describe('a timeline', () => {
  test.prop([scenario, size, size, fc.nat(0xffff_ffff)], settings)(
    'is without gaps, and has whole bytes at whole milliseconds',
    (steps, totalBytes, found, seed) => {
      const { segments, end } = layOut(steps, totalBytes, found, seed);
      let [time, active] = [0, 0];
      for (const segment of segments) {
        expect(segment.from).toBe(time);
        expect(segment.activeFrom).toBe(active);
        expect(segment.to).toBeGreaterThanOrEqual(segment.from);
        expect(segment.toBytes).toBeGreaterThanOrEqual(segment.fromBytes);
        expect(segment.toBytes).toBeLessThanOrEqual(totalBytes);
        time = segment.to;
        if (segment.type !== 'pause') active += segment.to - segment.from;
      }
      expect(end).toBe(segments.at(-1)?.type === 'fail' ? Infinity : time);
      if (end < Infinity && segments.length > 0) expect(segments.at(-1)!.toBytes).toBe(totalBytes);
    },
  );

  test.prop([scenario, size, size, fc.array(fc.nat(200_000), { minLength: 1, maxLength: 20 })], settings)(
    'has transferred what is there, less what was found, and more by what rewinds took away',
    (steps, totalBytes, found, moments) => {
      const timeline = layOut(steps, totalBytes, found, 7);
      for (const time of moments) {
        const segment = segmentAt(timeline, time);
        if (!segment) continue;
        const bytes = bytesAt(segment, time - segment.from);
        const active = segment.activeFrom + (segment.type === 'pause' ? 0 : time - segment.from);
        const before = timeline.segments.slice(0, timeline.segments.indexOf(segment) + 1);
        const taken = before.reduce(
          (sum, each, index) =>
            sum + (index === 0 ? Math.min(found, totalBytes) : before[index - 1]!.toBytes) - each.fromBytes,
          0,
        );
        expect(transferredAt(timeline, active)).toBe(bytes - Math.min(found, totalBytes) + taken);
      }
    },
  );

  test.prop([scenario, size, fc.nat(0xffff_ffff), fc.nat(100_000)], settings)(
    'never loses a byte from one millisecond to the next, but between segments',
    (steps, totalBytes, seed, time) => {
      const { segments } = layOut(steps, totalBytes, 0, seed);
      for (const segment of segments) {
        const length = Math.min(segment.to - segment.from, 1e12);
        for (const ms of [0, time % Math.max(1, length), length - 2].filter((each) => each >= 0)) {
          const [before, after] = [bytesAt(segment, ms), bytesAt(segment, ms + 1)];
          expect(after).toBeGreaterThanOrEqual(before);
          expect(before).toBeGreaterThanOrEqual(segment.fromBytes);
          expect(after).toBeLessThanOrEqual(segment.toBytes);
        }
      }
    },
  );
});

describe('the first moment', () => {
  test.prop([fc.nat(), fc.nat(), fc.nat()], settings)('is found by halving', (low, length, at) => {
    const high = low + length;
    const first = low + (at % (length + 1));
    expect(firstMoment(low, high, (moment) => moment >= first)).toBe(first);
  });
});
