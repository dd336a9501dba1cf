import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  halved,
  observed,
  startingPlan,
  type ConnectionPlan,
  type Observation,
} from '../../../src/real/transfer/connections.js';
import { defaultLimits as limits } from '../../../src/real/limits.js';

const STEP_MS = 50;

/** Lets a plan meet a line for a while; returns how many connections it had after each step. */
function ride(
  lineOf: (connections: number, ms: number) => number,
  { ms = 20_000, busy = () => 0, bound = () => undefined, plan = startingPlan(limits) }: Partial<Ride> = {},
): number[] {
  const targets: number[] = [];
  let bytes = 0;
  for (let now = 0; now < ms; now += STEP_MS) {
    bytes += (lineOf(plan.target, now) * STEP_MS) / 1000;
    const seen: Observation = {
      now,
      bytes,
      moving: plan.target,
      exhausted: false,
      busy: busy(plan.target),
      bound: bound(now),
    };
    plan = observed(plan, seen, limits);
    targets.push(plan.target);
  }
  return targets;
}

interface Ride {
  ms: number;
  busy: (connections: number) => number;
  bound: (ms: number) => number | undefined;
  plan: ConnectionPlan;
}

describe('the number of connections', () => {
  it('starts at 4 and reaches 16 in less than a second where each brings its own 40 MB/s', () => {
    const targets = ride((connections) => connections * 40e6);
    expect(targets[0]).toBe(4);
    expect(targets.indexOf(16) * STEP_MS).toBeLessThan(1000);
    expect(Math.min(...targets.slice(20))).toBeGreaterThanOrEqual(15);
  });

  it('doubles once when the line is full with 4, and then finds out that fewer do', () => {
    const targets = ride(() => 100e6, { ms: 120_000 });
    expect(Math.max(...targets)).toBeLessThanOrEqual(9);
    expect(targets.at(-1)).toBeLessThanOrEqual(4);
  });

  it('goes back when more connections make it slower', () => {
    const targets = ride((connections) => (connections <= 4 ? connections * 10e6 : 30e6), { ms: 10_000 });
    expect(targets.at(-1)).toBeLessThanOrEqual(5);
  });

  it('finds its way up by ones when a line gets faster later', () => {
    const targets = ride((connections, ms) => (ms < 5000 ? 40e6 : connections * 10e6), { ms: 120_000 });
    expect(targets.at(-1)).toBe(16);
  });

  it('adds none while the event loop is busy', () => {
    expect(Math.max(...ride((connections) => connections * 40e6, { busy: () => 0.95 }))).toBe(4);
  });

  it('is what a bandwidth limit leaves room for, while that binds', () => {
    const targets = ride((connections) => connections * 40e6, { bound: (ms) => (ms >= 5000 ? 2 : undefined) });
    expect(targets.at(-1)).toBe(2);
  });

  it('measures nothing while there is nothing more to fetch', () => {
    const before = startingPlan(limits);
    const seen = { now: 0, bytes: 0, moving: 1, exhausted: true, busy: 0, bound: undefined };
    expect(observed(before, { ...seen, now: 60_000 }, limits).target).toBe(before.target);
  });

  it('is halved down to one, and does not double afterwards', () => {
    let plan = startingPlan(limits);
    for (const expected of [2, 1, 1]) {
      plan = halved(plan);
      expect(plan.target).toBe(expected);
    }
    expect(Math.max(...ride((connections) => connections * 40e6, { ms: 5000, plan }))).toBe(1);
  });

  it('never leaves its bounds, whatever is measured', () => {
    const step = fc.record({
      ms: fc.integer({ min: 1, max: 5000 }),
      bytes: fc.integer({ min: 0, max: 1e9 }),
      moving: fc.integer({ min: 0, max: 20 }),
      exhausted: fc.boolean(),
      busy: fc.double({ min: 0, max: 1, noNaN: true }),
      bound: fc.option(fc.integer({ min: 1, max: 16 }), { nil: undefined }),
      halve: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let plan = startingPlan(limits);
        let [now, bytes] = [0, 0];
        for (const { ms, halve, ...seen } of steps) {
          now += ms;
          bytes += seen.bytes;
          plan = halve ? halved(plan) : observed(plan, { ...seen, now, bytes }, limits);
          expect(plan.target).toBeGreaterThanOrEqual(1);
          expect(plan.target).toBeLessThanOrEqual(limits.connectionsPerFile);
          expect(Number.isInteger(plan.target)).toBe(true);
        }
      }),
    );
  });
});
