import type * as nodeFiles from 'node:fs/promises';
import { errorCodeOf } from './file-errors.js';

/**
 * Creates a file that does not exist yet, with its contents synced to the disk. A file that could not be written whole
 * is deleted again.
 * @returns false when there is a file of that name
 */
export async function createExclusively(
  files: Pick<typeof nodeFiles, 'open' | 'rm'>,
  path: string,
  contents: Uint8Array | string,
): Promise<boolean> {
  let file;
  try {
    file = await files.open(path, 'wx');
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await file.writeFile(contents);
    await file.sync();
  } catch (error) {
    await file.close();
    await files.rm(path, { force: true });
    throw error;
  }
  await file.close();
  return true;
}
