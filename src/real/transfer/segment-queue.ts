import type { ByteSink } from './byte-sink.js';

/** Which segments of a file still have to come, and which of them somebody is fetching. */
export interface SegmentQueue {
  readonly count: number;
  readonly bytes: number;
  startOf(segment: number): number;
  endOf(segment: number): number;
  at(byte: number): number;
  /** Nobody fetches it and it lacks bytes. */
  isFree(segment: number): boolean;
  /** It is to be fetched, and lacks bytes. */
  isMissing(segment: number): boolean;
  own(first: number, end: number): void;
  /** Frees those of a row that still lack bytes. */
  disown(first: number, end: number): void;
  /** It lacks no byte any more. */
  finish(segment: number): void;
  /** Segments that lack bytes. */
  missing(): number;
  /** Of those, how many nobody fetches. */
  free(): number;
  /** The first one that lacks bytes; `count` when none does. */
  first(): number;
}

const FREE = 0;
const OWNED = 1;
const DONE = 2;

/** The segments a sink lacks. */
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
