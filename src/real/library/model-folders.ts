import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { RefusedError } from '../../core/errors.js';
import { errorCodeOf, isMissing, unlessMissing } from '../../node/file-errors.js';
import type { FileLayer } from '../file-layer.js';
import { makeFolder } from './durable-files.js';
import { OWN_FOLDER, repoFolder } from './safe-path.js';
import { freeBytes } from './space.js';

/** The folders models are in; the first is where they go unless there is a reason for another. */
export interface ModelFolders {
  /** Absolute. */
  readonly roots: readonly string[];
  /**
   * The root for a repo: the one that has a folder for it, else the first with room, else the first.
   * @param bytes what has to fit, with what must stay free
   */
  choose(owner: string, repo: string, bytes: (root: string) => number | Promise<number>): Promise<string>;
}

export interface ModelFoldersOptions {
  files: FileLayer;
  /** Where none is named, it is LM Studio's own. */
  roots?: readonly string[] | undefined;
  environment?: NodeJS.ProcessEnv;
}

/** Opens the models folders; makes those that do not exist. @throws RefusedError disk_error */
export async function openModelFolders({
  files,
  roots: named,
  environment = process.env,
}: ModelFoldersOptions): Promise<ModelFolders> {
  const wanted = named === undefined || named.length === 0 ? [await lmStudioModels(files, environment)] : named;
  const roots = [...new Set(wanted.map((root) => resolve(root)))];
  for (const root of roots) await openRoot(files, root);

  return {
    roots,
    async choose(owner, repo, bytes) {
      for (const root of roots) {
        if ((await unlessMissing(files.stat(repoFolder(root, owner, repo))))?.isDirectory()) return root;
      }
      for (const root of roots) {
        if ((await freeBytes(files, root)) >= (await bytes(root))) return root;
      }
      return roots[0]!;
    },
  };
}

async function openRoot(files: FileLayer, root: string): Promise<void> {
  try {
    const own = join(root, OWN_FOLDER);
    await makeFolder(files, own);
    if ((await files.lstat(own)).isSymbolicLink()) {
      throw unusable(root, `${own} is a link. Parts must be on the disk of the models folder; remove the link`);
    }
    // What a mode forbids cannot be read off it alone: access lists, read-only mounts, another user's folder.
    const probe = join(own, `.probe-${process.pid}`);
    await (await files.open(probe, 'w')).close();
    await files.unlink(probe);
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    throw unusable(root, reasonOf(error), error);
  }
}

function reasonOf(error: unknown): string {
  switch (errorCodeOf(error)) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'it, or a folder it is in, is a file. Name a folder';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not write there. Change its permissions, or name another folder';
    case 'EROFS':
      return 'it is on a disk that is mounted read-only. Name another folder';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full. Make room, or name another folder';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function unusable(root: string, reason: string, cause?: unknown): RefusedError {
  return new RefusedError('disk_error', root, `Cannot use ${root} as a models folder: ${reason}.`, { cause });
}

/**
 * Where LM Studio keeps models: `downloadsFolder` of its settings, else `models` in its home. That is named by
 * `~/.lmstudio-home-pointer`, else it is `~/.cache/lm-studio` where an early version made one, else `~/.lmstudio`. So
 * do LM Studio's own tools: https://github.com/lmstudio-ai/lms/blob/main/src/modelsFolder.ts
 */
export async function lmStudioModels(files: FileLayer, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const home = await lmStudioHome(files, environment);
  const settings = await readText(files, join(home, 'settings.json'));
  return downloadsFolderIn(settings) ?? join(home, 'models');
}

/** LM Studio's own folder, with its settings, its copy of the catalog and, unless they say otherwise, its models. */
export async function lmStudioHome(files: FileLayer, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const user = environment.HOME ?? environment.USERPROFILE ?? homedir();
  const pointed = (await readText(files, join(user, '.lmstudio-home-pointer')))?.trim();
  if (pointed && isAbsolute(pointed)) return pointed;
  const early = join(user, '.cache', 'lm-studio');
  return (await unlessMissing(files.stat(early)))?.isDirectory() ? early : join(user, '.lmstudio');
}

/** Settings that cannot be read are taken as absent: they are another program's. */
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

async function readText(files: FileLayer, path: string): Promise<string | undefined> {
  try {
    return await files.readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error) || errorCodeOf(error) === 'EACCES' || errorCodeOf(error) === 'EISDIR') return undefined;
    throw error;
  }
}
