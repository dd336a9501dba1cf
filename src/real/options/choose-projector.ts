import { quantizationLabel, type SizedFile } from '../../core/model-file-kind.js';
import { plainLabel } from '../../core/quantization.js';
import { faultOf, fileSets, wordsOf } from './model-options.js';

const ORDER = ['F16', 'BF16', 'F32'];

/**
 * Finds the projector of a model: of those for its folder, or else for a folder around it, the one in F16, BF16 or F32,
 * in this order. One whose name has words of another model belongs to that model.
 * @param models paths of all models there
 * @returns its files, none if the model has no projector
 */
export function findProjector<File extends SizedFile>(
  model: string,
  models: readonly string[],
  projectors: readonly File[],
): readonly File[] {
  const own = new Set(words(model));
  const others = new Set(models.flatMap(words).filter((word) => !own.has(word)));
  const near = fileSets(projectors).flatMap((files) => {
    const [{ path }] = files as [File];
    const scope = scopeOf(path, models);
    const isOthers = words(nameOf(path)).some((word) => others.has(word));
    return isOthers || faultOf(files) !== undefined || !isIn(model, scope) ? [] : [{ files, path, scope }];
  });
  const deepest = Math.max(...near.map(({ scope }) => scope.length));
  return (
    near
      .filter(({ scope }) => scope.length === deepest)
      .sort((one, other) => rank(one.path) - rank(other.path) || (one.path < other.path ? -1 : 1))[0]?.files ?? []
  );
}

/** Finds the folder whose models a projector is for: its own, or the next one around it that has models. */
function scopeOf(path: string, models: readonly string[]): string {
  let folder = folderOf(path);
  while (folder !== '' && !models.some((model) => isIn(model, folder))) folder = folderOf(folder.slice(0, -1));
  return folder;
}

function isIn(path: string, folder: string): boolean {
  return path.startsWith(folder);
}

/** Returns the folder, with a slash at its end; empty at the top. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function nameOf(path: string): string {
  return path.slice(folderOf(path).length);
}

function words(path: string): string[] {
  return wordsOf(path).map((word) => word.toLowerCase());
}

function rank(path: string): number {
  const place = ORDER.indexOf(plainLabel(quantizationLabel(path) ?? ''));
  return place < 0 ? ORDER.length : place;
}
