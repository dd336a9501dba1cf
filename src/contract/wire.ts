import { MAX_TIME } from '../core/clock.js';
import type { JobSnapshot } from '../core/job.js';
import type { InstalledModel, LoadConfig, LoadedInstance, LoadRequest, UnreadField } from '../core/model-library.js';
import type {
  DownloadAnswer,
  JobStatusAnswer,
  LoadAnswer,
  LoadConfigAnswer,
  ModelEntry,
  ModelList,
  OpenAiModelList,
  ReleasedDownloadAnswer,
} from './answers.js';
import type { LoadBody } from './bodies.js';
import { isoDate } from './iso-date.js';

/**
 * A job as `GET …/status/:job_id` spells it.
 * @param explain adds why a failed one failed
 * @param shiftMs is added to each date
 */
export function toJobStatus(job: JobSnapshot, explain = false, shiftMs = 0): JobStatusAnswer {
  const { id: job_id, totalBytes: total_size_bytes, downloadedBytes: downloaded_bytes } = job;
  const started_at = dateOf(job.startedAt, shiftMs);
  switch (job.state) {
    case 'downloading': {
      const { bytesPerSecond: bytes_per_second, estimatedCompletion } = job;
      const status = 'downloading';
      // Two literals: V8 writes an object that a spread has made as JSON at half the speed, and most polls are answered here.
      if (estimatedCompletion === undefined) {
        return { job_id, status, total_size_bytes, downloaded_bytes, bytes_per_second, started_at };
      }
      const estimated_completion = dateOf(estimatedCompletion, shiftMs);
      return { job_id, status, total_size_bytes, downloaded_bytes, bytes_per_second, estimated_completion, started_at };
    }
    case 'paused':
      return { job_id, status: 'paused', total_size_bytes, downloaded_bytes, started_at };
    case 'completed': {
      const completed_at = dateOf(job.completedAt, shiftMs);
      return { job_id, status: 'completed', total_size_bytes, downloaded_bytes, started_at, completed_at };
    }
    case 'failed': {
      const failed = { job_id, status: 'failed', total_size_bytes, downloaded_bytes, started_at } as const;
      return explain ? { ...failed, error: job.reason } : failed;
    }
  }
}

/** A job as `POST …/download` spells it. `counters` keeps the fields that released servers leave out. */
export function toDownloadAnswer(
  job: JobSnapshot | 'already_downloaded',
  { counters, explain = false, shiftMs = 0 }: { counters: boolean; explain?: boolean; shiftMs?: number },
): DownloadAnswer | ReleasedDownloadAnswer {
  if (job === 'already_downloaded') return { status: 'already_downloaded' };
  const answer = toJobStatus(job, explain, shiftMs);
  if (counters) return answer;
  const { downloaded_bytes: _, ...rest } = answer;
  if (rest.status !== 'downloading') return rest;
  const { bytes_per_second: __, estimated_completion: ___, ...released } = rest;
  return released;
}

/** Dates that are shifted stay between 1970 and the last that four digits of a year can name. */
function dateOf(ms: number, shiftMs: number): string {
  return isoDate(shiftMs === 0 ? ms : Math.max(0, Math.min(ms + shiftMs, MAX_TIME)));
}

export function toModelList(models: readonly InstalledModel[], loaded: readonly LoadedInstance[]): ModelList {
  return { models: models.map((model) => toModelEntry(model, loaded)) };
}

export function toOpenAiModelList(models: readonly InstalledModel[]): OpenAiModelList {
  return {
    data: models.map(({ key }) => ({ id: key, object: 'model', owned_by: 'organization_owner' })),
    object: 'list',
  };
}

export function toLoadAnswer(instance: LoadedInstance, echoConfig: boolean): LoadAnswer {
  return {
    type: instance.type,
    instance_id: instance.id,
    load_time_seconds: instance.loadTimeMs / 1000,
    status: 'loaded',
    ...(echoConfig && { load_config: toLoadConfig(instance.config) }),
  };
}

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

/** Tells which fields a model has: those that LM Studio could not read are null. */
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
