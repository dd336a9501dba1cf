import type { InstalledModel, LoadedInstance } from '../core/model-library.js';
import type { LegacyModel, LegacyModelList } from './answers.js';
import { readable } from './model-answers.js';

/* Formats the list of `/api/v0`; loaded with its first call. */

export function toLegacyModelList(
  models: readonly InstalledModel[],
  loaded: readonly LoadedInstance[],
): LegacyModelList {
  return { data: models.map((model) => toLegacyModel(model, loaded)), object: 'list' };
}

/** Formats a model for `/api/v0/models`. */
export function toLegacyModel(model: InstalledModel, loaded: readonly LoadedInstance[]): LegacyModel {
  const instance = loaded.find(({ modelKey }) => modelKey === model.key);
  const isRead = readable(model);
  return {
    id: model.key,
    object: 'model',
    type: model.type === 'embedding' ? 'embeddings' : model.capabilities?.vision ? 'vlm' : 'llm',
    publisher: model.publisher,
    ...(model.architecture !== undefined && isRead('architecture') && { arch: model.architecture }),
    compatibility_type: model.format,
    ...(model.quantization && isRead('quantization') && { quantization: model.quantization.name }),
    state: instance ? 'loaded' : 'not-loaded',
    ...(isRead('maxContextLength') && { max_context_length: model.maxContextLength }),
    ...(instance && { loaded_context_length: instance.config.contextLength }),
    ...(model.capabilities?.toolUse && { capabilities: ['tool_use'] }),
  };
}
