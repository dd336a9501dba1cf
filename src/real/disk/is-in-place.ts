import type { FileHandle } from 'node:fs/promises';
import { unlessMissing } from '../../node/file-errors.js';
import { DownloadError } from '../download-error.js';
import type { FileLayer } from '../file-layer.js';

/** Whether an open file still has its name: another program may have deleted, renamed or replaced it. */
export async function isInPlace(
  files: Pick<FileLayer, 'stat'>,
  path: string,
  handle: Pick<FileHandle, 'stat'>,
): Promise<boolean> {
  const [there, own] = [await unlessMissing(files.stat(path)), await handle.stat()];
  return there?.ino === own.ino && there.dev === own.dev;
}

/** Another program has deleted or replaced a part while it was written. */
export class PartGone extends DownloadError {
  constructor(path: string, bytes: number) {
    super(
      'disk_error',
      `The part ${path} was deleted, renamed or replaced by another program while it was written: ${bytes} bytes are lost. Put it back if you have it, then resume; what is not there is fetched again.`,
      { isResumable: true },
    );
  }
}
