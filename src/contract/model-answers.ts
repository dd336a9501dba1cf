import type { InstalledModel, LoadConfig, LoadedInstance, LoadRequest, UnreadField } from '../core/model-library.js';
import type { LoadAnswer, LoadConfigAnswer, ModelEntry, ModelList, OpenAiModelList } from './answers.js';
import type { LoadBody } from './bodies.js';

/* The spelling of models and of what is loaded, which a page loads with the first call about them. */

/** The list of `GET /api/v1/models`. */
export function toModelList(models: readonly InstalledModel[], loaded: readonly LoadedInstance[]): ModelList {
  return { models: models.map((model) => toModelEntry(model, loaded)) };
}

/** The list of `GET /v1/models`. */
export function toOpenAiModelList(models: readonly InstalledModel[]): OpenAiModelList {
  return {
    data: models.map(({ key }) => ({ id: key, object: 'model', owned_by: 'organization_owner' })),
    object: 'list',
  };
}

/** A loaded model as `POST …/load` spells it. */
export function toLoadAnswer(instance: LoadedInstance, echoConfig: boolean): LoadAnswer {
  return {
    type: instance.type,
    instance_id: instance.id,
    load_time_seconds: instance.loadTimeMs / 1000,
    status: 'loaded',
    ...(echoConfig && { load_config: toLoadConfig(instance.config) }),
  };
}

/** What the body of `POST …/load` asks for. */
export function fromLoadBody(body: LoadBody): LoadRequest {
  return {
    model: body.model,
    ...(body.context_length !== undefined && { contextLength: body.context_length }),
    ...(body.eval_batch_size !== undefined && { evalBatchSize: body.eval_batch_size }),
    ...(body.flash_attention !== undefined && { flashAttention: body.flash_attention }),
    ...(body.num_experts !== undefined && { numExperts: body.num_experts }),
    ...(body.offload_kv_cache_to_gpu !== undefined && { offloadKvCacheToGpu: body.offload_kv_cache_to_gpu }),
  };
}

function toQuantization(quantization: InstalledModel['quantization'], isRead: boolean): ModelEntry['quantization'] {
  if (!quantization) return null;
  return isRead
    ? { name: quantization.name, bits_per_weight: quantization.bitsPerWeight }
    : { name: null, bits_per_weight: null };
}

function toModelEntry(model: InstalledModel, loaded: readonly LoadedInstance[]): ModelEntry {
  const { quantization, capabilities } = model;
  const isRead = readable(model);
  const isEmbedding = model.type === 'embedding';
  return {
    type: model.type,
    publisher: model.publisher,
    key: model.key,
    display_name: model.displayName,
    ...(!isEmbedding &&
      model.architecture !== undefined && { architecture: isRead('architecture') ? model.architecture : null }),
    quantization: toQuantization(quantization, isRead('quantization')),
    size_bytes: model.sizeBytes,
    params_string: model.params ?? null,
    loaded_instances: loaded
      .filter(({ modelKey }) => modelKey === model.key)
      .map(({ id, config }) => ({ id, config: toLoadConfig(config) })),
    max_context_length: isRead('maxContextLength') ? model.maxContextLength : null,
    format: model.format,
    ...(model.decisionType !== undefined && { decision_type: model.decisionType }),
    ...(model.hasVisionAdapter !== undefined && { has_vision_adapter: model.hasVisionAdapter }),
    ...(capabilities && {
      capabilities: {
        vision: capabilities.vision,
        trained_for_tool_use: capabilities.toolUse,
        ...(capabilities.reasoning && {
          reasoning: { allowed_options: [...capabilities.reasoning.options], default: capabilities.reasoning.preset },
        }),
      },
    }),
    ...(!isEmbedding && { description: model.description ?? null }),
    ...(model.variants && { variants: [...model.variants] }),
    ...(model.selectedVariant !== undefined && { selected_variant: model.selectedVariant }),
  };
}

/** Returns a test for which fields of a model are known: those that LM Studio could not read are null. */
export function readable({ unreadFields = [], maxContextLength }: InstalledModel): (field: UnreadField) => boolean {
  return (field) => !unreadFields.includes(field) && (field !== 'maxContextLength' || maxContextLength > 0);
}

function toLoadConfig(config: LoadConfig): LoadConfigAnswer {
  return {
    context_length: config.contextLength,
    ...(config.parallel !== undefined && { parallel: config.parallel }),
    ...(config.evalBatchSize !== undefined && { eval_batch_size: config.evalBatchSize }),
    ...(config.flashAttention !== undefined && { flash_attention: config.flashAttention }),
    ...(config.numExperts !== undefined && { num_experts: config.numExperts }),
    ...(config.offloadKvCacheToGpu !== undefined && { offload_kv_cache_to_gpu: config.offloadKvCacheToGpu }),
    ...config.more,
  };
}
