import type { Stats } from 'node:fs';
import { unlessMissing } from '../../node/file-errors.js';
import type { FileLayer } from '../file-layer.js';

/** Tells, without reading a file, whether it is still the one that was hashed. */
export interface Fingerprint {
  size: number;
  /** Milliseconds since the epoch, with a fraction. */
  mtimeMs: number;
  inode: number;
  /** When anything of it changed last, its name included; no program can set it. Absent in older records. */
  ctimeMs?: number;
}

export function fingerprintOf({
  size,
  mtimeMs,
  ino,
  ctimeMs,
}: Pick<Stats, 'size' | 'mtimeMs' | 'ino' | 'ctimeMs'>): Fingerprint {
  return { size, mtimeMs, inode: ino, ctimeMs };
}

/** Whether it is the same file, and its contents were not written by a program that leaves the time as it is. */
export function isSameFile(one: Fingerprint, other: Fingerprint): boolean {
  return one.size === other.size && one.mtimeMs === other.mtimeMs && one.inode === other.inode;
}

/**
 * Whether nothing at all has happened to a file. It may still be the same file where this is false, as after a rename: it
 * has to be hashed again before anything is said of its contents.
 */
export function isUntouched(one: Fingerprint, other: Fingerprint): boolean {
  const isSameTime = one.ctimeMs === undefined || other.ctimeMs === undefined || one.ctimeMs === other.ctimeMs;
  return isSameFile(one, other) && isSameTime;
}

/** Of a regular file; undefined when there is none of that name. Links are followed. */
export async function readFingerprint(files: FileLayer, path: string): Promise<Fingerprint | undefined> {
  const stats = await unlessMissing(files.stat(path));
  return stats?.isFile() ? fingerprintOf(stats) : undefined;
}
