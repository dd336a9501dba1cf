import { crc32 } from 'node:zlib';
import type { Mark } from './segment-layout.js';

/*
 * The format of a journal: a sequence of records, each a head of 16 bytes (length, crc32, generation, kind;
 * little-endian) and the payload. The crc covers generation, kind and payload. The generation distinguishes a record
 * from those that an earlier use of the same space has left behind it, whose crcs are right as well.
 */

const HEAD_BYTES = 16;
const ENTRY_BYTES = 12;
const kinds = { base: 1, progress: 2, checkpoint: 3, doubt: 4 } as const;

/** Identifies a part by its file's digest and size, not by its path or commit. */
export interface PartIdentity {
  algorithm: string;
  hex: string;
  size: number;
}

/** The contents of a part's journal. */
export interface JournalState {
  identity: PartIdentity;
  segmentBytes: number;
  bootId: string;
  /** What has been written. */
  current: Map<number, Mark>;
  /** What had been written at the last checkpoint, and so survives a power failure. */
  durable: Map<number, Mark>;
  /**
   * Set after a failed sync of the part: bytes written since the last checkpoint may never reach the disk by
   * themselves.
   */
  doubtful: boolean;
}

type Entry = readonly [segment: number, mark: Mark];

/** Encodes the first record of a journal: the whole state. */
export function encodeBase(generation: number, state: JournalState): Buffer {
  const { identity, segmentBytes, bootId, doubtful } = state;
  const head = Buffer.from(JSON.stringify({ format: 1, identity, segmentBytes, bootId, doubtful }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return encode(generation, kinds.base, [
    length,
    head,
    encodeEntries([...state.current]),
    encodeEntries([...state.durable]),
  ]);
}

/** Encodes the marks of segments that have changed. */
export function encodeProgress(generation: number, entries: readonly Entry[]): Buffer {
  return encode(generation, kinds.progress, [encodeEntries(entries)]);
}

/** Encodes the marks of segments whose bytes are all synced. */
export function encodeCheckpoint(generation: number, entries: readonly Entry[]): Buffer {
  return encode(generation, kinds.checkpoint, [encodeEntries(entries)]);
}

export function encodeDoubt(generation: number): Buffer {
  return encode(generation, kinds.doubt, []);
}

/** Returns the largest size of a base for a file with this many segments. */
export function largestBase(segmentCount: number): number {
  return HEAD_BYTES + 1024 + 2 * (4 + segmentCount * ENTRY_BYTES);
}

/**
 * Decodes up to the first record that is torn or of another generation. `undefined` if not even the base is complete.
 */
export function decodeJournal(bytes: Buffer): { generation: number; state: JournalState } | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  const generation = bytes.readUInt32LE(8);
  let state: JournalState | undefined;
  for (let at = 0; ;) {
    const record = decodeRecord(bytes, at, generation);
    if (record === undefined) break;
    at += HEAD_BYTES + record.payload.length;
    if (record.kind === kinds.base) state = decodeBase(record.payload);
    else if (state !== undefined) apply(state, record.kind, record.payload);
    if (state === undefined) break;
  }
  return state && { generation, state };
}

/** Applies new marks to the state: a mark that went back lowers its durable mark too. */
export function applyProgress({ current, durable }: JournalState, entries: Iterable<Entry>): void {
  for (const [segment, mark] of entries) {
    setMark(current, segment, mark);
    const safe = durable.get(segment);
    if (safe !== undefined && mark.stored < safe.stored) durable.delete(segment);
  }
}

export function applyCheckpoint({ durable }: JournalState, entries: Iterable<Entry>): void {
  for (const [segment, mark] of entries) setMark(durable, segment, mark);
}

function setMark(marks: Map<number, Mark>, segment: number, mark: Mark): void {
  if (mark.stored === 0) marks.delete(segment);
  else marks.set(segment, mark);
}

function apply(state: JournalState, kind: number, payload: Buffer): void {
  if (kind === kinds.progress) applyProgress(state, decodeEntries(payload, 0).entries);
  else if (kind === kinds.checkpoint) applyCheckpoint(state, decodeEntries(payload, 0).entries);
  else if (kind === kinds.doubt) state.doubtful = true;
}

function encode(generation: number, kind: number, payload: readonly Buffer[]): Buffer {
  const record = Buffer.concat([Buffer.alloc(HEAD_BYTES), ...payload]);
  record.writeUInt32LE(record.length - HEAD_BYTES, 0);
  record.writeUInt32LE(generation, 8);
  record.writeUInt32LE(kind, 12);
  record.writeUInt32LE(crc32(record.subarray(8)), 4);
  return record;
}

function decodeRecord(bytes: Buffer, at: number, generation: number): { kind: number; payload: Buffer } | undefined {
  if (at + HEAD_BYTES > bytes.length) return undefined;
  const end = at + HEAD_BYTES + bytes.readUInt32LE(at);
  if (end > bytes.length || bytes.readUInt32LE(at + 8) !== generation) return undefined;
  const kind = bytes.readUInt32LE(at + 12);
  if (kind === 0 || crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32LE(at + 4)) return undefined;
  return { kind, payload: bytes.subarray(at + HEAD_BYTES, end) };
}

function decodeBase(payload: Buffer): JournalState | undefined {
  const headEnd = 4 + payload.readUInt32LE(0);
  const { format, identity, segmentBytes, bootId, doubtful } = JSON.parse(payload.toString('utf8', 4, headEnd)) as Omit<
    JournalState,
    'current' | 'durable'
  > & { format: number };
  if (format !== 1) return undefined;
  const { entries: current, end } = decodeEntries(payload, headEnd);
  const { entries: durable } = decodeEntries(payload, end);
  return { identity, segmentBytes, bootId, doubtful, current: new Map(current), durable: new Map(durable) };
}

function encodeEntries(entries: readonly Entry[]): Buffer {
  const bytes = Buffer.alloc(4 + entries.length * ENTRY_BYTES);
  bytes.writeUInt32LE(entries.length, 0);
  entries.forEach(([segment, { stored, crc }], index) => {
    const at = 4 + index * ENTRY_BYTES;
    bytes.writeUInt32LE(segment, at);
    bytes.writeUInt32LE(stored, at + 4);
    bytes.writeUInt32LE(crc, at + 8);
  });
  return bytes;
}

function decodeEntries(bytes: Buffer, from: number): { entries: Entry[]; end: number } {
  const count = bytes.readUInt32LE(from);
  const entries = Array.from({ length: count }, (_, index): Entry => {
    const at = from + 4 + index * ENTRY_BYTES;
    return [bytes.readUInt32LE(at), { stored: bytes.readUInt32LE(at + 4), crc: bytes.readUInt32LE(at + 8) }];
  });
  return { entries, end: from + 4 + count * ENTRY_BYTES };
}
