import { DownloadError } from '../download-error.js';
import type { FileLayer } from '../file-layer.js';
import { isUntouched, readFingerprint, type Fingerprint } from '../library/fingerprint.js';
import type { Digester, WholeFile } from './digester.js';

/** A file that changes this often while it is hashed is being written by another program. */
const MOST_ATTEMPTS = 4;

/**
 * Hashes a file that nothing touches meanwhile, and again where something did.
 * @returns its digest, and what it was while it was hashed; undefined where it is gone or of another size
 * @throws DownloadError disk_error where it does not come to rest
 */
export async function hashStillFile(
  { files, digester }: { files: FileLayer; digester: Pick<Digester, 'digestOf'> },
  file: WholeFile,
  options?: Parameters<Digester['digestOf']>[1],
): Promise<{ hex: string; fingerprint: Fingerprint } | undefined> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const before = await readFingerprint(files, file.path);
    if (before?.size !== file.size) return undefined;
    const hex = await digester.digestOf(file, options);
    const after = await readFingerprint(files, file.path);
    if (after && isUntouched(before, after)) return { hex, fingerprint: after };
  }
  throw new DownloadError(
    'disk_error',
    `Cannot verify ${file.path}: another program writes into it. End that program, then start the download again.`,
  );
}

/**
 * Holds the digest that was computed while a file grew against the file as it is now: where anything has happened to it
 * since the last write of our own, all of it is hashed again.
 * @param written the file after that write
 * @returns the file as it was when it had the wanted digest, or the other digest that it has
 */
export async function confirmDigest(
  followed: string | undefined,
  written: Fingerprint | undefined,
  { path, algorithm, size, hex: wanted }: WholeFile & { hex: string },
  { files, digester }: { files: FileLayer; digester: Pick<Digester, 'digestOf'> },
): Promise<Fingerprint | string | undefined> {
  if (followed !== wanted) return followed;
  const now = await readFingerprint(files, path);
  if (written && now && isUntouched(written, now)) return now;
  const still = await hashStillFile({ files, digester }, { path, algorithm, size });
  return still?.hex === wanted ? still.fingerprint : still?.hex;
}
