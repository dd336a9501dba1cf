import type { DownloadRequest } from './engine.js';

/**
 * The identity of the model that a request asks for, as far as the request tells: only the engine knows which
 * quantization a repo comes to when none was asked for, and then there is no `@quantization` here.
 */
export function requestedModel({ model, quantization }: DownloadRequest): string {
  if (model.source === 'catalog') return model.id;
  const label = quantization === undefined ? '' : `@${quantization}`;
  return `${model.owner}/${model.repo}${label}`.toLowerCase();
}

/** The key of the model that a loaded instance is of: further instances are `key:2`, `key:3` and so on. */
export function modelOfInstance(instanceId: string): string {
  return instanceId.replace(/:\d+$/, '');
}
