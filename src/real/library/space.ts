import { describeBytes } from '../../core/byte-amounts.js';
import { join } from 'node:path';
import { RefusedError } from '../../core/errors.js';
import { unlessMissing } from '../../node/file-errors.js';
import { createOwnFiles } from '../../node/read-file.js';
import type { FileLayer } from '../file-layer.js';
import { OWN_FOLDER } from './safe-path.js';

/** Returns the free space on a folder's disk for this user. */
export async function freeBytes(files: FileLayer, folder: string): Promise<number> {
  const { bavail, bsize } = await files.statfs(folder);
  return bavail * bsize;
}

/** Returns the space that a file takes on the disk: a part has holes, so its length is larger. */
export async function allocatedBytes(files: FileLayer, path: string): Promise<number> {
  const stats = await unlessMissing(files.lstat(path));
  if (stats === undefined) return 0;
  // Windows does not report blocks.
  return (stats as { blocks?: number }).blocks === undefined ? stats.size : stats.blocks * 512;
}

/**
 * Returns the space that the jobs of one models folder still need, of all processes. It is read from their records, so
 * that it needs no bookkeeping and no communication. A paused job reserves nothing; it checks again when it is resumed.
 */
export async function reservedBytes(files: FileLayer, root: string): Promise<number> {
  const own = join(root, OWN_FOLDER);
  let bytes = 0;
  for (const name of await createOwnFiles(files).names(own)) {
    if (name.startsWith('job_')) bytes += await reservedBy(files, join(own, name));
  }
  return bytes;
}

async function reservedBy(files: FileLayer, folder: string): Promise<number> {
  const wanted = await wantedBy(files, folder);
  if (wanted === 0) return 0;
  let allocated = 0;
  for (const name of await files.readdir(folder).catch(() => [])) {
    if (name.endsWith('.part')) allocated += await allocatedBytes(files, join(folder, name));
  }
  return Math.max(0, wanted - allocated);
}

const MOST_RECORD_BYTES = 64 * 1024 * 1024;

/** Reads how much space a job's record asks for. `presentBytes` of its files were on disk before it began. */
async function wantedBy(files: FileLayer, folder: string): Promise<number> {
  try {
    const text = await createOwnFiles(files).read(join(folder, 'job.json'), MOST_RECORD_BYTES);
    const record = JSON.parse(text ?? 'null') as Record<string, unknown> | null;
    const { state, totalBytes, presentBytes = 0 } = record ?? {};
    if (state !== 'downloading') return 0;
    return typeof totalBytes === 'number' && typeof presentBytes === 'number' ? totalBytes - presentBytes : 0;
  } catch {
    // A folder without a record, or with a torn one, is not a job that would resume.
    return 0;
  }
}

export interface SpaceNeed {
  /** The name of the model, for messages. */
  subject: string;
  /** The sizes of all files that must be written. */
  bytes: number;
  /** Parts of them that exist already. */
  parts?: readonly string[];
  /** How much must stay free. */
  spareBytes: number;
}

export interface SpaceFinding {
  /** The space that must be free, including the spare bytes and what other jobs have reserved. */
  neededBytes: number;
  freeBytes: number;
}

/**
 * Compares the space that a job needs with that on its disk.
 * @param root the models folder of the job; `roots` are all of them, whose jobs count if the disk is the same
 */
export async function measureSpace(
  files: FileLayer,
  root: string,
  roots: readonly string[],
  { bytes, parts = [], spareBytes }: Omit<SpaceNeed, 'subject'>,
): Promise<SpaceFinding> {
  let allocated = 0;
  for (const part of parts) allocated += await allocatedBytes(files, part);
  const disk = (await files.stat(root)).dev;
  let reserved = 0;
  for (const other of new Set([root, ...roots])) {
    if ((await unlessMissing(files.stat(other)))?.dev === disk) reserved += await reservedBytes(files, other);
  }
  const own = Math.max(0, bytes - allocated);
  // A job without bytes to write must not fail for lack of space.
  const neededBytes = own === 0 ? 0 : own + reserved + spareBytes;
  return { neededBytes, freeBytes: await freeBytes(files, root) };
}

/** @throws RefusedError insufficient_space, with both numbers */
export async function checkSpace(
  files: FileLayer,
  root: string,
  roots: readonly string[],
  need: SpaceNeed,
): Promise<void> {
  const found = await measureSpace(files, root, roots, need);
  if (found.neededBytes <= found.freeBytes) return;
  throw new RefusedError(
    'insufficient_space',
    need.subject,
    `Cannot download ${need.subject} into ${root}: expected ${inWords(found.neededBytes)} of free space, with ` +
      `${inWords(need.spareBytes)} to spare and the space that other downloads have reserved, found ` +
      `${inWords(found.freeBytes)}. Free some space, or use another models folder.`,
  );
}

/** Formats bytes, for instance `17990911801 bytes (18.0 GB)`. */
function inWords(bytes: number): string {
  return `${bytes} bytes (${describeBytes(bytes)})`;
}
