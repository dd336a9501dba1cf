import type { DownloadRequest } from '../../core/engine.js';
import { modelOf } from '../library/records.js';
import type { DownloadPlan } from '../plan.js';

/** Returns the model as the client spelled it. */
export function subjectOf({ model }: DownloadRequest): string {
  return model.source === 'catalog' ? model.id : model.url;
}

/** Returns the identity of a model: a catalog id is one of its own, as clients see it; a link resolves to its files. */
export function identityOf({ model, quantization }: DownloadRequest, plan: DownloadPlan): string {
  if (model.source === 'huggingface') return modelOf(plan);
  return quantization === undefined ? model.id : `${model.id}@${plan.quantization ?? quantization}`.toLowerCase();
}

/** Returns a key: requests with the same key mean the same model, as far as that is known without the hub. */
export function requestKey({ model, quantization }: DownloadRequest): string {
  const name = model.source === 'catalog' ? ['catalog', model.id] : ['huggingface', model.owner, model.repo];
  return [...name, quantization ?? ''].join('\0').toLowerCase();
}
