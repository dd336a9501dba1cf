import { RefusedError } from './errors.js';
import type { InstalledModel, LoadConfig, LoadedInstance, LoadRequest } from './model-library.js';

/** How fast a model appears to load: as from a fast disk. Only the reported time depends on it; nothing is loaded. */
const LOAD_BYTES_PER_MS = 2_000_000;

/** Keeps which models count as loaded. It is only a record: no engine runs inference. */
export class LoadedInstances {
  #instances: readonly LoadedInstance[];

  /** @param loaded the instances that are loaded from the start */
  constructor(loaded: readonly LoadedInstance[] = []) {
    this.#instances = loaded;
  }

  list(): readonly LoadedInstance[] {
    return this.#instances;
  }

  /** @throws RefusedError model_not_installed */
  load(request: LoadRequest, installed: readonly InstalledModel[]): LoadedInstance {
    const model = installed.find(({ key }) => key === request.model);
    if (!model) {
      throw new RefusedError(
        'model_not_installed',
        request.model,
        `Cannot load ${request.model}: it is not installed.`,
      );
    }
    const instance: LoadedInstance = {
      id: this.#freeId(model.key),
      modelKey: model.key,
      type: model.type,
      config: configure(model, request),
      loadTimeMs: Math.ceil(model.sizeBytes / LOAD_BYTES_PER_MS),
    };
    this.#instances = [...this.#instances, instance];
    return instance;
  }

  /** @throws RefusedError instance_not_loaded */
  unload(instanceId: string): void {
    if (!this.#instances.some(({ id }) => id === instanceId)) {
      throw new RefusedError('instance_not_loaded', instanceId, `Cannot unload ${instanceId}: it is not loaded.`);
    }
    this.#instances = this.#instances.filter(({ id }) => id !== instanceId);
  }

  #freeId(key: string): string {
    const taken = new Set(this.#instances.map(({ id }) => id));
    let id = key;
    for (let count = 2; taken.has(id); count++) id = `${key}:${count}`;
    return id;
  }
}

/** Returns the settings that an instance shows: fewer for MLX, one for embeddings, experts only where there are any. */
function configure(model: InstalledModel, request: LoadRequest): LoadConfig {
  const contextLength = request.contextLength ?? Math.min(4096, model.maxContextLength || 4096);
  if (model.type === 'embedding') return { contextLength };
  const more = model.loadDefaults && { more: model.loadDefaults };
  if (model.format === 'mlx') return { contextLength, parallel: 4, ...more };
  return {
    contextLength,
    parallel: 4,
    evalBatchSize: request.evalBatchSize ?? 512,
    flashAttention: request.flashAttention ?? true,
    ...(model.mixtureOfExperts && { numExperts: request.numExperts ?? 0 }),
    offloadKvCacheToGpu: request.offloadKvCacheToGpu ?? true,
    ...more,
  };
}
