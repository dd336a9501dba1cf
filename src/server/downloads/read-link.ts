import { quantizationLabel, stemOf } from '../../core/model-file-kind.js';
import { isModelRepoName } from '../../core/repo-name.js';

/** A repo on the hub, as the user typed it. */
export interface TypedRepo {
  owner: string;
  repo: string;
  quantization?: string;
}

/** A text that does not name a model, and what the user may have meant. */
export interface NoModel {
  /** The reason, without a subject and a full stop: `it is a link to a file`. */
  reason: string;
  instead?: TypedRepo | { id: string };
}

const EXPECTED =
  'a model is a catalog id such as ibm/granite-4-micro, an owner/repo of the hub, or a link such as ' +
  'https://huggingface.co/lmstudio-community/Qwen3-8B-GGUF';
const DEFAULT_BRANCH = 'main';
const PAGES: Readonly<Record<string, string>> = {
  datasets: 'a dataset',
  spaces: 'a space',
  collections: 'a collection',
};

/** Reads `owner/repo`, what may follow it in a link to the hub, and a quantization after it. */
export function readHubPath(path: string): TypedRepo | NoModel {
  const segments = path
    .replace(/[?#].*$/s, '')
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode);
  const [owner, named, ...rest] = segments;
  if (owner === undefined || (named === undefined && !(owner in PAGES))) return { reason: EXPECTED };
  if (owner in PAGES) return { reason: `it is ${PAGES[owner]!}, not a model repo` };
  const [, repo, mark, behind] = /^([^@:]*)(?:([@:])(.*))?$/s.exec(named!) as unknown as [
    ...[string, string, string | undefined, string | undefined],
  ];
  if (!isModelRepoName(owner, repo)) {
    return {
      reason:
        path.includes('/') && /^[\w.-]+$/.test(owner + repo) ? `no model repo is called ${owner}/${repo}` : EXPECTED,
    };
  }
  if (mark !== undefined && behind === '') return { reason: `nothing follows the ${mark}`, instead: { owner, repo } };
  const label = behind === undefined ? {} : { quantization: behind };
  return rest.length === 0 ? { owner, repo, ...label } : readInRepo({ owner, repo, ...label }, rest);
}

/** Reads a link to another place than the hub; `undefined` for a text that is not a link. */
export function readElsewhere(text: string): NoModel | undefined {
  const reason = 'it is a link for LM Studio';
  const [, catalog] = /^(?:https?:\/\/)?(?:www\.)?lmstudio\.ai\/models\/([^/?#\s]+\/[^/?#\s]+)/i.exec(text) ?? [];
  if (catalog !== undefined) return { reason, instead: { id: catalog.toLowerCase() } };
  const [, linked] =
    /^(?:(?:https?:\/\/)?model\.lmstudio\.ai\/download\/|lmstudio:\/\/[^?]*\?(?:.*&)?model=)([^&#\s]+)/i.exec(text) ??
    [];
  const repo = linked === undefined ? undefined : readHubPath(decode(linked));
  if (repo !== undefined && 'repo' in repo) return { reason, instead: repo };
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return { reason: `it is not a link to a model on the hub; ${EXPECTED}` };
  return undefined;
}

/** Reads a path in a repo: the list of its files at the default branch means the repo itself. */
function readInRepo(repo: TypedRepo, [view, ...place]: readonly string[]): TypedRepo | NoModel {
  const isPage =
    view !== undefined && /^(?:tree|blob|resolve|raw|edit|commit|commits|discussions|settings)$/.test(view);
  const [revision, ...path] = isPage ? place : [DEFAULT_BRANCH, view!, ...place];
  if (view === 'tree' && path.length === 0 && (revision ?? DEFAULT_BRANCH) === DEFAULT_BRANCH) return repo;
  const { owner, repo: name } = repo;
  const file = path.join('/');
  const label = quantizationLabel(file) ?? (/\.gguf$/i.test(file) ? stemOf(path.at(-1)!) : undefined);
  const instead = { owner, repo: name, ...(label !== undefined && { quantization: label }) };
  if (isPage && revision !== DEFAULT_BRANCH && /^(?:tree|blob|resolve|raw)$/.test(view)) {
    return {
      reason: `it is the revision ${revision ?? ''} of a repo, and modeldock downloads only the newest`,
      instead,
    };
  }
  return { reason: `it is ${/\.\w+$/.test(file) ? 'a file' : 'a part'} of a repo`, instead };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
