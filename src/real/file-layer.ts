import type * as fs from 'node:fs/promises';

/**
 * The part of the file system that the real engine uses. Everything it writes goes through here, so that a test can fill
 * the disk, cut the power, or kill the process between any two steps. `node:fs/promises` is one. It has no `readFile`,
 * which waits for pipes and reads without bound: `node/read-file.ts` does neither.
 */
export type FileLayer = Pick<
  typeof fs,
  | 'open'
  | 'rename'
  | 'link'
  | 'copyFile'
  | 'unlink'
  | 'rm'
  | 'mkdir'
  | 'rmdir'
  | 'readdir'
  | 'stat'
  | 'lstat'
  | 'realpath'
  | 'statfs'
  | 'utimes'
>;
