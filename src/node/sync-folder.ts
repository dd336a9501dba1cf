import type * as nodeFiles from 'node:fs/promises';
import { errorCodeOf } from './file-errors.js';

/** Makes files that were created, renamed or removed in a folder survive a power failure. */
export async function syncFolder(files: Pick<typeof nodeFiles, 'open'>, folder: string): Promise<void> {
  try {
    const handle = await files.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Windows cannot open folders, and some network file systems cannot sync them; there the rename alone has to do.
    if (!UNSUPPORTED.includes(errorCodeOf(error) ?? '')) throw error;
  }
}

const UNSUPPORTED = ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP'];
