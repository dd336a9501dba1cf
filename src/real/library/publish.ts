import { constants } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RefusedError } from '../../core/errors.js';
import { errorCodeOf, isWithoutLinks } from '../../node/file-errors.js';
import { syncFolder } from '../../node/sync-folder.js';
import type { Digester } from '../disk/digester.js';
import { describeDiskError } from '../disk/disk-error.js';
import { DownloadError } from '../download-error.js';
import type { FileLayer } from '../file-layer.js';
import type { PlannedFile } from '../plan.js';
import { makeFolder } from './durable-files.js';
import { isSameFile, isUntouched, readFingerprint, type Fingerprint } from './fingerprint.js';
import { recordFile } from './presence.js';
import type { RecordedFile } from './records.js';
import { resolveTarget } from './safe-path.js';

/** Reports that another program wrote to a part after it was verified: its damaged segments must be fetched again. */
export class ChangedSinceVerified extends DownloadError {
  constructor(path: string) {
    super(
      'disk_error',
      `Cannot publish ${path}: another program has written to it since it was verified. Stop that program, then start the download again.`,
    );
  }
}

/** A file of a publication. */
export interface StagedFile {
  file: PlannedFile;
  /** Its verified and synced bytes, until they are published; absent if the file was verified in place. */
  part?: { path: string } & Fingerprint;
  /** The fingerprint at verification in place. */
  verified?: Fingerprint;
  /** The file in its place when the job was planned, which is to be replaced. */
  replaces?: Fingerprint;
}

/** All data needed to publish, and to continue after a crash, as plain data: store it before the first step. */
export interface Publication {
  /** The repo's folder. */
  folder: string;
  /** In the order of the plan: the file that completes the model is last. */
  files: readonly StagedFile[];
}

export interface PublishOptions {
  files: FileLayer;
  digestOf: Digester['digestOf'];
  signal?: AbortSignal | undefined;
}

/** Describes verified parts by the fingerprints at verification. The result does not depend on later changes. */
export async function preparePublication(
  files: FileLayer,
  folder: string,
  staged: readonly {
    file: PlannedFile;
    part?: string | undefined;
    verified?: Fingerprint | undefined;
    replaces?: Fingerprint | undefined;
  }[],
): Promise<Publication> {
  const prepared: StagedFile[] = [];
  for (const { file, part, verified, replaces } of staged) {
    const found = part === undefined ? undefined : await readFingerprint(files, part);
    if (part !== undefined && found?.size !== file.size) {
      throw new DownloadError(
        'disk_error',
        `Cannot publish ${file.path}: its part ${part} has ${found?.size ?? 'no'} bytes and not ${file.size}.`,
      );
    }
    prepared.push({
      file,
      ...(part !== undefined && found && { part: { path: part, ...(verified ?? found) } }),
      ...(part === undefined && verified && { verified }),
      ...(replaces && { replaces }),
    });
  }
  return { folder, files: prepared };
}

/**
 * Publishes verified parts: moves them to their final names. It may be interrupted at any step and called again with
 * the same publication: completed steps are recognised. Other files of the repo's folder are not touched.
 *
 * @returns what to record
 * @throws DownloadError target_exists if another file has a target's name by now (both are kept), disk_full,
 * disk_error; RefusedError unsafe_path
 */
export async function publish(publication: Publication, options: PublishOptions): Promise<RecordedFile[]> {
  const { files } = options;
  const published: RecordedFile[] = [];
  // All files are checked before any is published: a file that was verified hours ago may have been replaced.
  for (const staged of publication.files) await checkInPlace(staged, publication.folder, options);
  for (const staged of publication.files) {
    const { path } = staged.file;
    try {
      const target = await resolveTarget(files, publication.folder, path);
      if (staged.part) await publishFile(staged, staged.part, { target, folder: publication.folder }, options);
      const recorded = await recordFile(files, staged.file, target);
      if (staged.part?.inode === recorded.inode && !isSameFile(recorded, staged.part)) {
        if (!(await isRight(target, staged.file, options))) throw new ChangedSinceVerified(path);
      }
      published.push(recorded);
    } catch (error) {
      if (options.signal?.aborted || error instanceof RefusedError) throw error;
      throw await describeDiskError(error, { doing: 'publish', path: join(publication.folder, path), files });
    }
  }
  return published;
}

async function checkInPlace(
  { file, part, verified }: StagedFile,
  folder: string,
  options: PublishOptions,
): Promise<void> {
  if (part || !verified) return;
  const { files } = options;
  const target = await resolveTarget(files, folder, file.path);
  const there = await readFingerprint(files, target);
  if (there && isUntouched(there, verified)) return;
  if (there?.size === file.size && (await isRight(target, file, options))) return;
  throw new DownloadError(
    'target_exists',
    `Cannot publish with ${target}: since it was verified, it ${there ? 'has changed' : 'was deleted'}. Start the download again.`,
  );
}

async function publishFile(
  { file, replaces }: StagedFile,
  part: { path: string } & Fingerprint,
  { target, folder }: { target: string; folder: string },
  options: PublishOptions,
): Promise<void> {
  const { files, signal } = options;
  const there = await readFingerprint(files, target);
  const left = await readFingerprint(files, part.path);
  const isPublished = there !== undefined && isSameFile(there, part);

  if (!isPublished && left === undefined) {
    // The part was removed before a crash, after its bytes were copied to another disk; or another program was here.
    if (there?.size === file.size && (await isRight(target, file, options))) return;
    throw new DownloadError(
      'disk_error',
      `Cannot publish ${file.path}: its part ${part.path} was deleted, and ${target} is not the downloaded file. Download it again.`,
    );
  }
  // If it has its final name already, the link has changed ctime, so the other times decide.
  const isTouched = left !== undefined && !isPublished && !isUntouched(left, part);
  if (isTouched && !(await isRight(part.path, file, options))) throw new ChangedSinceVerified(file.path);
  if (!isPublished) {
    await moveIntoPlace(file, part.path, { target, there, replaces }, options);
    await syncUpTo(files, dirname(target), dirname(dirname(folder)));
  }
  await files.rm(copyPath(target), { force: true });
  signal?.throwIfAborted();
  await files.rm(part.path, { force: true });
}

/** Moves the part into place, unless the target holds the same bytes already. */
async function moveIntoPlace(
  file: PlannedFile,
  part: string,
  { target, there, replaces }: { target: string; there: Fingerprint | undefined; replaces: StagedFile['replaces'] },
  options: PublishOptions,
): Promise<void> {
  const { files, signal } = options;
  await makeFolder(files, dirname(target));
  if (there === undefined) {
    signal?.throwIfAborted();
    await name(files, part, target);
  } else if (replaces && isSameFile(there, replaces)) {
    signal?.throwIfAborted();
    await replace(files, part, target);
  } else if (there.size !== file.size || !(await isRight(target, file, options))) {
    throw targetExists(file, target, part);
  }
}

/** Syncs folders, also existing ones: they may come from a run that was interrupted before it could sync them. */
async function syncUpTo(files: FileLayer, folder: string, last: string): Promise<void> {
  for (let synced = folder; synced.length >= last.length; synced = dirname(synced)) await syncFolder(files, synced);
}

async function isRight(
  target: string,
  { digest, size }: PlannedFile,
  { digestOf, signal }: PublishOptions,
): Promise<boolean> {
  return (await digestOf({ path: target, algorithm: digest.algorithm, size }, signal ? { signal } : {})) === digest.hex;
}

/** Gives a part its name where no file is, without ever overwriting one that appears at this moment. */
async function name(files: FileLayer, part: string, target: string): Promise<void> {
  try {
    await files.link(part, target);
  } catch (error) {
    if (errorCodeOf(error) === 'EXDEV') {
      const copy = await copyBeside(files, part, target);
      await name(files, copy, target);
    } else if (isWithoutLinks(error)) {
      await files.rename(part, target);
    } else {
      throw error;
    }
  }
}

/** Replaces a file; the target is the old file or the new one at every moment. */
async function replace(files: FileLayer, part: string, target: string): Promise<void> {
  try {
    await files.rename(part, target);
  } catch (error) {
    if (errorCodeOf(error) !== 'EXDEV') throw error;
    const copy = await copyBeside(files, part, target);
    await files.rename(copy, target);
  }
}

/** Copies the part, if a publisher's or a repo's folder is a link to another disk. */
async function copyBeside(files: FileLayer, part: string, target: string): Promise<string> {
  const copy = copyPath(target);
  await files.rm(copy, { force: true });
  try {
    await files.copyFile(part, copy, constants.COPYFILE_FICLONE);
    const handle = await files.open(copy, 'r+');
    await handle.sync().finally(() => handle.close());
    return copy;
  } catch (error) {
    await files.rm(copy, { force: true });
    throw error;
  }
}

/** Returns a constant name, so that leftovers of a crash are found. */
function copyPath(target: string): string {
  return join(dirname(target), `.modeldock-${basename(target).slice(0, 200)}`);
}

function targetExists({ path, digest }: PlannedFile, target: string, part: string): DownloadError {
  return new DownloadError(
    'target_exists',
    `Cannot publish ${path}: there is now another file ${target}, with other contents than ${digest.algorithm} ` +
      `${digest.hex}. The download is kept in ${part}. Move the other file away, then start the download again.`,
  );
}
