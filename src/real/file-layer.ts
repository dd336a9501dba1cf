import type * as fs from 'node:fs/promises';

/**
 * The file system, as much of it as the real engine uses. Everything it writes goes through here, so that a test can
 * fill the disk, cut the power, or kill the process between any two steps. `node:fs/promises` is one.
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
  | 'readFile'
  | 'stat'
  | 'lstat'
  | 'realpath'
  | 'statfs'
  | 'utimes'
>;
