import type { RemovedModel } from '../../core/downloader.js';
import { RefusedError } from '../../core/errors.js';
import type { ListedModel } from '../../core/list-models.js';
import { LoadedInstances } from '../../core/loaded-instances.js';
import { catalogModelKey, repoModelKey } from '../../core/model-key.js';
import type { InstalledModel, ModelLibrary } from '../../core/model-library.js';
import type { FileLayer } from '../file-layer.js';
import { createModelReader, type DescribedModel } from './describe-model.js';
import { findModels, type FoundModel } from './find-models.js';
import { listLocks, type HeldLock } from './locks.js';
import type { ModelFolders } from './model-folders.js';
import { findNamed, nameModels } from './name-models.js';
import type { ModelRecord, ModelRecords } from './records.js';
import { removeModel } from './remove-model.js';

/** The models in the models folders, from any program. They are never actually loaded. */
export interface InstalledLibrary extends ModelLibrary {
  /**
   * Finds the models behind a key: several for the variants of a catalog model, the newest last; empty if there are
   * none.
   */
  find(key: string): Promise<readonly DescribedModel[]>;
  /** Returns the key under which a model will be listed; its files must be in place. */
  keyOf(root: string, record: Omit<ModelRecord, 'key'>): Promise<string>;
  /**
   * Deletes a model. The caller makes sure that no job of this process is writing it.
   * @throws RefusedError model_not_installed, model_busy, unrecorded_files
   */
  remove(key: string, options?: { force?: boolean }): Promise<RemovedModel>;
}

export interface InstalledLibraryOptions {
  folders: ModelFolders;
  files: FileLayer;
  records: ModelRecords;
  /** Called once for each file that looks like a model and cannot be read. */
  onWarning?: (text: string) => void;
}

export function createInstalledLibrary({
  folders,
  files,
  records,
  onWarning = () => undefined,
}: InstalledLibraryOptions): InstalledLibrary {
  const reader = createModelReader(files, onWarning);
  const installed = async (): Promise<InstalledModel[]> => (await list()).map(({ model }) => model);
  const instances = new LoadedInstances();

  return {
    installed,
    loaded: async () => instances.list(),
    load: async (request) => instances.load(request, await installed()),
    unload: async (instanceId) => instances.unload(instanceId),
    find,
    async keyOf(root, record) {
      const main = record.files.at(-1)?.path;
      const there = (await findModels(files, root)).find(
        ({ owner, repo, files: parts }) =>
          `${owner}/${repo}` === (record.folder ?? `${record.owner}/${record.repo}`) &&
          parts.some(({ path }) => path === main),
      );
      const described = there && (await reader.describe(there, []));
      const type = described?.model.type ?? 'llm';
      return record.catalogId === undefined
        ? repoModelKey(record.repo, described?.model.quantization?.name ?? record.quantization, type)
        : catalogModelKey(record.catalogId, type);
    },
    async remove(key, { force = false } = {}) {
      const listed = await list();
      const models = findNamed(listed, key);
      if (models.length === 0) {
        throw new RefusedError('model_not_installed', key, `Cannot remove ${key}: no model of that key is installed.`, {
          choices: listed.map(({ model }) => model.key),
        });
      }
      const known = listed.flatMap(({ behind }) => behind);
      const removed = await removeModel(key, models, { files, records, installed: known, force });
      const left = new Set((await installed()).map(({ key: name }) => name));
      for (const { id, modelKey } of instances.list()) if (!left.has(modelKey)) instances.unload(id);
      return removed;
    },
  };

  async function find(key: string): Promise<readonly DescribedModel[]> {
    return findNamed(await list(), key);
  }

  async function list(): Promise<ListedModel<DescribedModel>[]> {
    const described: DescribedModel[] = [];
    for (const root of folders.roots) {
      const known = await records.list(root);
      const locks = await listLocks(files, root);
      const there = await findModels(files, root);
      for (const found of there) {
        const model = await reader.describe(found, known);
        if (model && (model.record !== undefined || !isBeingWritten(found, locks))) described.push(model);
      }
      await reader.save(root, there);
    }
    return nameModels(described);
  }
}

/**
 * Whether the files are still being written: those of a whole repo are published one after another, and the model is
 * complete only with the last one.
 */
function isBeingWritten({ folder, format }: FoundModel, locks: readonly HeldLock[]): boolean {
  return format === 'mlx' && locks.some((lock) => lock.folder === folder);
}
