import type * as fs from 'node:fs/promises';

/**
 * The part of the file system that the real engine uses. All writes go through it, so that a test can fill the disk,
 * cut the power, or kill the process between any two steps. `node:fs/promises` is one. It has no `readFile`, which
 * waits for pipes and reads without a limit: `node/read-file.ts` does neither.
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
