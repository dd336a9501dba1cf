import { dirname } from 'node:path';
import { errorCodeOf, isDiskFull } from '../../node/file-errors.js';
import { DownloadError } from '../download-error.js';
import type { FileLayer } from '../file-layer.js';

/**
 * What to tell of a failed write, sync or read: `disk_full` for a full disk or a used-up quota, otherwise `disk_error`.
 * @param doing for instance `write`, as in "Could not write /models/…"
 * @param neededBytes what is still to be written, where that is known
 */
export async function describeDiskError(
  error: unknown,
  { doing, path, files, neededBytes }: { doing: string; path: string; files: FileLayer; neededBytes?: number },
): Promise<DownloadError> {
  if (error instanceof DownloadError) return error;
  if (!isDiskFull(error)) {
    const reason = error instanceof Error ? error.message : String(error);
    return new DownloadError(
      'disk_error',
      `Could not ${doing} ${path}: ${reason}. Check the disk and the permissions of its folder, then resume.`,
      { cause: error },
    );
  }
  const free = await freeBytes(dirname(path), files);
  const numbers = [
    ...(free === undefined ? [] : [`${free} bytes are free`]),
    ...(neededBytes === undefined ? [] : [`${neededBytes} are still needed`]),
  ].join(', ');
  const what = errorCodeOf(error) === 'ENOSPC' ? 'the disk is full' : 'the disk quota is used up';
  return new DownloadError(
    'disk_full',
    `Could not ${doing} ${path}: ${what}${numbers && ` (${numbers})`}. Make room and resume: nothing that is stored is lost.`,
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
