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

/** Another program wrote into a part after it was verified: its damaged segments have to be fetched again. */
export class ChangedSinceVerified extends DownloadError {
  constructor(path: string) {
    super(
      'disk_error',
      `Cannot publish ${path}: another program has written into it since it was verified. End that program, then start the download again.`,
    );
  }
}

/** One file of a publication. */
export interface StagedFile {
  file: PlannedFile;
  /** Its verified and synced bytes, until they are published; absent where the target was verified in place. */
  part?: { path: string } & Fingerprint;
  /** As it was when it was verified in place. */
  verified?: Fingerprint;
  /** The file at the target when the job was planned, and is to be replaced. */
  replaces?: Fingerprint;
}

/** Everything needed to publish, and to go on with it after a crash. Plain data: store it before the first step. */
export interface Publication {
  /** The repo's folder. */
  folder: string;
  /** In the order of the plan: what makes it a model is last. */
  files: readonly StagedFile[];
}

export interface PublishOptions {
  files: FileLayer;
  digestOf: Digester['digestOf'];
  signal?: AbortSignal | undefined;
}

/** Describes verified parts as they were when they were hashed. The result does not change any more, whatever becomes of them. */
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
 * Gives verified parts their names. It may be interrupted anywhere and called again with the same publication: what is
 * done is found done. Files of the repo's folder that it does not name are not touched.
 *
 * @returns what to record
 * @throws DownloadError target_exists when another file has a target's name by now (both are kept), disk_full, disk_error;
 * RefusedError unsafe_path
 */
export async function publish(publication: Publication, options: PublishOptions): Promise<RecordedFile[]> {
  const { files } = options;
  const published: RecordedFile[] = [];
  // All of them before anything gets its name: what was verified hours ago may be another file by now.
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
    `Cannot publish with ${target}: it was verified, and it ${there ? 'holds something else' : 'is gone'} since. Start the download again.`,
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
    // A crash after the part had gone, and its bytes were copied to another disk; or somebody was here meanwhile.
    if (there?.size === file.size && (await isRight(target, file, options))) return;
    throw new DownloadError(
      'disk_error',
      `Cannot publish ${file.path}: its part ${part.path} is gone, and ${target} is not what was downloaded. Download it again.`,
    );
  }
  // Where it has its name already, the link has changed ctime, and the other times tell.
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

/** Gives the part its name, unless the target holds the same bytes already. */
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

/** Also folders that were there already: they may be from a run that was interrupted before it could sync them. */
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

/** Names a part where nothing is, without ever overwriting what appears there at this moment. */
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

/** The target is the old file or the new one at every moment. */
async function replace(files: FileLayer, part: string, target: string): Promise<void> {
  try {
    await files.rename(part, target);
  } catch (error) {
    if (errorCodeOf(error) !== 'EXDEV') throw error;
    const copy = await copyBeside(files, part, target);
    await files.rename(copy, target);
  }
}

/** Where a publisher's or a repo's folder is a link to another disk, the part has to be copied there. */
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

/** Always the same, so that what a crash left of it is found. */
function copyPath(target: string): string {
  return join(dirname(target), `.modeldock-${basename(target).slice(0, 200)}`);
}

function targetExists({ path, digest }: PlannedFile, target: string, part: string): DownloadError {
  return new DownloadError(
    'target_exists',
    `Cannot publish ${path}: there is another file ${target} by now, with other contents than ${digest.algorithm} ` +
      `${digest.hex}. What was downloaded is kept in ${part}. Move that file away, then start the download again.`,
  );
}
