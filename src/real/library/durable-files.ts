import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { unlessMissing } from '../../stores/file-errors.js';
import { syncFolder } from '../../stores/sync-folder.js';
import type { FileLayer } from '../file-layer.js';

/** Replaces a small file as a whole: after a crash or a power cut it has its old contents or its new ones. */
export async function writeDurably(files: FileLayer, path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}.new`;
  try {
    const handle = await files.open(draft, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await files.rename(draft, path);
  } catch (error) {
    await files.rm(draft, { force: true });
    throw error;
  }
  await syncFolder(files, dirname(path));
}

/** Makes a folder and those above it, and each of them outlast a power cut. */
export async function makeFolder(files: FileLayer, folder: string): Promise<void> {
  if ((await unlessMissing(files.stat(folder)))?.isDirectory()) return;
  const first = await files.mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(files, dirname(made));
}
