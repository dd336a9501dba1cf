import type { ByteSink } from './byte-sink.js';

/** Tracks which segments of a file are missing, and which of them are being fetched. */
export interface SegmentQueue {
  readonly count: number;
  readonly bytes: number;
  startOf(segment: number): number;
  endOf(segment: number): number;
  at(byte: number): number;
  /** Whether it is missing and not being fetched. */
  isFree(segment: number): boolean;
  /** Whether it must be fetched. */
  isMissing(segment: number): boolean;
  own(first: number, end: number): void;
  /** Frees the missing ones of a range. */
  disown(first: number, end: number): void;
  /** Marks it as complete. */
  finish(segment: number): void;
  /** The number of missing segments. */
  missing(): number;
  /** The number of missing segments that are not being fetched. */
  free(): number;
  /** The first missing one; `count` if there is none. */
  first(): number;
}

const FREE = 0;
const OWNED = 1;
const DONE = 2;

/** Creates the queue of a sink's missing segments. */
export function createSegmentQueue(sink: ByteSink): SegmentQueue {
  const { size, segmentBytes } = sink;
  const count = Math.ceil(size / segmentBytes);
  const state = new Uint8Array(count).fill(DONE);
  const startOf = (segment: number): number => segment * segmentBytes;
  const endOf = (segment: number): number => Math.min(size, (segment + 1) * segmentBytes);
  let missing = 0;
  let free = 0;
  let first = 0;
  for (const segment of state.keys()) {
    if (sink.taken(segment) >= endOf(segment) - startOf(segment)) continue;
    state[segment] = FREE;
    missing++;
    free++;
  }

  return {
    count,
    bytes: segmentBytes,
    startOf,
    endOf,
    at: (byte) => Math.floor(byte / segmentBytes),
    isFree: (segment) => state[segment] === FREE,
    isMissing: (segment) => state[segment] === FREE || state[segment] === OWNED,
    own(from, end) {
      for (let segment = from; segment < end; segment++) {
        if (state[segment] !== FREE) continue;
        state[segment] = OWNED;
        free--;
      }
    },
    disown(from, end) {
      for (let segment = from; segment < end; segment++) {
        if (state[segment] !== OWNED) continue;
        state[segment] = FREE;
        free++;
      }
    },
    finish(segment) {
      if (state[segment] === DONE) return;
      if (state[segment] === FREE) free--;
      state[segment] = DONE;
      missing--;
    },
    missing: () => missing,
    free: () => free,
    first() {
      while (first < count && state[first] === DONE) first++;
      return first;
    },
  };
}
