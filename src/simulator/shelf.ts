import { RefusedError } from '../core/errors.js';
import type { InstalledModel, LoadConfig, LoadedInstance, LoadRequest, ModelShelf } from '../core/shelf.js';

/** Reading from a fast disk; nothing is really loaded, so only the number is there. */
const LOAD_BYTES_PER_MS = 2_000_000;

/** @param listInstalled every installed file, the newest last; several may have one key */
export function createSimulatedShelf(listInstalled: () => Promise<InstalledModel[]>): ModelShelf {
  const instances: LoadedInstance[] = [];

  return {
    installed,
    loaded: async () => [...instances],
    load: async (request) => {
      const model = (await installed()).find(({ key }) => key === request.model);
      if (!model) {
        throw new RefusedError(
          'model_not_installed',
          request.model,
          `Cannot load ${request.model}: it is not installed.`,
        );
      }
      const instance: LoadedInstance = {
        id: freeId(model.key),
        modelKey: model.key,
        type: model.type,
        config: configure(model, request),
        loadTimeMs: Math.ceil(model.sizeBytes / LOAD_BYTES_PER_MS),
      };
      instances.push(instance);
      return instance;
    },
    unload: async (instanceId) => {
      const index = instances.findIndex(({ id }) => id === instanceId);
      if (index === -1) {
        throw new RefusedError('instance_not_loaded', instanceId, `Cannot unload ${instanceId}: it is not loaded.`);
      }
      instances.splice(index, 1);
    },
  };

  /** One entry per key: the newest download is the one selected, the others are its variants. */
  async function installed(): Promise<InstalledModel[]> {
    const byKey = new Map<string, InstalledModel>();
    for (const model of await listInstalled()) {
      const earlier = byKey.get(model.key);
      byKey.delete(model.key);
      byKey.set(model.key, earlier?.variants && model.variants ? withVariantsOf(earlier, model) : model);
    }
    return [...byKey.values()];
  }

  function freeId(key: string): string {
    const taken = new Set(instances.map(({ id }) => id));
    let id = key;
    for (let count = 2; taken.has(id); count++) id = `${key}:${count}`;
    return id;
  }
}

function withVariantsOf(earlier: InstalledModel, model: InstalledModel): InstalledModel {
  return { ...model, variants: [...new Set([...earlier.variants!, ...model.variants!])] };
}

function configure(model: InstalledModel, request: LoadRequest): LoadConfig {
  const contextLength = request.contextLength ?? Math.min(4096, model.maxContextLength);
  if (model.format === 'mlx') return { contextLength, parallel: 4 };
  return {
    contextLength,
    parallel: 4,
    evalBatchSize: request.evalBatchSize ?? 512,
    flashAttention: request.flashAttention ?? true,
    numExperts: request.numExperts ?? 0,
    offloadKvCacheToGpu: request.offloadKvCacheToGpu ?? true,
  };
}
