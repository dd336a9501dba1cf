import type { ModelReference } from '../core/engine.js';
import { problems } from './problem.js';

const CATALOG_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9.]+(?:-[a-z0-9.]+)*$/;
/** No name on Hugging Face is longer than 96 characters, or begins with a dot; one that did could climb out of a folder. */
const HUGGING_FACE_LINK = /^https:\/\/huggingface\.co\/(\w[\w.-]{0,95})\/(\w[\w.-]{0,95})\/?$/i;
const COMMUNITY = 'lmstudio-community/';

/**
 * Reads what a client sent as `model`, in LM Studio's order of checks.
 * @throws Problem malformedLink, communityName, malformedName
 */
export function parseModelReference(model: string): ModelReference {
  if (model.includes('://')) {
    const [, owner, repo] = HUGGING_FACE_LINK.exec(model) ?? [];
    if (owner === undefined || repo === undefined) throw problems.malformedLink();
    return { source: 'huggingface', owner, repo, url: model };
  }
  const id = model.toLowerCase();
  if (id.startsWith(COMMUNITY)) throw problems.communityName();
  if (!CATALOG_NAME.test(id)) throw problems.malformedName();
  return { source: 'catalog', id };
}
