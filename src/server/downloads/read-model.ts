import { parseModelReference } from '../../contract/model-reference.js';
import type { ModelReference } from '../../core/engine.js';
import { isModelRepoName } from '../../core/repo-name.js';
import { readElsewhere, readHubPath, type NoModel } from './read-link.js';

const HUB = 'https://huggingface.co';

/** A model as it was typed, with the quantization that was typed with it. */
export interface TypedModel {
  model: ModelReference;
  quantization?: string;
}

/**
 * Reads what a user types for a model: a catalog id, `owner/repo` as it stands on the hub, or a link to a repo; without
 * `https://`, or to the mirror in HF_ENDPOINT, as well; with `@quantization` or `:quantization` behind it. A name that
 * could be both is a catalog id first.
 */
export function readModel(text: string, endpoint?: string): TypedModel | NoModel {
  const given = text.trim();
  const path = hubPathIn(given, endpoint);
  const read = path === undefined ? (readElsewhere(given) ?? readHubPath(given)) : readHubPath(path);
  if ('reason' in read) return read;
  const { owner, repo, quantization } = read;
  const label = quantization === undefined ? {} : { quantization };
  const asRepo = { source: 'huggingface' as const, owner, repo, url: `${HUB}/${owner}/${repo}` };
  // Catalog ids are lower-case, and the routes of LM Studio take any case for them: a repo's name would become one.
  const name = `${owner}/${repo}`;
  const catalog = path === undefined && name === name.toLowerCase() ? catalogModelIn(name) : undefined;
  return { model: catalog ?? asRepo, ...label };
}

/**
 * Reads what a user types for a model that is installed: a key, `owner/repo`, or a link to the repo, each also with
 * `@quantization` or `:quantization`.
 * @returns the key, or `owner/repo`, as the library knows models
 */
export function readInstalled(text: string, endpoint?: string): string | NoModel {
  const given = text.trim();
  const isLink = readElsewhere(given) !== undefined || hubPathIn(given, endpoint) !== undefined;
  // Keys may have more than two parts, and so may paths of files.
  if (!isLink && !/^[^/]+\/[^/]+\/?$/.test(given)) return given.replace(/^([^/:@]+):(?=[^/:@]+$)/, '$1@');
  const read = readModel(given, endpoint);
  if ('reason' in read) return isLink ? read : given;
  const { model, quantization } = read;
  const name = model.source === 'catalog' ? model.id : `${model.owner}/${model.repo}`;
  return quantization === undefined ? name : `${name}@${quantization}`;
}

/** The same name as one of a repo, where it could be that too. */
export function asRepo(model: ModelReference): ModelReference | undefined {
  if (model.source !== 'catalog') return undefined;
  const [owner, repo] = model.id.split('/') as [string, string];
  return isModelRepoName(owner, repo) ? { source: 'huggingface', owner, repo, url: `${HUB}/${model.id}` } : undefined;
}

/** What a link to the hub, or to the mirror, has behind the host. */
function hubPathIn(text: string, endpoint: string | undefined): string | undefined {
  const mirror = endpoint?.replace(/\/+$/, '');
  for (const start of mirror ? [mirror, mirror.replace(/^https?:\/\//i, '')] : []) {
    if (text.toLowerCase().startsWith(`${start.toLowerCase()}/`)) return text.slice(start.length + 1);
  }
  return /^(?:hf:\/\/|(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)(?:\/|$))(.*)$/is.exec(text)?.[1];
}

function catalogModelIn(name: string): ModelReference | undefined {
  try {
    return parseModelReference(name);
  } catch {
    return undefined;
  }
}
