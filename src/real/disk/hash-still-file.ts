import { DownloadError } from '../download-error.js';
import type { FileLayer } from '../file-layer.js';
import { isUntouched, readFingerprint, type Fingerprint } from '../library/fingerprint.js';
import type { Digester, WholeFile } from './digester.js';

/** A file that changes this often while it is hashed is being written by another program. */
const MOST_ATTEMPTS = 4;

/**
 * Hashes a file, and repeats that if the file changes meanwhile.
 * @returns its digest, and its fingerprint while it was hashed; undefined if it is gone or has another size
 * @throws DownloadError disk_error if it keeps changing
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
    `Cannot verify ${file.path}: another program is writing to it. Stop that program, then start the download again.`,
  );
}

/**
 * Checks that the digest computed while a file grew still holds: if the file has changed since this process's last
 * write, all of it is hashed again.
 * @param written the file after that write
 * @returns the file's fingerprint if it has the expected digest, or else the digest that it has
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
