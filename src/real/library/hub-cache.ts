import { join } from 'node:path';
import type { FileLayer } from '../file-layer.js';
import type { DownloadPlan, PlannedFile } from '../plan.js';
import { readFingerprint } from './fingerprint.js';

/**
 * Looks for a file in the Hugging Face cache: among the blobs, which are named after their digest (sha256 for large
 * files, git's sha1 for small ones), and in the snapshots, which contain the files themselves on systems without links.
 * The folder of a repo is named as it was requested, in any case.
 * @param hubCache HF_HUB_CACHE
 * @returns a file of the right size, whose contents are not checked yet
 */
export async function findInHubCache(
  files: FileLayer,
  hubCache: string | undefined,
  { owner, repo, commit }: DownloadPlan,
  { path, digest, size }: PlannedFile,
): Promise<string | undefined> {
  if (hubCache === undefined) return undefined;
  const wanted = `models--${owner}--${repo}`.toLowerCase();
  for (const name of await namesIn(files, hubCache)) {
    if (name.toLowerCase() !== wanted) continue;
    const folder = join(hubCache, name);
    const snapshots = await namesIn(files, join(folder, 'snapshots'));
    // The planned commit comes first: a file of the same name and size at another commit is often another file.
    const commits = [commit, ...snapshots.filter((each) => each !== commit)].filter((each) => snapshots.includes(each));
    const places = [join(folder, 'blobs', digest.hex), ...commits.map((each) => join(folder, 'snapshots', each, path))];
    for (const place of places) {
      const found = await readFingerprint(files, place).catch(() => undefined);
      if (found?.size === size) return place;
    }
  }
  return undefined;
}

/** An unreadable cache counts as empty. */
async function namesIn(files: FileLayer, folder: string): Promise<string[]> {
  return files.readdir(folder).catch(() => []);
}
