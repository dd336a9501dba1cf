import { describe, expect, it } from 'vitest';
import { MAX_TIME } from '../../src/core/clock.js';
import { VirtualClock, type Clock } from '../../src/index.js';

/** A wall clock that somebody moves by hand. */
function makeWall(start = 5_000_000): Clock & { time: number; reads: number } {
  const wall = {
    time: start,
    reads: 0,
    now: () => {
      wall.reads++;
      return wall.time;
    },
  };
  return wall;
}

describe('a virtual clock', () => {
  it('shows the time of its source by default', () => {
    const wall = makeWall();
    const clock = new VirtualClock(wall);
    wall.time += 1234;
    expect(clock.now()).toBe(wall.time);
  });

  it.each([
    [1, 1000, 1000],
    [10, 1000, 10_000],
    [0.5, 1001, 500],
    [0, 1000, 0],
  ])('at speed %d moves in %i ms of the wall by %i ms', (speed, wallMs, virtualMs) => {
    const wall = makeWall();
    const clock = new VirtualClock(wall, { start: 0, speed });
    wall.time += wallMs;
    expect(clock.now()).toBe(virtualMs);
    expect(clock.speed).toBe(speed);
  });

  it('does not look at the wall while it is frozen', () => {
    const wall = makeWall();
    const clock = new VirtualClock(wall, { start: 7, speed: 0 });
    wall.reads = 0;
    clock.now();
    clock.now();
    expect(wall.reads).toBe(0);
  });

  it('advances when it is frozen, and when it runs', () => {
    const wall = makeWall();
    const clock = new VirtualClock(wall, { start: 100, speed: 0 });
    expect(clock.advance(50)).toBe(150);
    clock.run(2);
    wall.time += 10;
    expect(clock.advance(1000)).toBe(1170);
    wall.time += 10;
    expect(clock.now()).toBe(1190);
  });

  it('goes on from where it is when its speed changes', () => {
    const wall = makeWall();
    const clock = new VirtualClock(wall, { start: 0, speed: 10 });
    wall.time += 100;
    clock.run(1);
    expect(clock.now()).toBe(1000);
    wall.time += 100;
    clock.freeze();
    wall.time += 100;
    expect(clock.now()).toBe(1100);
    clock.run();
    wall.time += 100;
    expect(clock.now()).toBe(1200);
  });

  it('is set to a time and keeps its speed', () => {
    const wall = makeWall();
    const clock = new VirtualClock(wall, { speed: 3 });
    expect(clock.set(1000)).toBe(1000);
    wall.time += 10;
    expect(clock.now()).toBe(1030);
  });

  it('shows whole milliseconds for any input', () => {
    const clock = new VirtualClock(makeWall(), { start: 10.9, speed: 0 });
    expect(clock.now()).toBe(10);
    expect(clock.advance(1.9)).toBe(11);
    expect(clock.set(99.9)).toBe(99);
    expect(clock.now()).toBe(99);
  });

  it('stops at the last time that a date can spell, however fast it runs', () => {
    const wall = makeWall();
    const clock = new VirtualClock(wall, { speed: 1e12 });
    wall.time += 1_000_000;
    expect(clock.now()).toBe(MAX_TIME);
    expect(new Date(clock.now()).toISOString()).toBe('9999-12-31T23:59:59.999Z');
    clock.freeze();
    expect(clock.now()).toBe(MAX_TIME);
    expect(() => clock.advance(1)).toThrow(
      `Cannot set the clock: expected milliseconds since 1970, from 0 to ${MAX_TIME}, found ${MAX_TIME + 1}`,
    );
  });

  it.each([-1, Number.NaN, Infinity])('cannot advance by %d ms', (ms) => {
    const clock = new VirtualClock(makeWall(), { start: 5, speed: 0 });
    expect(() => clock.advance(ms)).toThrow(
      new RangeError(`Cannot advance the clock: expected a finite number of milliseconds, 0 or more, found ${ms}.`),
    );
    expect(clock.now()).toBe(5);
  });

  it.each([-1, MAX_TIME + 1, Number.NaN, Infinity])('cannot be set to, or start at, %d', (time) => {
    const refusal = new RangeError(
      `Cannot set the clock: expected milliseconds since 1970, from 0 to ${MAX_TIME}, found ${time}.`,
    );
    const clock = new VirtualClock(makeWall(), { start: 5, speed: 0 });
    expect(() => clock.set(time)).toThrow(refusal);
    expect(clock.now()).toBe(5);
    expect(() => new VirtualClock(makeWall(), { start: time })).toThrow(refusal);
  });

  it.each([-1, Number.NaN, Infinity])('cannot run at speed %d', (speed) => {
    const refusal = new RangeError(
      `Cannot run the clock at this speed: expected a finite number, 0 (frozen) or more, found ${speed}.`,
    );
    expect(() => new VirtualClock(makeWall(), { speed })).toThrow(refusal);
    const clock = new VirtualClock(makeWall(), { speed: 2 });
    expect(() => clock.run(speed)).toThrow(refusal);
    expect(clock.speed).toBe(2);
  });
});
