import type { Stats } from 'node:fs';
import { unlessMissing } from '../../node/file-errors.js';
import type { FileLayer } from '../file-layer.js';

/** What tells, without reading it, whether a file is still the one that was hashed. */
export interface Fingerprint {
  size: number;
  /** Milliseconds since the epoch, with a fraction. */
  mtimeMs: number;
  inode: number;
}

export function fingerprintOf({ size, mtimeMs, ino }: Pick<Stats, 'size' | 'mtimeMs' | 'ino'>): Fingerprint {
  return { size, mtimeMs, inode: ino };
}

export function isSameFile(one: Fingerprint, other: Fingerprint): boolean {
  return one.size === other.size && one.mtimeMs === other.mtimeMs && one.inode === other.inode;
}

/** Of a regular file; undefined when there is none of that name. Links are followed. */
export async function readFingerprint(files: FileLayer, path: string): Promise<Fingerprint | undefined> {
  const stats = await unlessMissing(files.stat(path));
  return stats?.isFile() ? fingerprintOf(stats) : undefined;
}
