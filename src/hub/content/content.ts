/*
 * The contents of files. A file of 40 GB exists only as the rule for its bytes, so every chunk is computed from its
 * position, independently of the bytes before it.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Part of every content's id: increase it when the same description would give other bytes. */
const GENERATOR_VERSION = 1;

/** Bytes that can be read from any position. */
export interface Content {
  /** In bytes. */
  readonly size: number;
  /** Yields the bytes `[start, end)` in order. Chunks are new memory: the reader may keep or change them. */
  chunks(start: number, end: number): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** The source of a file's bytes, as plain data, so that it can be sent to a worker and used as a key of a cache. */
export type ContentSource =
  | { type: 'bytes'; size: number; bytes: Uint8Array }
  | { type: 'seeded'; size: number; key: Uint8Array; head: Uint8Array }
  | { type: 'disk'; size: number; path: string; modifiedAt: number };

// Small enough that the allocator reuses the chunks instead of mapping new pages for each: measured 1.5 times as fast
// as 1 MiB.
const CHUNK_BYTES = 64 * 1024;
const DISK_CHUNK_BYTES = 256 * 1024;
// The input of the cipher, whose output is then the key stream itself. It is never changed.
const zeros = new Uint8Array(CHUNK_BYTES);

/** Creates the content that `source` describes. */
export function contentOf(source: ContentSource): Content {
  switch (source.type) {
    case 'bytes':
      return bytesContent(source.bytes);
    case 'seeded':
      return { size: source.size, chunks: (start, end) => seededChunks(source.key, source.head, start, end) };
    case 'disk':
      return { size: source.size, chunks: (start, end) => diskChunks(source.path, start, end) };
  }
}

/** Creates content from bytes in memory. */
export function bytesContent(bytes: Uint8Array): Content {
  return {
    size: bytes.length,
    *chunks(start, end) {
      if (end > start) yield bytes.subarray(start, end);
    },
  };
}

/** Derives the AES-128 key of a file: another seed, name or variant gives unrelated bytes. */
export function contentKey(seed: string, name: string, variant: string): Uint8Array {
  return createHash('sha256')
    .update(JSON.stringify([GENERATOR_VERSION, seed, name, variant]))
    .digest()
    .subarray(0, 16);
}

/** Returns 64 hex digits that identify the bytes of `source` without reading them. */
export function contentId(source: ContentSource): string {
  const hash = createHash('sha256');
  switch (source.type) {
    case 'bytes':
      return hash.update('bytes\0').update(source.bytes).digest('hex');
    case 'seeded':
      hash.update(`seeded\0${GENERATOR_VERSION}\0${source.size}\0`).update(source.key).update(source.head);
      return hash.digest('hex');
    case 'disk':
      return hash.update(`disk\0${source.size}\0${source.modifiedAt}\0${source.path}`).digest('hex');
  }
}

/** Reads all of `content` into memory; only for small contents. */
export async function wholeOf(content: Content): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.chunks(0, content.size)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function* seededChunks(key: Uint8Array, head: Uint8Array, start: number, end: number): Iterable<Uint8Array> {
  let at = start;
  if (at < head.length && at < end) {
    const stop = Math.min(head.length, end);
    yield head.slice(at, stop);
    at = stop;
  }
  if (at >= end) return;
  const cipher = createCipheriv('aes-128-ctr', key, counterBlock(Math.floor(at / 16)));
  cipher.update(zeros.subarray(0, at % 16));
  while (at < end) {
    const bytes = Math.min(CHUNK_BYTES, end - at);
    yield cipher.update(zeros.subarray(0, bytes));
    at += bytes;
  }
}

function counterBlock(block: number): Uint8Array {
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(block), 8);
  return counter;
}

async function* diskChunks(path: string, start: number, end: number): AsyncIterable<Uint8Array> {
  const file = await open(path, 'r');
  try {
    let at = start;
    while (at < end) {
      const chunk = new Uint8Array(Math.min(DISK_CHUNK_BYTES, end - at));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) throw new Error(`Cannot read ${path} at byte ${at}: the file became shorter`);
      yield chunk.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}
