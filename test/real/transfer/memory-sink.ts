import { createHash } from 'node:crypto';
import type { ByteSink } from '../../../src/real/transfer/byte-sink.js';

/** A file in memory that remembers how often each byte came. */
export interface MemorySink extends ByteSink {
  bytes: Buffer;
  /** Bytes that were taken a second time: there must be none. */
  repeated(): number;
  /** Bytes still missing. */
  missing(): number;
  sha256(): string;
  /** Empties a segment, as a repair does. */
  forget(segment: number): void;
  /** From now on nothing is taken gladly, until it is let go of. */
  block(): void;
  unblock(error?: Error): void;
}

export interface MemorySinkOptions {
  size: number;
  segmentBytes: number;
  /** What is there already: bytes of each segment. */
  stored?: (segment: number, length: number) => number;
  /** The right bytes, for what is stored. */
  content?: Buffer;
  /** After every so many bytes, one turn of the event loop passes before more is wanted. */
  breatheEvery?: number;
}

export function createMemorySink(options: MemorySinkOptions): MemorySink {
  const { size, segmentBytes, stored, content, breatheEvery } = options;
  const count = Math.ceil(size / segmentBytes);
  const bytes = Buffer.alloc(size);
  const seen = new Uint8Array(size);
  const lengthOf = (segment: number): number => Math.min(segmentBytes, size - segment * segmentBytes);
  const taken = Array.from({ length: count }, (_, segment) => {
    const start = segment * segmentBytes;
    const already = stored?.(segment, lengthOf(segment)) ?? 0;
    content?.copy(bytes, start, start, start + already);
    seen.fill(1, start, start + already);
    return already;
  });
  let repeated = 0;
  let sinceBreath = 0;
  let blocked: { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } | undefined;

  return {
    size,
    segmentBytes,
    bytes,
    taken: (segment) => taken[segment]!,
    take(segment, chunk) {
      const at = segment * segmentBytes + taken[segment]!;
      if (chunk.length === 0 || taken[segment]! + chunk.length > lengthOf(segment)) {
        throw new Error(`${chunk.length} bytes do not fit behind ${taken[segment]!} of segment ${segment}.`);
      }
      for (let byte = at; byte < at + chunk.length; byte++) repeated += seen[byte]!;
      seen.fill(1, at, at + chunk.length);
      bytes.set(chunk, at);
      taken[segment]! += chunk.length;
      sinceBreath += chunk.length;
      if (blocked !== undefined) return false;
      if (breatheEvery === undefined || sinceBreath < breatheEvery) return true;
      sinceBreath = 0;
      return false;
    },
    ready: () => blocked?.promise ?? new Promise((resolve) => setImmediate(resolve)),
    repeated: () => repeated,
    missing: () => size - taken.reduce((sum, have) => sum + have, 0),
    sha256: () => createHash('sha256').update(bytes).digest('hex'),
    forget(segment) {
      const start = segment * segmentBytes;
      seen.fill(0, start, start + lengthOf(segment));
      bytes.fill(0, start, start + lengthOf(segment));
      taken[segment] = 0;
    },
    block() {
      let resolve!: () => void;
      let reject!: (error: Error) => void;
      const promise = new Promise<void>((good, bad) => {
        resolve = good;
        reject = bad;
      });
      promise.catch(() => undefined);
      blocked = { promise, resolve, reject };
    },
    unblock(error) {
      const was = blocked;
      blocked = undefined;
      if (error === undefined) was?.resolve();
      else was?.reject(error);
    },
  };
}
