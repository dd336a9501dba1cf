import { join } from 'node:path';
import { modelFileKind, modelFileKinds } from '../../core/model-file-kind.js';
import { errorCodeOf, isMissing } from '../../node/file-errors.js';
import type { FileLayer } from '../file-layer.js';
import { findProjector } from '../options/choose-projector.js';
import { modelOptions } from '../options/model-options.js';
import { fingerprintOf, type Fingerprint } from './fingerprint.js';

/** A file in a repo's folder. */
export interface FoundFile extends Fingerprint {
  /** The path in the folder, with slashes. */
  path: string;
}

/** A model, as far as the names of its files show. */
export interface FoundModel {
  root: string;
  owner: string;
  repo: string;
  /** The repo's folder. */
  folder: string;
  format: 'gguf' | 'mlx';
  /** The file that is read to learn about it: the file itself, the first shard, or `config.json`. */
  main: FoundFile;
  /** All files that belong only to this model, including the main file. */
  files: readonly FoundFile[];
  /** The files of the projector that goes with it, which other models of the repo may use as well; none where there is none. */
  projector: readonly FoundFile[];
}

/**
 * The deepest folder that is read: folders deeper than `owner/repo/BF16/model.gguf` are rare, and a link upwards must
 * not be followed forever.
 */
const DEEPEST = 3;

/** Finds every GGUF and MLX model in a models folder, from any program. It reads only folders. */
export async function findModels(files: FileLayer, root: string): Promise<FoundModel[]> {
  const found: FoundModel[] = [];
  for (const owner of await foldersIn(files, root)) {
    for (const repo of await foldersIn(files, join(root, owner))) {
      const folder = join(root, owner, repo);
      const there = await filesIn(files, folder, '', 0);
      const place = { root, owner, repo, folder };
      found.push(...ggufsIn(there).map((model) => ({ ...place, ...model })));
      found.push(...mlxIn(there).map((model) => ({ ...place, ...model })));
    }
  }
  return found;
}

type Sorted = Pick<FoundModel, 'format' | 'main' | 'files' | 'projector'>;

function ggufsIn(there: readonly FoundFile[]): Sorted[] {
  const kinds = modelFileKinds(there);
  const models = there.filter((file) => kinds.get(file) === 'model');
  const projectors = there.filter((file) => kinds.get(file) === 'projector');
  const paths = models.map(({ path }) => path);
  // An incomplete set of shards is left by an interrupted download.
  return modelOptions(models).options.map(({ files }): Sorted => {
    const [main] = files as readonly [FoundFile, ...FoundFile[]];
    return { format: 'gguf', main, files, projector: findProjector(main.path, paths, projectors) };
  });
}

function mlxIn(there: readonly FoundFile[]): Sorted[] {
  const top = there.filter(({ path }) => !path.includes('/'));
  const main = top.find(({ path }) => path === 'config.json');
  const hasIndex = top.some(({ path }) => path.endsWith('.safetensors.index.json'));
  const isModel = top.some(
    ({ path }) => path.endsWith('.safetensors') && (hasIndex || modelFileKind(path) !== 'piece'),
  );
  const files = there.filter(({ path }) => !path.toLowerCase().endsWith('.gguf'));
  return main && isModel ? [{ format: 'mlx', main, files, projector: [] }] : [];
}

/** Lists files. Links are followed here: listing what a user has linked is harmless. */
async function filesIn(files: FileLayer, folder: string, prefix: string, depth: number): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const name of await namesIn(files, folder)) {
    const stats = await files.stat(join(folder, name)).catch(() => undefined);
    if (stats?.isFile() && !isUnfinished(name)) found.push({ path: prefix + name, ...fingerprintOf(stats) });
    if (stats?.isDirectory() && depth < DEEPEST) {
      found.push(...(await filesIn(files, join(folder, name), `${prefix}${name}/`, depth + 1)));
    }
  }
  return found;
}

/** Whether the name is one that LM Studio or another program gives to unfinished files. */
function isUnfinished(name: string): boolean {
  return /^downloading_|\.(?:part|partial|incomplete|crdownload|aria2|tmp)$/i.test(name);
}

async function foldersIn(files: FileLayer, folder: string): Promise<string[]> {
  const folders: string[] = [];
  for (const name of await namesIn(files, folder)) {
    const stats = await files.stat(join(folder, name)).catch(() => undefined);
    if (stats?.isDirectory()) folders.push(name);
  }
  return folders;
}

/** Lists names in order; hidden ones, which include modeldock's own folder, are not models. */
async function namesIn(files: FileLayer, folder: string): Promise<string[]> {
  try {
    return (await files.readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch (error) {
    if (isMissing(error) || errorCodeOf(error) === 'EACCES') return [];
    throw error;
  }
}
