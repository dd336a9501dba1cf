import { parseModelReference } from '../../contract/model-reference.js';
import type { ModelReference } from '../../core/engine.js';
import { isModelRepoName } from '../../core/repo-name.js';
import { readElsewhere, readHubPath, type NoModel } from './read-link.js';

const HUB = 'https://huggingface.co';

/** A model as the user typed it, with its quantization if one was typed. */
export interface TypedModel {
  model: ModelReference;
  quantization?: string;
}

/**
 * Reads what a user types for a model: a catalog id, `owner/repo` as it is spelled on the hub, or a link to a repo;
 * links may lack `https://`, or lead to the mirror in HF_ENDPOINT; `@quantization` or `:quantization` may follow. A
 * name that could be both is read as a catalog id.
 */
export function readModel(text: string, endpoint?: string): TypedModel | NoModel {
  const given = text.trim();
  const path = hubPathIn(given, endpoint);
  const read = path === undefined ? (readElsewhere(given) ?? readHubPath(given)) : readHubPath(path);
  if ('reason' in read) return read;
  const { owner, repo, quantization } = read;
  const label = quantization === undefined ? {} : { quantization };
  const asRepo = { source: 'huggingface' as const, owner, repo, url: `${HUB}/${owner}/${repo}` };
  // Catalog ids are lower-case, and LM Studio's routes accept any case for them, so the case of a repo's name would be
  // lost.
  const name = `${owner}/${repo}`;
  const catalog = path === undefined && name === name.toLowerCase() ? catalogModelIn(name) : undefined;
  return { model: catalog ?? asRepo, ...label };
}

/**
 * Reads what a user types for an installed model: a key, `owner/repo`, or a link to the repo, each optionally with
 * `@quantization` or `:quantization`.
 * @returns the key, or `owner/repo`, in the library's spelling
 */
export function readInstalled(text: string, endpoint?: string): string | NoModel {
  const given = text.trim();
  const isLink = readElsewhere(given) !== undefined || hubPathIn(given, endpoint) !== undefined;
  // Keys may have more than two parts, as paths of files may.
  if (!isLink && !/^[^/]+\/[^/]+\/?$/.test(given)) return given.replace(/^([^/:@]+):(?=[^/:@]+$)/, '$1@');
  const read = readModel(given, endpoint);
  if ('reason' in read) return isLink ? read : given;
  const { model, quantization } = read;
  const name = model.source === 'catalog' ? model.id : `${model.owner}/${model.repo}`;
  return quantization === undefined ? name : `${name}@${quantization}`;
}

/** Reads the same name as one of a repo, where that is possible. */
export function asRepo(model: ModelReference): ModelReference | undefined {
  if (model.source !== 'catalog') return undefined;
  const [owner, repo] = model.id.split('/') as [string, string];
  return isModelRepoName(owner, repo) ? { source: 'huggingface', owner, repo, url: `${HUB}/${model.id}` } : undefined;
}

/** Returns the part of a link to the hub, or to the mirror, after the host. */
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
