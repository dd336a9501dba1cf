import { MAX_TIME } from '../core/clock.js';
import type { FailureCode } from '../core/errors.js';
import { fractionAt } from '../core/random.js';
import type { ScenarioStep, Place } from './scenario.js';

/** A stretch of scenario time in which a job does one thing. */
export type Segment = {
  /** The scenario's step that it comes from; the rest after the last step has the number after the last. */
  step: number;
  /** Scenario time in whole ms; `to` is Infinity if the segment has no end. */
  from: number;
  to: number;
  /** Active time (pauses cut out) at `from`. */
  activeFrom: number;
  /** Bytes at `from`, and at `to` and later. */
  fromBytes: number;
  toBytes: number;
  /** Bytes transferred by all segments before this one: rewinds subtract nothing. */
  transferredBefore: number;
} & (
  | { type: 'connect' | 'stall' | 'finalize' }
  | { type: 'transfer'; bytesPerSecond: number; wobble: number; seed: number }
  | { type: 'trace'; samples: readonly (readonly [ms: number, bytes: number])[] }
  | Omit<Extract<ScenarioStep, { type: 'pause' }>, 'ms'>
  | Extract<ScenarioStep, { type: 'fail' }>
);

/** A scenario as a timeline: what happens, and when, unless a control call intervenes. */
export interface Timeline {
  segments: readonly Segment[];
  /** Active time at which the first byte is requested; undefined in a scenario without transfers. */
  transferBegan: number | undefined;
  /** Scenario time at which the job completes; Infinity if it never does by itself. */
  end: number;
}

/** The details of a step that its segment keeps. */
interface Details {
  bytesPerSecond?: number;
  wobble?: number | undefined;
  samples?: readonly (readonly [ms: number, bytes: number])[];
  code?: FailureCode | undefined;
  reason?: string | undefined;
}

const nothing: Details = {};

/** The speed of the bytes left over after the last step, if no step has a speed. */
const REST_BYTES_PER_SECOND = 40_000_000;

/**
 * Turns steps into segments, up to the first `fail` or the completion.
 * @param fromBytes bytes on disk when the job starts
 * @param seed determines the wobble
 */
export function layOut(steps: readonly ScenarioStep[], totalBytes: number, fromBytes: number, seed: number): Timeline {
  const segments: Segment[] = [];
  let time = 0;
  let active = 0;
  let bytes = Math.min(fromBytes, totalBytes);
  let transferred = 0;
  let transferBegan: number | undefined;
  let pace = REST_BYTES_PER_SECOND;
  let index = 0;

  for (const step of steps) {
    switch (step.type) {
      case 'connect':
        addStill('connect', step.ms);
        break;
      case 'stall':
        addStill('stall', step.ms ?? Infinity);
        break;
      case 'finalize':
        // A recording of a smaller file may have ended earlier: a job that finalizes has all its bytes.
        addTransfer(totalBytes, { bytesPerSecond: pace });
        addStill('finalize', step.ms ?? Infinity);
        break;
      case 'pause': {
        const ms = step.ms ?? Infinity;
        segments.push(segment('pause', ms, bytes, step));
        time += ms;
        break;
      }
      case 'rewind':
        bytes = Math.min(bytes, placeInBytes(step.to, totalBytes));
        break;
      case 'transfer':
        pace = step.bytesPerSecond;
        addTransfer(placeInBytes(step.until ?? 1, totalBytes), step);
        break;
      case 'trace':
        addTrace(step);
        break;
      case 'fail':
        segments.push(segment('fail', Infinity, bytes, step));
        return { segments, transferBegan, end: Infinity };
    }
    if (time === Infinity) return { segments, transferBegan, end: Infinity };
    index++;
  }
  addTransfer(totalBytes, { bytesPerSecond: pace });
  return { segments, transferBegan, end: time };

  /** Adds a segment that lasts `ms` and ends at `toBytes`; it is a transfer only if it has a speed. */
  function segment(type: Segment['type'], ms: number, toBytes: number, details: Details = nothing): Segment {
    // One object literal for all: segments of one shape are created and read several times faster than those of many.
    return {
      type,
      step: index,
      from: time,
      to: time + ms,
      activeFrom: active,
      fromBytes: bytes,
      toBytes,
      transferredBefore: transferred,
      bytesPerSecond: details.bytesPerSecond,
      wobble: details.wobble ?? 0,
      seed: seed ^ segments.length,
      samples: details.samples,
      code: details.code,
      reason: details.reason,
    } as Segment;
  }

  function addStill(type: 'connect' | 'stall' | 'finalize', ms: number): void {
    segments.push(segment(type, ms, bytes));
    time += ms;
    active += ms;
  }

  function addTransfer(target: number, details: Details & { bytesPerSecond: number }): void {
    if (target <= bytes) return;
    // Rounded up: at the last whole millisecond all bytes have arrived. A clock cannot show later times.
    const ms = Math.min(Math.ceil(((target - bytes) * 1000) / details.bytesPerSecond), MAX_TIME + 1);
    move(segment('transfer', ms, target, details));
  }

  function addTrace(step: Extract<ScenarioStep, { type: 'trace' }>): void {
    const [lasts, reaches] = step.samples.at(-1)!;
    const target = Math.max(bytes, Math.min(reaches, totalBytes));
    const trace = segment('trace', lasts, target, step) as Extract<Segment, { type: 'trace' }>;
    // A recording of a larger file ends once all bytes of this one have arrived.
    if (target === totalBytes) trace.to = trace.from + firstMoment(0, lasts, (ms) => traced(trace, ms) >= target);
    move(trace);
  }

  function move(moving: Segment): void {
    transferBegan ??= active;
    segments.push(moving);
    transferred += moving.toBytes - bytes;
    bytes = moving.toBytes;
    active += moving.to - time;
    time = moving.to;
  }
}

/** Finds the segment at a moment of scenario time; undefined once the scenario is over. */
export function segmentAt({ segments }: Timeline, time: number): Segment | undefined {
  return segments.find((segment) => time < segment.to);
}

/** Returns the bytes `ms` after a segment began: whole, never decreasing, never above the segment's end. */
export function bytesAt(segment: Segment, ms: number): number {
  if (ms >= segment.to - segment.from) return segment.toBytes;
  switch (segment.type) {
    case 'transfer': {
      const { fromBytes, toBytes, bytesPerSecond } = segment;
      return Math.min(toBytes, fromBytes + Math.floor((bytesPerSecond * ms) / 1000 + straying(segment, ms)));
    }
    case 'trace':
      return Math.min(segment.toBytes, traced(segment, ms));
    case 'connect':
    case 'stall':
    case 'finalize':
    case 'pause':
    case 'fail':
      return segment.fromBytes;
  }
}

/** Returns the bytes transferred up to a moment of active time. */
export function transferredAt({ segments }: Timeline, active: number): number {
  // Searched from the end, because the moment lies within the last 10 s.
  for (let index = segments.length - 1; index >= 0; index--) {
    const segment = segments[index]!;
    if (segment.activeFrom <= active && segment.type !== 'pause') {
      return segment.transferredBefore + bytesAt(segment, active - segment.activeFrom) - segment.fromBytes;
    }
  }
  return 0;
}

/** Finds the first whole number from `low` to `high` for which a condition holds that stays true once it is true. */
export function firstMoment(low: number, high: number, holds: (moment: number) => boolean): number {
  while (low < high) {
    // The sum of the two may exceed the safe integers.
    const middle = low + Math.floor((high - low) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Returns the nearest whole byte; a fraction below 1 never means the whole file. */
function placeInBytes(place: Place, totalBytes: number): number {
  if (typeof place !== 'number') return Math.min(place.bytes, totalBytes);
  return place === 1 ? totalBytes : Math.min(Math.round(place * totalBytes), totalBytes - 1);
}

/**
 * Returns how many bytes a wobbling line is ahead or behind: straight lines between knots, hashed from the seed, and 0
 * at both ends. A knot is limited to half of the value that would make the slope, and so the speed, negative.
 */
function straying(segment: Extract<Segment, { type: 'transfer' }>, ms: number): number {
  if (segment.wobble === 0) return 0;
  const last = Math.floor((segment.to - segment.from) / KNOT_MS);
  const reach = (segment.bytesPerSecond * segment.wobble * (KNOT_MS / 1000)) / 2;
  const knot = (index: number): number =>
    index <= 0 || index >= last ? 0 : (2 * fractionAt(segment.seed, index) - 1) * reach;
  const index = Math.floor(ms / KNOT_MS);
  const before = knot(index);
  return before + ((knot(index + 1) - before) * (ms - index * KNOT_MS)) / KNOT_MS;
}

/** Half of the window over which the speed is measured, so that the wobble shows in it. */
const KNOT_MS = 5000;

function traced(segment: Extract<Segment, { type: 'trace' }>, ms: number): number {
  const { samples, fromBytes } = segment;
  const next = firstMoment(0, samples.length, (index) => samples[index]![0] > ms);
  const [earlier, fewer] = samples[next - 1] ?? [0, 0];
  const following = samples[next];
  const bytes =
    following === undefined ? fewer : fewer + ((following[1] - fewer) * (ms - earlier)) / (following[0] - earlier);
  return Math.max(fromBytes, Math.floor(bytes));
}
