import type { DownloadRequest } from './engine.js';

/**
 * Returns the identity of the model that a request asks for, as far as the request shows. Only the engine knows which
 * quantization a repo resolves to when none was asked for; then there is no `@quantization` here.
 */
export function requestedModel({ model, quantization }: DownloadRequest): string {
  if (model.source === 'catalog') return model.id;
  const label = quantization === undefined ? '' : `@${quantization}`;
  return `${model.owner}/${model.repo}${label}`.toLowerCase();
}

/** Returns the key of the model of a loaded instance: further instances are `key:2`, `key:3` and so on. */
export function modelOfInstance(instanceId: string): string {
  return instanceId.replace(/:\d+$/, '');
}
