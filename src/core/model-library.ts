/** A model on disk. */
export interface InstalledModel {
  /** The name by which it is loaded; it may differ from the name it was downloaded by. */
  key: string;
  type: ModelType;
  publisher: string;
  displayName: string;
  architecture?: string;
  /** Set for a mixture of experts; the number of experts can be chosen when it is loaded. */
  mixtureOfExperts?: true;
  quantization?: { name: string; bitsPerWeight: number };
  sizeBytes: number;
  /** For instance `7B`. */
  params?: string;
  maxContextLength: number;
  format: 'gguf' | 'mlx';
  /** Absent on embedding models, and on some others. */
  capabilities?: ModelCapabilities;
  /** Only of models of the type `decision`. */
  decisionType?: string;
  hasVisionAdapter?: boolean;
  description?: string;
  /** `key@quantization` of everything installed under this key; catalog models only. */
  variants?: readonly string[];
  selectedVariant?: string;
  /** Fields that are listed as null, as LM Studio lists them when it could not read a file's header. */
  unreadFields?: readonly UnreadField[];
  /** Further default settings of its instances, in LM Studio's spelling. */
  loadDefaults?: LoadDefaults;
}

/** What a model is for, as LM Studio calls it. */
export type ModelType = 'llm' | 'embedding' | 'decision';
/** A field that LM Studio lists as null where it could not read the file's header. */
export type UnreadField = 'architecture' | 'maxContextLength' | 'quantization';
/** Further settings of a loaded model, in LM Studio's spelling. */
export type LoadDefaults = Readonly<Record<string, string | number | boolean>>;

/** What a model can do besides text. */
export interface ModelCapabilities {
  /** Whether it reads images. */
  vision: boolean;
  /** Whether it was trained to use tools. */
  toolUse: boolean;
  /** The levels of reasoning that can be asked for, and the one that is used without being asked for. */
  reasoning?: { options: readonly string[]; preset: string };
}

/** The settings of a loaded model. */
export interface LoadConfig {
  /** In tokens. */
  contextLength: number;
  /** Absent on instances of embedding models. */
  parallel?: number;
  evalBatchSize?: number;
  flashAttention?: boolean;
  numExperts?: number;
  offloadKvCacheToGpu?: boolean;
  /** Further settings, in LM Studio's spelling. */
  more?: LoadDefaults;
}

/** What to load, and the settings that are to differ from the model's own. */
export interface LoadRequest {
  /** An installed model's key. */
  model: string;
  /** In tokens. */
  contextLength?: number;
  evalBatchSize?: number;
  flashAttention?: boolean;
  /** How many experts are used; mixtures of experts only. */
  numExperts?: number;
  offloadKvCacheToGpu?: boolean;
}

/** A model in memory. */
export interface LoadedInstance {
  /** The model's key; `key:2` for a second instance, and so on. */
  id: string;
  modelKey: string;
  type: ModelType;
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
