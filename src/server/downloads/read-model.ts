import { parseModelReference } from '../../contract/model-reference.js';
import type { ModelReference } from '../../core/engine.js';

const HUB = 'https://huggingface.co';

/**
 * What a person types for a model: a catalog id, `owner/repo` as it stands on the hub, or a link; without `https://`, or
 * to the mirror in HF_ENDPOINT, as well. A name that could be both is a catalog id first.
 * @returns undefined for what is none of them
 */
export function readModel(text: string, endpoint?: string): ModelReference | undefined {
  const given = text.trim();
  const mirror = endpoint?.replace(/\/+$/, '');
  const mirrored = mirror && given.startsWith(`${mirror}/`) ? `${HUB}${given.slice(mirror.length)}` : given;
  const link = mirrored.replace(/^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\//i, `${HUB}/`);
  const asLink = `${HUB}/${link}`;
  // Catalog ids are lower-case, and the routes of LM Studio take any case for them: a repo's name would become one.
  const spellings = link.includes('://') ? [link] : link === link.toLowerCase() ? [link, asLink] : [asLink];
  for (const spelling of spellings) {
    try {
      return parseModelReference(spelling);
    } catch {
      // Then it may be the next.
    }
  }
  return undefined;
}

/**
 * What a person types for a model that is installed: a key, `owner/repo`, or a link to the repo, each also with
 * `@quantization`.
 * @returns the key, or `owner/repo`, as the library knows models
 */
export function readInstalled(text: string, endpoint?: string): string {
  const [, name, quantization = ''] = /^(.*?)(@[^@/]*)?$/s.exec(text.trim())!;
  const model = readModel(name!, endpoint);
  return model?.source === 'huggingface' ? `${model.owner}/${model.repo}${quantization}` : text.trim();
}

/** The same name as one of a repo, where it could be that too. */
export function asRepo(model: ModelReference): ModelReference | undefined {
  if (model.source !== 'catalog') return undefined;
  const [owner, repo] = model.id.split('/') as [string, string];
  return { source: 'huggingface', owner, repo, url: `${HUB}/${model.id}` };
}
