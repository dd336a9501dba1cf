import { dirname } from 'node:path';
import { adviceOnFileError, errorCodeOf, isDiskFull } from '../../node/file-errors.js';
import { UnusableFile } from '../../node/read-file.js';
import { DownloadError } from '../download-error.js';
import type { FileLayer } from '../file-layer.js';

/** What was being done when the disk refused it. */
interface DiskWork {
  /** For instance `write`, as in "Cannot write /models/…". */
  doing: string;
  path: string;
  files: FileLayer;
  /** What is still to be written, where that is known. */
  neededBytes?: number;
}

/**
 * Describes a failed write, sync or read: `disk_full` for a full disk or a used-up quota, otherwise `disk_error`. Where
 * the system has given a reason that the user can remove, the job pauses, and goes on when it is resumed.
 */
export async function describeDiskError(
  error: unknown,
  { doing, path, files, neededBytes }: DiskWork,
): Promise<DownloadError> {
  if (error instanceof DownloadError) return error;
  if (error instanceof UnusableFile) {
    return new DownloadError('disk_error', `${error.message} Then resume.`, { cause: error, isResumable: true });
  }
  if (isDiskFull(error)) return describeFullDisk(error, { doing, path, files, neededBytes });
  const known = adviceOnFileError(error);
  const message = error instanceof Error ? error.message : String(error);
  const reason = known === undefined ? message : `${message} (${known.reason})`;
  const advice = known?.advice ?? 'Check the disk and the permissions of its folder';
  // The download should not continue on a disk that reports errors of its own.
  const isResumable = known !== undefined && errorCodeOf(error) !== 'EIO';
  return new DownloadError(
    'disk_error',
    `Cannot ${doing} ${path}: ${reason}. ${advice}, then ${isResumable ? 'resume' : 'start the download again'}.`,
    { cause: error, isResumable },
  );
}

async function describeFullDisk(
  error: unknown,
  { doing, path, files, neededBytes }: Required<Omit<DiskWork, 'neededBytes'>> & { neededBytes: number | undefined },
): Promise<DownloadError> {
  const free = await freeBytes(dirname(path), files);
  const numbers = [
    ...(free === undefined ? [] : [`${free} bytes are free`]),
    ...(neededBytes === undefined ? [] : [`${neededBytes} are still needed`]),
  ].join(', ');
  // A disk may have free bytes but no room for one more file, because all its inodes are taken.
  const orFiles = doing === 'open' && (free ?? 0) > (neededBytes ?? 0) ? ', or it takes no more files' : '';
  const { reason } = adviceOnFileError(error)!;
  return new DownloadError(
    'disk_full',
    `Cannot ${doing} ${path}: ${reason}${numbers && ` (${numbers})`}${orFiles}. Free some space and resume: the stored bytes are kept.`,
    { cause: error },
  );
}

async function freeBytes(folder: string, files: FileLayer): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await files.statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
