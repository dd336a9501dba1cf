import type { DownloadRequest } from '../../core/engine.js';
import { modelOf } from '../library/records.js';
import type { DownloadPlan } from '../plan.js';

/** What was asked for, as it was spelled. */
export function subjectOf({ model }: DownloadRequest): string {
  return model.source === 'catalog' ? model.id : model.url;
}

/** A catalog id is an identity of its own, as clients see it; a link is what it comes to. */
export function identityOf({ model, quantization }: DownloadRequest, plan: DownloadPlan): string {
  if (model.source === 'huggingface') return modelOf(plan);
  return quantization === undefined ? model.id : `${model.id}@${plan.quantization ?? quantization}`.toLowerCase();
}

/** Requests of one key ask for the same thing, as far as can be told without the hub. */
export function requestKey({ model, quantization }: DownloadRequest): string {
  const name = model.source === 'catalog' ? ['catalog', model.id] : ['huggingface', model.owner, model.repo];
  return [...name, quantization ?? ''].join('\0').toLowerCase();
}
