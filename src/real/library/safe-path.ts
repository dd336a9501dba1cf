import { join } from 'node:path';
import { RefusedError } from '../../core/errors.js';
import { unlessMissing } from '../../node/file-errors.js';
import type { FileLayer } from '../file-layer.js';
import { checkRepoName, checkRepoPath } from '../repo-path.js';

/** Where modeldock keeps its own files in a models folder. */
export const OWN_FOLDER = '.modeldock';

/**
 * The folder of a repo, spelled as the hub spells it: on a disk that tells case apart, another spelling is another
 * folder. @throws RefusedError unsafe_path
 */
export function repoFolder(root: string, owner: string, repo: string): string {
  checkRepoName(owner, repo);
  if (owner.toLowerCase() === OWN_FOLDER) throw unsafe(`${owner}/${repo}`, `${OWN_FOLDER} is modeldock's own folder`);
  return join(root, owner, repo);
}

/**
 * Where a file of a repo belongs on disk. Links at the models root, the publisher and the repo are the user's and are
 * followed; below that none may be, or a repo could be made to write anywhere. Ask again right before writing.
 *
 * @param path in the repo, with slashes
 * @throws RefusedError unsafe_path
 */
export async function resolveTarget(files: FileLayer, folder: string, path: string): Promise<string> {
  checkRepoPath(path);
  const steps = path.split('/');
  let current = folder;
  for (const [index, step] of steps.entries()) {
    current = join(current, step);
    const found = await unlessMissing(files.lstat(current));
    if (!found) break;
    if (found.isSymbolicLink())
      throw unsafe(path, `${current} is a link; remove it, or link the repo's folder instead`);
    const isLast = index === steps.length - 1;
    if (isLast ? found.isDirectory() : !found.isDirectory()) {
      throw unsafe(path, `${current} is ${isLast ? 'a folder' : 'a file'}; move it away`);
    }
  }
  return join(folder, ...steps);
}

function unsafe(subject: string, reason: string): RefusedError {
  return new RefusedError('unsafe_path', subject, `Cannot put ${subject} into the models folder: ${reason}.`);
}
