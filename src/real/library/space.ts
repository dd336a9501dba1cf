import { describeBytes } from '../../core/byte-amounts.js';
import { join } from 'node:path';
import { RefusedError } from '../../core/errors.js';
import { unlessMissing } from '../../node/file-errors.js';
import { createOwnFiles } from '../../node/read-file.js';
import type { FileLayer } from '../file-layer.js';
import { OWN_FOLDER } from './safe-path.js';

/** What the disk of a folder has for this user. */
export async function freeBytes(files: FileLayer, folder: string): Promise<number> {
  const { bavail, bsize } = await files.statfs(folder);
  return bavail * bsize;
}

/** Disk that a file takes: a part is full of holes, so its length says nothing. */
export async function allocatedBytes(files: FileLayer, path: string): Promise<number> {
  const stats = await unlessMissing(files.lstat(path));
  if (stats === undefined) return 0;
  // Windows does not tell blocks.
  return (stats as { blocks?: number }).blocks === undefined ? stats.size : stats.blocks * 512;
}

/**
 * What the jobs of one models folder still need, of all processes: read from their records, so that it needs no
 * bookkeeping of its own and no process has to be asked. A paused job reserves nothing; it asks again when it goes on.
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

/** What of a job's record matters here. `presentBytes` of its files were on disk before it began. */
async function wantedBy(files: FileLayer, folder: string): Promise<number> {
  try {
    const text = await createOwnFiles(files).read(join(folder, 'job.json'), MOST_RECORD_BYTES);
    const record = JSON.parse(text ?? 'null') as Record<string, unknown> | null;
    const { state, totalBytes, presentBytes = 0 } = record ?? {};
    if (state !== 'downloading') return 0;
    return typeof totalBytes === 'number' && typeof presentBytes === 'number' ? totalBytes - presentBytes : 0;
  } catch {
    // Without a record, or with a torn one, it is no job that would go on.
    return 0;
  }
}

export interface SpaceNeed {
  /** What is asked for, for the message. */
  subject: string;
  /** Sizes of all files that have to be written. */
  bytes: number;
  /** Parts of them that are there already. */
  parts?: readonly string[];
  /** What stays free. */
  spareBytes: number;
}

export interface SpaceFinding {
  /** What has to be free, with the spare bytes and what other jobs have reserved. */
  neededBytes: number;
  freeBytes: number;
}

/**
 * Holds what a job needs against what its disk has.
 * @param root the models folder the job writes to; `roots` are all of them, whose jobs count where the disk is the same
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
  // A job that has nothing left to write must not fail for want of room.
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
    `Cannot download ${need.subject} into ${root}: it needs ${inWords(found.neededBytes)} free, with ` +
      `${inWords(need.spareBytes)} to spare and what other downloads have reserved, and there are ` +
      `${inWords(found.freeBytes)}. Make room, or use another models folder.`,
  );
}

/** For instance `17990911801 bytes (18.0 GB)`. */
function inWords(bytes: number): string {
  return `${bytes} bytes (${describeBytes(bytes)})`;
}
