import { RefusedError } from './errors.js';
import type { InstalledModel, LoadConfig, LoadedInstance, LoadRequest, ModelShelf } from './shelf.js';

/** Reading from a fast disk; nothing is really loaded, so only the number is there. */
const LOAD_BYTES_PER_MS = 2_000_000;

export interface LoadedInstancesOptions {
  installed: () => Promise<readonly InstalledModel[]>;
  /** What is loaded from the start. */
  loaded?: readonly LoadedInstance[];
  onChange?: () => void;
}

/** Which models are loaded, as a record: no engine runs inference. */
export function createLoadedInstances({
  installed,
  loaded = [],
  onChange = () => undefined,
}: LoadedInstancesOptions): Pick<ModelShelf, 'loaded' | 'load' | 'unload'> {
  const instances = [...loaded];

  return {
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
      onChange();
      return instance;
    },
    unload: async (instanceId) => {
      const index = instances.findIndex(({ id }) => id === instanceId);
      if (index === -1) {
        throw new RefusedError('instance_not_loaded', instanceId, `Cannot unload ${instanceId}: it is not loaded.`);
      }
      instances.splice(index, 1);
      onChange();
    },
  };

  function freeId(key: string): string {
    const taken = new Set(instances.map(({ id }) => id));
    let id = key;
    for (let count = 2; taken.has(id); count++) id = `${key}:${count}`;
    return id;
  }
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
