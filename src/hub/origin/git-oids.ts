import { createHash } from 'node:crypto';
import { wholeOf } from '../content/content.js';
import type { Digests } from '../content/digests.js';
import type { HubFile } from '../repos/file.js';

/** The hashes of a file, as the tree lists them. */
export interface Identity {
  /** The sha1 of the git blob: of the file itself, or of its pointer. */
  oid: string;
  lfs?: { sha256: string; pointer: string };
}

/** Reads or hashes the file: only for small ones, and for large ones whose digest is known. */
export async function gitIdentityOf(file: HubFile, digests: Digests): Promise<Identity> {
  if (file.storage === 'git') return { oid: blobOid(await wholeOf(file.content)) };
  const sha256 = await digests.sha256(file.source);
  // https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md#the-pointer
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${file.size}\n`;
  return { oid: blobOid(Buffer.from(pointer)), lfs: { sha256, pointer } };
}

function blobOid(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
