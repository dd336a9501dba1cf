import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { RefusedError } from '../../core/errors.js';
import { adviceOnFileError, errorCodeOf, isDiskFull, unlessMissing } from '../../node/file-errors.js';
import { createOwnFiles } from '../../node/read-file.js';
import type { FileLayer } from '../file-layer.js';
import { makeFolder } from './durable-files.js';
import { findRepoFolder, OWN_FOLDER } from './safe-path.js';
import { freeBytes } from './space.js';

/** The folders that contain models; the first is the default for new ones. */
export interface ModelFolders {
  /** Absolute. */
  readonly roots: readonly string[];
  /** Opened to be listed: nothing is downloaded into them. */
  readonly isReadOnly: boolean;
  /** Folders of our own that cannot be read, and were named when they were opened. */
  readonly unlisted: readonly string[];
  /**
   * The root for a repo: the one that has a folder for it, whatever the case of its name, else the first with room, else the first.
   * @param bytes what has to fit, with what must stay free
   */
  choose(owner: string, repo: string, bytes: (root: string) => number | Promise<number>): Promise<string>;
  /**
   * Whether a folder was renamed, deleted or unmounted since it was opened. Without this check the next download would
   * make it again, in the empty place or on the disk below it.
   * @returns the start of a sentence that says so, up to what to do; undefined where the folder is there
   */
  goneBecause(root: string): Promise<string | undefined>;
}

const MOST_SETTINGS_BYTES = 16 * 1024 * 1024;

export interface ModelFoldersOptions {
  files: FileLayer;
  /** The default is LM Studio's own. */
  roots?: readonly string[] | undefined;
  environment?: NodeJS.ProcessEnv;
  onWarning?: (text: string) => void;
  /** Nothing is made, moved or written: what cannot be read is named in a warning. */
  readOnly?: boolean;
}

/** Opens the models folders; creates missing ones. @throws RefusedError disk_error */
export async function openModelFolders({
  files,
  roots: named,
  environment = process.env,
  onWarning = () => undefined,
  readOnly = false,
}: ModelFoldersOptions): Promise<ModelFolders> {
  const wanted = named === undefined || named.length === 0 ? [await lmStudioModels(files, environment)] : named;
  const roots = [...new Set(wanted.map((root) => resolve(root)))];
  const unlisted: string[] = [];
  const disks = new Map<string, number | undefined>();
  for (const root of roots) {
    if (!readOnly) await openRoot(files, root, onWarning);
    const unreadable = readOnly ? await lookAtRoot(files, root, onWarning) : undefined;
    if (unreadable !== undefined) unlisted.push(unreadable);
    disks.set(root, (await unlessMissing(files.stat(root)))?.dev);
  }

  return {
    roots,
    isReadOnly: readOnly,
    unlisted,
    async choose(owner, repo, bytes) {
      for (const root of roots) {
        if (await findRepoFolder(files, root, owner, repo)) return root;
      }
      for (const root of roots) {
        const free = (await unlessMissing(freeBytes(files, root))) ?? 0;
        if (free >= (await bytes(root))) return root;
      }
      return roots[0]!;
    },
    async goneBecause(root) {
      const there = await unlessMissing(files.stat(root));
      if (there?.isDirectory() !== true) return `The models folder ${root} is gone. Put it back`;
      const disk = disks.get(root);
      return disk === undefined || disk === there.dev
        ? undefined
        : `The disk of the models folder ${root} is gone: another one is in its place. Mount it again`;
    },
  };
}

/**
 * Names what keeps the downloads of a folder from being listed; its models can still be listed.
 * @returns our own folder where it cannot be read
 */
async function lookAtRoot(
  files: FileLayer,
  root: string,
  onWarning: (text: string) => void,
): Promise<string | undefined> {
  const own = join(root, OWN_FOLDER);
  try {
    const there = await unlessMissing(files.stat(root));
    if (there?.isDirectory() === false) throw unusable(root, 'it is a file. Name a folder');
    if ((await unlessMissing(files.lstat(own))) === undefined) return undefined;
    await files.readdir(own);
    await files.stat(join(own, 'installed')).catch(unlessNone);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    const reason = adviceOnFileError(error)?.reason ?? String(error);
    onWarning(
      `Cannot list the downloads in ${root}: ${own} cannot be read as a folder (${reason}). Models are listed.`,
    );
    return own;
  }
}

function unlessNone(error: unknown): void {
  if (errorCodeOf(error) !== 'ENOENT') throw error;
}

async function openRoot(files: FileLayer, root: string, onWarning: (text: string) => void): Promise<void> {
  const own = join(root, OWN_FOLDER);
  const isNew = (await files.lstat(own).catch(() => undefined)) === undefined;
  try {
    await makeWayForFolder(files, own, onWarning);
    await makeFolder(files, own);
    for (const name of FOLDERS) await makeWayForFolder(files, join(own, name), onWarning);
    if ((await files.lstat(own)).isSymbolicLink()) {
      throw unusable(root, `${own} is a link. Parts must be on the disk of the models folder; remove the link`);
    }
    // The mode is not enough: there are access lists, read-only mounts and folders of other users.
    const probe = join(own, `.probe-${process.pid}`);
    await (await files.open(probe, 'w')).close();
    await files.unlink(probe);
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    // What is there can be listed and served on a full disk, and a job that waits for room says so itself.
    if (isNew || !isDiskFull(error)) throw unusable(root, reasonOf(error), error);
    onWarning(`Cannot write into ${root}: ${reasonOf(error)}. Downloads can go on then.`);
  }
}

/** The subfolders of modeldock's own folder. */
const FOLDERS = ['installed', 'locks'];

/** Moves aside a file or link with the name of one of modeldock's own folders. */
async function makeWayForFolder(files: FileLayer, path: string, onWarning: (text: string) => void): Promise<void> {
  const there = await unlessMissing(files.lstat(path));
  if (there === undefined || there.isDirectory()) return;
  const leadsTo = there.isSymbolicLink() ? await files.stat(path).catch(() => undefined) : undefined;
  if (leadsTo?.isDirectory()) return;
  const aside = `${path}.set-aside-${Date.now().toString(36)}`;
  await files.rename(path, aside);
  onWarning(`Cannot use ${path}: expected a folder, found something else. It was renamed to ${aside}.`);
}

function reasonOf(error: unknown): string {
  switch (errorCodeOf(error)) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'it, or a folder that it is in, is a file. Choose a folder';
    case 'ELOOP':
      return 'it, or a folder that it is in, is a link to itself. Choose another folder';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not write there. Change its permissions, or choose another folder';
    case 'EROFS':
      return 'it is on a disk that is mounted read-only. Choose another folder';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full. Free some space, or choose another folder';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function unusable(root: string, reason: string, cause?: unknown): RefusedError {
  return new RefusedError('disk_error', root, `Cannot use ${root} as a models folder: ${reason}.`, { cause });
}

/**
 * Finds LM Studio's models folder: `downloadsFolder` of its settings, else `models` in its home. The home is named by
 * `~/.lmstudio-home-pointer`, else it is `~/.cache/lm-studio` if an early version created one, else `~/.lmstudio`. LM
 * Studio's own tools do the same: https://github.com/lmstudio-ai/lms/blob/main/src/modelsFolder.ts
 */
export async function lmStudioModels(files: FileLayer, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const home = await lmStudioHome(files, environment);
  const settings = await readText(files, join(home, 'settings.json'));
  return downloadsFolderIn(settings) ?? join(home, 'models');
}

/**
 * Finds LM Studio's own folder, with its settings, its copy of the catalog and, unless the settings say otherwise, its
 * models.
 */
export async function lmStudioHome(files: FileLayer, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const user = environment.HOME ?? environment.USERPROFILE ?? homedir();
  const pointed = (await readText(files, join(user, '.lmstudio-home-pointer')))?.trim();
  if (pointed && isAbsolute(pointed)) return pointed;
  const early = join(user, '.cache', 'lm-studio');
  return (await unlessMissing(files.stat(early)))?.isDirectory() ? early : join(user, '.lmstudio');
}

/** Unreadable settings are ignored, because they belong to another program. */
function downloadsFolderIn(settings: string | undefined): string | undefined {
  if (settings === undefined) return undefined;
  try {
    const { downloadsFolder } = JSON.parse(settings) as { downloadsFolder?: unknown };
    const isFolder = typeof downloadsFolder === 'string' && isAbsolute(downloadsFolder);
    return isFolder && dirname(downloadsFolder) !== downloadsFolder ? downloadsFolder : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a file of another program, if that is possible. */
async function readText(files: FileLayer, path: string): Promise<string | undefined> {
  return createOwnFiles(files).read(path, MOST_SETTINGS_BYTES);
}
