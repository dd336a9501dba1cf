import type { Stats } from 'node:fs';
import { unlessMissing } from '../../node/file-errors.js';
import type { FileLayer } from '../file-layer.js';

/** Identifies a hashed file without reading it. */
export interface Fingerprint {
  size: number;
  /** Milliseconds since the epoch, with a fraction. */
  mtimeMs: number;
  inode: number;
  /** The time of the last change of anything, also of its name; programs cannot set it. Absent in older records. */
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

/** Whether it is the same file, unless a program wrote to it and restored its time. */
export function isSameFile(one: Fingerprint, other: Fingerprint): boolean {
  return one.size === other.size && one.mtimeMs === other.mtimeMs && one.inode === other.inode;
}

/**
 * Whether nothing at all has changed. If this is false it may still be the same file, as after a rename: it must be
 * hashed again before its contents are trusted.
 */
export function isUntouched(one: Fingerprint, other: Fingerprint): boolean {
  const isSameTime = one.ctimeMs === undefined || other.ctimeMs === undefined || one.ctimeMs === other.ctimeMs;
  return isSameFile(one, other) && isSameTime;
}

/** Reads the fingerprint of a regular file; undefined if there is none of that name. Links are followed. */
export async function readFingerprint(files: FileLayer, path: string): Promise<Fingerprint | undefined> {
  const stats = await unlessMissing(files.stat(path));
  return stats?.isFile() ? fingerprintOf(stats) : undefined;
}
