import { createExclusively } from '../../node/create-exclusively.js';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { errorCodeOf, unlessMissing } from '../../node/file-errors.js';
import { syncFolder } from '../../node/sync-folder.js';
import type { FileLayer } from '../file-layer.js';

/** Replaces a small file as a whole: after a crash or a power failure it has its old contents or its new ones. */
export async function writeDurably(files: FileLayer, path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}.new`;
  try {
    if (!(await createExclusively(files, draft, text))) throw new Error(`Cannot write ${draft}: it exists already.`);
    await files.rename(draft, path);
  } catch (error) {
    await files.rm(draft, { force: true });
    throw error;
  }
  await syncFolder(files, dirname(path));
}

/** Retries against a concurrent rmdir; a file system without new folders fails every time. */
const ATTEMPTS = 5;

/**
 * Creates a folder and those above it, each of which survives a power failure. Folders are created one by one: if the
 * folder above exists and the file system still says ENOENT, as `/proc` does, Node's recursive mkdir retries forever,
 * in a thread that only SIGKILL stops.
 */
export async function makeFolder(files: FileLayer, folder: string): Promise<void> {
  const parent = dirname(folder);
  for (let attempt = 1; ; attempt++) {
    if (await isFolder(files, folder)) return;
    if (parent !== folder) await makeFolder(files, parent);
    try {
      await files.mkdir(folder);
      break;
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === 'EEXIST' && (await isFolder(files, folder))) return;
      if (code !== 'ENOENT') throw error;
      if (attempt >= ATTEMPTS) throw noFolderIn(parent, error);
    }
  }
  await syncFolder(files, parent);
}

async function isFolder(files: FileLayer, path: string): Promise<boolean> {
  return (await unlessMissing(files.stat(path)))?.isDirectory() ?? false;
}

/** Keeps the code of the system, which decides how the error is handled. */
function noFolderIn(parent: string, cause: unknown): Error {
  return Object.assign(new Error(`no folder can be created in ${parent}. Choose another folder`, { cause }), {
    code: errorCodeOf(cause),
  });
}
