import { dirname, join } from 'node:path';
import { RefusedError } from '../../core/errors.js';
import type { RemovedModel } from '../../core/downloader.js';
import { errorCodeOf, unlessMissing } from '../../node/file-errors.js';
import { syncFolder } from '../../node/sync-folder.js';
import type { FileLayer } from '../file-layer.js';
import type { DescribedModel } from './describe-model.js';
import type { FoundFile } from './find-models.js';
import { isSameFile, readFingerprint } from './fingerprint.js';
import { listLocks } from './locks.js';
import { recordsOf } from './presence.js';
import type { ModelRecord, ModelRecords } from './records.js';

export interface RemoveOptions {
  files: FileLayer;
  records: ModelRecords;
  /** All installed models: a projector that another model uses stays. */
  installed: readonly DescribedModel[];
  /** Also deletes files without a record. */
  force: boolean;
}

interface Doomed {
  model: DescribedModel;
  /**
   * Paths in the repo's folder; the file that completes the model first, so that an incomplete model is never listed.
   */
  paths: readonly string[];
}

/**
 * Deletes the models behind one key, their records, and the folders that are empty then.
 * @throws RefusedError model_busy, unrecorded_files
 */
export async function removeModel(
  key: string,
  models: readonly DescribedModel[],
  { files, records, installed, force }: RemoveOptions,
): Promise<RemovedModel> {
  // Everything is checked before anything is deleted.
  const doomed: Doomed[] = [];
  const unrecorded: string[] = [];
  for (const model of models) {
    await refuseWhileLocked(files, key, model);
    const known = recordsOf(model.found, await records.list(model.found.root));
    const own = filesOf(model, installed, models);
    const ours = await stillRecorded(files, model, own, known);
    const shared = usedByOthers(model, known, installed, models);
    const recorded = model.record?.files.map(({ path }) => path);
    for (const path of recorded ?? own.map((file) => file.path)) {
      const target = join(model.found.folder, path);
      if (!force && !ours.has(path) && (await unlessMissing(files.lstat(target)))) unrecorded.push(target);
    }
    const all = [model.found.main.path, ...own.map(({ path }) => path), ...(recorded ?? [])];
    const paths = new Set(force ? all : [model.found.main.path, ...ours]);
    doomed.push({ model, paths: [...paths].filter((path) => !shared.has(path)) });
  }
  if (unrecorded.length > 0) throw notOurs(key, unrecorded);

  const removed: string[] = [];
  let bytes = 0;
  for (const { model, paths } of doomed) {
    const { folder, root } = model.found;
    for (const path of paths) {
      const target = join(folder, path);
      const stats = await unlessMissing(files.lstat(target));
      if (!stats) continue;
      await files.unlink(target);
      removed.push(target);
      bytes += stats.size;
    }
    await syncFolder(files, folder);
    await forgetWhatIsGone(files, model, records);
    for (const path of paths) await prune(files, dirname(join(folder, path)), root);
  }
  return { key, files: removed, bytes };
}

/** Lists the model's files, with a projector that no other model uses. */
function filesOf(
  { found }: DescribedModel,
  installed: readonly DescribedModel[],
  removed: readonly DescribedModel[],
): readonly FoundFile[] {
  const { projector, folder } = found;
  const isShared = installed.some(
    (other) =>
      other.found.folder === folder &&
      other.found.projector[0]?.path === projector[0]?.path &&
      !removed.includes(other),
  );
  return isShared ? found.files : [...found.files, ...projector];
}

/**
 * Lists paths of the model whose files are unchanged since they were verified, for this model or another one of the
 * repo.
 */
async function stillRecorded(
  files: FileLayer,
  { found, record }: DescribedModel,
  own: readonly FoundFile[],
  known: readonly ModelRecord[],
): Promise<Set<string>> {
  const wanted = new Set((record?.files ?? own).map(({ path }) => path));
  const ours = new Set<string>();
  for (const file of known.flatMap((each) => each.files)) {
    if (!wanted.has(file.path)) continue;
    const there = await readFingerprint(files, join(found.folder, file.path));
    if (there && isSameFile(file, there)) ours.add(file.path);
  }
  return ours;
}

/** Lists paths that stay because other models in the folder need them. */
function usedByOthers(
  { found, record }: DescribedModel,
  known: readonly ModelRecord[],
  installed: readonly DescribedModel[],
  removed: readonly DescribedModel[],
): Set<string> {
  const others = installed.filter((other) => other.found.folder === found.folder && !removed.includes(other));
  const recorded = known.filter(
    (each) => each.model !== record?.model && others.some((other) => other.record?.model === each.model),
  );
  return new Set([
    ...recorded.flatMap((each) => each.files.map(({ path }) => path)),
    ...others.flatMap((other) => [...other.found.files, ...other.found.projector]).map(({ path }) => path),
  ]);
}

/** Deletes records whose main file no longer exists. */
async function forgetWhatIsGone(files: FileLayer, { found }: DescribedModel, records: ModelRecords): Promise<void> {
  for (const record of recordsOf(found, await records.list(found.root))) {
    const main = record.files.at(-1)?.path ?? '';
    if ((await unlessMissing(files.lstat(join(found.folder, main)))) === undefined)
      await records.remove(found.root, record.model);
  }
}

async function refuseWhileLocked(files: FileLayer, key: string, { found }: DescribedModel): Promise<void> {
  const paths = new Set(found.files.map(({ path }) => path));
  for (const lock of await listLocks(files, found.root)) {
    if (lock.folder !== found.folder || !lock.files.some((path) => paths.has(path))) continue;
    throw new RefusedError(
      'model_busy',
      key,
      `Cannot remove ${key}: process ${lock.process.pid} on ${lock.process.host} downloads it. Cancel that first.`,
    );
  }
}

function notOurs(key: string, paths: readonly string[]): RefusedError {
  return new RefusedError(
    'unrecorded_files',
    key,
    `Cannot remove ${key}: modeldock did not download these files, or they have changed since: ${paths.join(', ')}. ` +
      'Use force to delete them anyway.',
  );
}

/** Removes folders that are empty now, up to but not including the models folder. A link that the user made stays. */
async function prune(files: FileLayer, folder: string, root: string): Promise<void> {
  for (let empty = folder; empty !== root && empty.startsWith(root); empty = dirname(empty)) {
    try {
      await files.rmdir(empty);
      await syncFolder(files, dirname(empty));
    } catch (error) {
      if (errorCodeOf(error) === 'ENOENT') continue;
      return;
    }
  }
}
