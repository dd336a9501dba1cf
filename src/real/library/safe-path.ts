import { join } from 'node:path';
import { RefusedError } from '../../core/errors.js';
import { unlessMissing } from '../../node/file-errors.js';
import type { FileLayer } from '../file-layer.js';
import { checkRepoName, checkRepoPath } from '../repo-path.js';

/** The folder for modeldock's own files in a models folder. */
export const OWN_FOLDER = '.modeldock';

/**
 * The folder of a repo in a models folder.
 * @param spelled `owner/repo` as an existing folder has it, where that differs from the hub's spelling in case
 * @throws RefusedError unsafe_path
 */
export function repoFolder(root: string, owner: string, repo: string, spelled?: string): string {
  checkRepoName(owner, repo);
  if (spelled?.toLowerCase() === `${owner}/${repo}`.toLowerCase()) {
    return repoFolder(root, ...(spelled.split('/') as [string, string]));
  }
  if (owner.toLowerCase() === OWN_FOLDER) throw unsafe(`${owner}/${repo}`, `${OWN_FOLDER} is modeldock's own folder`);
  return join(root, owner, repo);
}

/**
 * Finds the folder of a repo whatever the case of its name: on a disk that tells case apart, a second folder for the same repo
 * would be made otherwise, with the files fetched again. Of several the one that is spelled as the hub spells it, else the first.
 * @returns `owner/repo` as it is spelled there; undefined where there is none
 */
export async function findRepoFolder(
  files: Pick<FileLayer, 'readdir' | 'stat'>,
  root: string,
  owner: string,
  repo: string,
): Promise<string | undefined> {
  const isFolder = async (path: string): Promise<boolean> =>
    (await unlessMissing(files.stat(join(root, path))))?.isDirectory() === true;
  checkRepoName(owner, repo);
  if (await isFolder(`${owner}/${repo}`)) return `${owner}/${repo}`;
  for (const publisher of await alike(owner, root)) {
    for (const name of await alike(repo, join(root, publisher))) {
      if (await isFolder(`${publisher}/${name}`)) return `${publisher}/${name}`;
    }
  }
  return undefined;

  /** The names in a folder that differ from this one in case at most. */
  async function alike(name: string, folder: string): Promise<string[]> {
    const isThere = (await unlessMissing(files.stat(folder)))?.isDirectory() === true;
    const names = isThere ? await files.readdir(folder) : [];
    return names.filter((each) => each.toLowerCase() === name.toLowerCase()).sort();
  }
}

/**
 * Returns the path of a repo's file on disk. Links at the models root, the publisher and the repo are the user's and
 * are followed; below that none may be, or a repo could be made to write anywhere. Call it again right before writing.
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
