import type { ModelReference } from '../core/engine.js';
import { isModelRepoName } from '../core/repo-name.js';
import { problems } from './problem.js';

const CATALOG_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9.]+(?:-[a-z0-9.]+)*$/;
const HUGGING_FACE_LINK = /^https:\/\/huggingface\.co\/([^/]+)\/([^/]+)\/?$/i;
const COMMUNITY = 'lmstudio-community/';

/**
 * Parses the `model` of a request, with LM Studio's checks in LM Studio's order.
 * @throws Problem malformedLink, communityName, malformedName
 */
export function parseModelReference(model: string): ModelReference {
  if (model.includes('://')) {
    const [, owner, repo] = HUGGING_FACE_LINK.exec(model) ?? [];
    if (owner === undefined || repo === undefined || !isModelRepoName(owner, repo)) throw problems.malformedLink();
    return { source: 'huggingface', owner, repo, url: model };
  }
  const id = model.toLowerCase();
  if (id.startsWith(COMMUNITY)) throw problems.communityName();
  if (!CATALOG_NAME.test(id)) throw problems.malformedName();
  return { source: 'catalog', id };
}
