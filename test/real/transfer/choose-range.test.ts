import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { defaultLimits } from '../../../src/real/limits.js';
import { chooseRange, type OpenRange, type RangeChoice } from '../../../src/real/transfer/choose-range.js';
import { createSegmentQueue } from '../../../src/real/transfer/segment-queue.js';
import { GiB, KiB, MiB } from './stage.js';

const limits = defaultLimits;

function world(size: number, taken: (segment: number) => number = () => 0): RangeChoice<OpenRange> {
  const sink = { size, segmentBytes: limits.segmentBytes, taken, take: () => true, ready: async () => undefined };
  return {
    segments: createSegmentQueue(sink),
    sink,
    open: [],
    usualSpeed: 0,
    usualLatency: 200,
    connections: 4,
    isHeld: () => false,
    maySplit: true,
    limits,
  };
}

describe('the next run', () => {
  it('is one segment while nothing is known of the line', () => {
    expect(chooseRange(world(10 * GiB))).toEqual({ type: 'start', first: 0, end: 1 });
  });

  it('is as long as its connection takes 4 s for', () => {
    const choice = { ...world(20 * GiB), usualSpeed: 40 * MiB };
    expect(chooseRange(choice)).toEqual({ type: 'start', first: 0, end: 10 });
  });

  it('is short where answers come at once', () => {
    const choice = { ...world(20 * GiB), usualSpeed: 40 * MiB };
    expect(chooseRange({ ...choice, usualLatency: 20 })).toEqual({ type: 'start', first: 0, end: 2 });
    expect(chooseRange({ ...choice, usualLatency: 1 })).toEqual({ type: 'start', first: 0, end: 1 });
  });

  it('is never longer than 1 GiB', () => {
    const choice = { ...world(100 * GiB), usualSpeed: 100 * GiB };
    expect(chooseRange(choice)).toEqual({ type: 'start', first: 0, end: 64 });
  });

  it('leaves the others their share of the rest', () => {
    const choice = { ...world(64 * 16 * MiB), usualSpeed: 100 * GiB, connections: 16 };
    expect(chooseRange(choice)).toEqual({ type: 'start', first: 0, end: 4 });
  });

  it('begins at the first free segment', () => {
    const choice = world(10 * GiB);
    choice.segments.own(0, 3);
    choice.segments.finish(3);
    expect(chooseRange(choice)).toEqual({ type: 'start', first: 4, end: 5 });
  });

  it('ends before a segment that has bytes already, or one that must wait', () => {
    const choice = { ...world(GiB, (segment) => (segment === 2 ? 5 : 0)), usualSpeed: 100 * MiB };
    expect(chooseRange(choice)).toEqual({ type: 'start', first: 0, end: 2 });
    expect(chooseRange({ ...choice, isHeld: (segment) => segment === 1 })).toEqual({ type: 'start', first: 0, end: 1 });
    expect(chooseRange({ ...choice, isHeld: (segment) => segment === 0 })).toEqual({ type: 'start', first: 1, end: 2 });
  });

  it('begins no further than 1 GiB beyond the first byte that is missing', () => {
    const choice = world(10 * GiB);
    choice.segments.own(0, 65);
    expect(chooseRange(choice)).toBeUndefined();
    choice.segments.finish(0);
    expect(chooseRange(choice)).toEqual({ type: 'start', first: 65, end: 66 });
  });

  it('is only for segments that lack bytes', () => {
    const isWhole = (segment: number): boolean => ![7, 9].includes(segment);
    const choice = {
      ...world(GiB, (segment) => (isWhole(segment) ? limits.segmentBytes : 0)),
      usualSpeed: 100 * MiB,
    };
    expect(chooseRange(choice)).toEqual({ type: 'start', first: 7, end: 8 });
    choice.segments.finish(7);
    expect(chooseRange(choice)).toEqual({ type: 'start', first: 9, end: 10 });
    choice.segments.finish(9);
    expect(choice.segments.missing()).toBe(0);
  });

  it('is a share of the largest one, by speed, when nothing is free', () => {
    const choice = { ...world(GiB), usualSpeed: 30 * MiB };
    choice.segments.own(0, 64);
    const small = { position: 0, end: 160 * MiB, speed: 30 * MiB };
    const large = { position: 161 * MiB, end: GiB, speed: 10 * MiB };
    expect(chooseRange({ ...choice, open: [small, large] })).toEqual({
      type: 'split',
      request: large,
      first: 24,
      end: 64,
    });
  });

  it('leaves alone what is nearly there, and what has only one segment left', () => {
    const choice = world(64 * MiB);
    choice.segments.own(0, 4);
    expect(chooseRange({ ...choice, open: [{ position: 48 * MiB, end: 64 * MiB, speed: KiB }] })).toBeUndefined();
    expect(chooseRange({ ...choice, open: [{ position: 0, end: 64 * MiB, speed: GiB }] })).toBeUndefined();
    const open = [{ position: 0, end: 64 * MiB, speed: MiB }];
    expect(chooseRange({ ...choice, open, maySplit: false })).toBeUndefined();
    expect(chooseRange({ ...choice, open })).toMatchObject({ type: 'split' });
  });

  it('covers only missing segments, and each of them in time', () => {
    const facts = fc.record({
      size: fc.integer({ min: 1, max: 3 * GiB }),
      stored: fc.array(fc.constantFrom(0, 0, 0, 1, MiB, 16 * MiB), { minLength: 1, maxLength: 30 }),
      speed: fc.integer({ min: 0, max: 200 * MiB }),
      connections: fc.integer({ min: 1, max: 16 }),
      endings: fc.array(fc.nat(15), { minLength: 1, maxLength: 50 }),
    });
    fc.assert(
      fc.property(facts, ({ size, stored, speed, connections, endings }) => {
        const lengthOf = (segment: number): number => Math.min(16 * MiB, size - segment * 16 * MiB);
        const have = (segment: number): number => Math.min(lengthOf(segment), stored[segment % stored.length]!);
        const choice = { ...world(size, have), usualSpeed: speed, connections };
        const open: (OpenRange & { first: number })[] = [];
        const fetched = new Set<number>();
        for (let turn = 0; choice.segments.missing() > 0; turn++) {
          expect(turn).toBeLessThan(10_000);
          const next = open.length < connections ? chooseRange({ ...choice, open }) : undefined;
          if (next?.type === 'start') {
            for (let segment = next.first; segment < next.end; segment++) {
              expect(choice.segments.isFree(segment)).toBe(true);
              if (segment > next.first) expect(have(segment)).toBe(0);
            }
            choice.segments.own(next.first, next.end);
            const position = choice.segments.startOf(next.first) + have(next.first);
            open.push({ first: next.first, position, end: choice.segments.endOf(next.end - 1), speed });
          } else if (next?.type === 'split') {
            const request = next.request;
            expect(choice.segments.startOf(next.first)).toBeGreaterThan(request.position);
            expect(choice.segments.endOf(next.end - 1)).toBe(request.end);
            request.end = choice.segments.startOf(next.first);
            const position = request.end;
            open.push({ first: next.first, position, end: choice.segments.endOf(next.end - 1), speed });
          } else {
            expect(open.length).toBeGreaterThan(0);
            const [request] = open.splice(endings[turn % endings.length]! % open.length, 1);
            for (let segment = request!.first; segment < choice.segments.at(request!.end - 1) + 1; segment++) {
              expect(fetched.has(segment)).toBe(false);
              fetched.add(segment);
              choice.segments.finish(segment);
            }
          }
        }
        expect(choice.segments.free()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
