/** A model on disk. */
export interface InstalledModel {
  /** The name by which it is loaded; it may differ from the name it was downloaded by. */
  key: string;
  type: 'llm' | 'embedding';
  publisher: string;
  displayName: string;
  architecture?: string;
  quantization?: { name: string; bitsPerWeight: number };
  sizeBytes: number;
  /** For instance `7B`. */
  params?: string;
  maxContextLength: number;
  format: 'gguf' | 'mlx';
  /** Absent on embedding models. */
  capabilities?: ModelCapabilities;
  description?: string;
  /** `key@quantization` of everything installed under this key; catalog models only. */
  variants?: readonly string[];
  selectedVariant?: string;
}

export interface ModelCapabilities {
  vision: boolean;
  toolUse: boolean;
  reasoning?: { options: readonly string[]; preset: string };
}

export interface LoadConfig {
  contextLength: number;
  parallel: number;
  evalBatchSize?: number;
  flashAttention?: boolean;
  numExperts?: number;
  offloadKvCacheToGpu?: boolean;
}

export interface LoadRequest extends Partial<Omit<LoadConfig, 'parallel'>> {
  /** An installed model's key. */
  model: string;
}

/** A model in memory. */
export interface LoadedInstance {
  /** The model's key; `key:2` for a second instance, and so on. */
  id: string;
  modelKey: string;
  type: 'llm' | 'embedding';
  config: LoadConfig;
  loadTimeMs: number;
}

/** What is installed, and what is loaded. */
export interface ModelLibrary {
  installed(): Promise<readonly InstalledModel[]>;
  loaded(): Promise<readonly LoadedInstance[]>;
  /** @throws RefusedError model_not_installed */
  load(request: LoadRequest): Promise<LoadedInstance>;
  /** @throws RefusedError instance_not_loaded */
  unload(instanceId: string): Promise<void>;
}
