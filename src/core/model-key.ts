import type { InstalledModel } from './model-library.js';

/*
 * The key of an installed model, by LM Studio's rules: a catalog model keeps its id; one from a Hugging Face repo gets
 * the lower-case name of the repo without `-GGUF` and the quantization; embedding models get a prefix.
 */

/** Returns the key of a model that was requested by its catalog id, `publisher/name`. */
export function catalogModelKey(id: string, type: InstalledModel['type']): string {
  return type === 'embedding' ? embeddingKey(id.slice(id.indexOf('/') + 1)) : id;
}

/** Returns the key of a model from the repo of that name. */
export function repoModelKey(repo: string, quantization: string | undefined, type: InstalledModel['type']): string {
  const bare = repo.toLowerCase().replace(/-gguf$/, '');
  const label = `-${quantization?.toLowerCase()}`;
  const stem = bare.endsWith(label) ? bare.slice(0, -label.length) : bare;
  return type === 'embedding' ? embeddingKey(stem) : stem;
}

function embeddingKey(name: string): string {
  return `text-embedding-${name}`;
}
