import type * as nodeFiles from 'node:fs/promises';
import { errorCodeOf } from './file-errors.js';

/** Makes what was created, renamed or removed in a folder outlast a power cut. */
export async function syncFolder(files: Pick<typeof nodeFiles, 'open'>, folder: string): Promise<void> {
  try {
    const handle = await files.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Windows opens no folders, and some network file systems do not sync them; there a rename has to do.
    if (!UNSUPPORTED.includes(errorCodeOf(error) ?? '')) throw error;
  }
}

const UNSUPPORTED = ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP'];
