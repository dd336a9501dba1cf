import { constants } from 'node:fs';
import { errorCodeOf } from '../../node/file-errors.js';
import type { FileLayer } from '../file-layer.js';

/** How a file was taken from the Hugging Face cache. */
export type Adoption = 'linked' | 'cloned' | 'copied';

/**
 * Gives a blob of the Hugging Face cache a second name, without a copy if the disk supports that: by a hard link, else
 * a clone, else a copy. After `linked` the bytes are the cache's own: never write to the file, only rename or unlink
 * it. So `path` must not be a part that a transfer may repair.
 */
export async function adoptFromCache(files: FileLayer, blob: string, path: string): Promise<Adoption> {
  // In the cache of some programs a blob is a link itself; a hard link to a link would dangle.
  const source = await files.realpath(blob);
  await files.rm(path, { recursive: true, force: true });
  try {
    await files.link(source, path);
    return 'linked';
  } catch (error) {
    // Another disk, no links, or a file of another user: the bytes can still be copied.
    if (errorCodeOf(error) === 'ENOENT') throw error;
  }
  let adoption: Adoption = 'cloned';
  try {
    await files.copyFile(source, path, constants.COPYFILE_FICLONE_FORCE);
  } catch {
    adoption = 'copied';
    await files.copyFile(source, path);
  }
  const handle = await files.open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  return adoption;
}
