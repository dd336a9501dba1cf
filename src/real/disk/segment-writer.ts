import { checkWritten } from '../../node/write-all.js';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { ByteBudget } from './byte-budget.js';
import type { Marks, SegmentLayout } from './segment-layout.js';

/**
 * Writes each segment from its start, without gaps: one write at a time for each, a short write is continued. The
 * `stored` bytes of a segment never include a byte that the system has not accepted.
 */
export interface SegmentWriter {
  taken(segment: number): number;
  stored(segment: number): number;
  crc(segment: number): number;
  take(segment: number, bytes: Uint8Array): void;
  /** Empties a segment. A running write is completed before the next one begins. */
  forget(segment: number): void;
  /** Writes held bytes, however few. */
  flush(): void;
  /** Resolves when no bytes are held and no write is running. */
  settled(): Promise<void>;
  /** Drops held bytes and takes no more. */
  stop(): void;
}

interface Segment {
  taken: number;
  stored: number;
  crc: number;
  held: Uint8Array[];
  heldBytes: number;
  writing: boolean;
  /** How often it was emptied. */
  lives: number;
}

/** The largest number of writes that are merged while the disk is busy. */
const LARGEST_WRITE = 4;
/** Smaller chunks are copied together: each keeps the whole memory alive in which it was received. */
const SMALL_BYTES = 16 * 1024;

export function createSegmentWriter({
  handle,
  segments,
  resumed,
  writeBytes,
  budget,
  onStored,
  onError,
}: {
  handle: Pick<FileHandle, 'writev'>;
  segments: SegmentLayout;
  resumed: Marks;
  writeBytes: number;
  budget: ByteBudget;
  /** Called with the bytes of a segment that were written. */
  onStored: (segment: number, bytes: number) => void;
  onError: (error: unknown) => void;
}): SegmentWriter {
  const known: (Segment | undefined)[] = [];
  const holding = new Set<number>();
  let settling: (() => void)[] = [];
  let stopped = false;
  /** Set while a caller waits for the last byte. */
  let flushing = false;

  for (const [segment, { stored, crc }] of resumed) {
    known[segment] = { taken: stored, stored, crc, held: [], heldBytes: 0, writing: false, lives: 0 };
  }

  function segmentAt(segment: number): Segment {
    return (known[segment] ??= { taken: 0, stored: 0, crc: 0, held: [], heldBytes: 0, writing: false, lives: 0 });
  }

  function consider(segment: number, at: Segment, however = false): void {
    if (at.writing || at.heldBytes === 0) return;
    const whole = at.heldBytes >= writeBytes || at.taken === segments.length(segment);
    if (whole || however || budget.isFull()) void write(segment, at);
  }

  async function write(segment: number, at: Segment): Promise<void> {
    at.writing = true;
    let chunks = takeChunks(at, writeBytes * LARGEST_WRITE);
    let waiting = chunks.reduce((sum, { length }) => sum + length, 0);
    const { lives } = at;
    let position = segments.start(segment) + at.stored;
    try {
      while (waiting > 0) {
        const { bytesWritten } = await handle.writev(chunks, position);
        checkWritten(bytesWritten);
        position += bytesWritten;
        waiting -= bytesWritten;
        const [written, rest] = splitChunks(chunks, bytesWritten);
        chunks = rest;
        if (lives === at.lives) {
          for (const chunk of written) at.crc = crc32(chunk, at.crc);
          at.stored += bytesWritten;
          onStored(segment, bytesWritten);
        } else {
          budget.release(bytesWritten);
        }
      }
    } catch (error) {
      budget.release(waiting);
      if (lives === at.lives) at.taken -= waiting;
      stop();
      onError(error);
    }
    at.writing = false;
    if (at.heldBytes === 0) holding.delete(segment);
    else consider(segment, at, flushing);
    settleIfDone();
  }

  function settleIfDone(): void {
    if (holding.size > 0) return;
    flushing = false;
    const settled = settling;
    settling = [];
    for (const resolve of settled) resolve();
  }

  function drop(segment: number, at: Segment): void {
    budget.release(at.heldBytes);
    at.taken -= at.heldBytes;
    at.held = [];
    at.heldBytes = 0;
    if (!at.writing) holding.delete(segment);
  }

  function stop(): void {
    stopped = true;
    for (const segment of [...holding]) drop(segment, segmentAt(segment));
    settleIfDone();
  }

  return {
    taken: (segment) => known[segment]?.taken ?? 0,
    stored: (segment) => known[segment]?.stored ?? 0,
    crc: (segment) => known[segment]?.crc ?? 0,
    take(segment, bytes) {
      if (stopped || bytes.length === 0) return;
      const at = segmentAt(segment);
      if (at.taken + bytes.length > segments.length(segment)) {
        throw new RangeError(
          `Cannot take ${bytes.length} bytes into segment ${segment}: it has ${at.taken} of ${segments.length(segment)}.`,
        );
      }
      hold(at, bytes);
      at.taken += bytes.length;
      holding.add(segment);
      budget.take(bytes.length);
      consider(segment, at);
    },
    forget(segment) {
      const at = known[segment];
      if (at === undefined) return;
      drop(segment, at);
      at.lives += 1;
      at.taken = at.stored = at.crc = 0;
    },
    flush() {
      for (const segment of [...holding]) consider(segment, segmentAt(segment), true);
    },
    settled() {
      if (holding.size === 0) return Promise.resolve();
      flushing = true;
      for (const segment of [...holding]) consider(segment, segmentAt(segment), true);
      return new Promise((resolve) => settling.push(resolve));
    },
    stop,
  };
}

function hold(at: Segment, bytes: Uint8Array): void {
  const last = at.held.at(-1);
  if (last !== undefined && last.length + bytes.length <= SMALL_BYTES)
    at.held[at.held.length - 1] = Buffer.concat([last, bytes]);
  else at.held.push(bytes);
  at.heldBytes += bytes.length;
}

/** Removes whole chunks from the front, up to this many bytes, but at least one. */
function takeChunks(at: Segment, mostBytes: number): Uint8Array[] {
  let bytes = 0;
  let count = 0;
  while (count < at.held.length && (count === 0 || bytes + at.held[count]!.length <= mostBytes)) {
    bytes += at.held[count]!.length;
    count += 1;
  }
  at.heldBytes -= bytes;
  return at.held.splice(0, count);
}

function splitChunks(chunks: readonly Uint8Array[], bytes: number): [written: Uint8Array[], rest: Uint8Array[]] {
  const written: Uint8Array[] = [];
  let left = bytes;
  for (const [index, chunk] of chunks.entries()) {
    if (left >= chunk.length) {
      written.push(chunk);
      left -= chunk.length;
    } else {
      const head = left > 0 ? [chunk.subarray(0, left)] : [];
      return [
        [...written, ...head],
        [chunk.subarray(left), ...chunks.slice(index + 1)],
      ];
    }
  }
  return [written, []];
}
