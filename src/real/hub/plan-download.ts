import { RefusedError } from '../../core/errors.js';
import type { DownloadPlan, PlannedFile } from '../plan.js';
import { checkNoCaseTwins, checkRepoName, checkRepoPath } from '../repo-path.js';
import { chooseGguf, hasGguf } from './choose-gguf.js';
import { chooseMlx, isMlx, type MlxRequest, type RepoFacts } from './choose-mlx.js';
import type { HubAnswer } from './hub-requests.js';
import { HubRefusal } from './hub-errors.js';
import { filesIn, isRecord, jsonIn, nextPage, nonsense } from './repo-tree.js';
import { whyUnusable } from './why-unusable.js';

/** The model to download. */
export interface WantedModel {
  owner: string;
  repo: string;
  /** A branch, a tag or a commit; by default the default branch. */
  revision?: string;
  quantization?: string;
  /** The model as it was requested, for messages. */
  subject: string;
}

/** Sends a request to the hub, with all retries: to its API, or with `path` for a small file of the repo. */
export type AskHub = (url: string, revision: string | undefined, path?: string) => Promise<HubAnswer>;

/**
 * Determines the commit, reads the tree at it, and chooses files.
 * @throws RefusedError unsafe_path, no_compatible_option; what `ask` throws
 */
export async function planDownload(ask: AskHub, endpoint: string, wanted: WantedModel): Promise<DownloadPlan> {
  checkRepoName(wanted.owner, wanted.repo);
  const { revision, quantization, subject } = wanted;
  const asked = encodeId(`${wanted.owner}/${wanted.repo}`);
  const at = revision === undefined ? '' : `/revision/${encodeURIComponent(revision)}`;
  const info = infoIn(await ask(`${endpoint}/api/models/${asked}${at}`, revision), endpoint, wanted);
  const [owner, repo] = info.id.split('/') as [string, string];
  checkRepoName(owner, repo);
  const tree = await readTree(ask, endpoint, info);
  const choice = await choose(tree, {
    ...{ facts: info, wanted: quantization, subject },
    readConfig: () => readConfig(ask, endpoint, info, tree),
  });
  for (const { path } of choice.files) checkRepoPath(path);
  checkNoCaseTwins(choice.files.map(({ path }) => path));
  return { owner, repo, commit: info.commit, ...choice };
}

interface Info extends RepoFacts {
  commit: string;
}

function infoIn(answer: HubAnswer, endpoint: string, { owner, repo }: WantedModel): Info {
  const host = new URL(endpoint).host;
  const info = jsonIn(answer);
  if (!isRecord(info)) throw nonsense(host, 'expected a description of the repo');
  const { id, sha, disabled, library_name: libraryName, tags } = info;
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/i.test(sha)) throw nonsense(host, 'expected the commit of the repo');
  if (disabled === true) {
    throw new HubRefusal(
      'repo_disabled',
      'repo_disabled',
      `Cannot download ${owner}/${repo}: the hub has disabled it; ${endpoint}/${owner}/${repo} may say why. Choose another repo.`,
    );
  }
  return {
    // The hub answers with the new name of a renamed repo.
    id: typeof id === 'string' && /^[^/]+\/[^/]+$/.test(id) ? id : `${owner}/${repo}`,
    commit: sha.toLowerCase(),
    ...(typeof libraryName === 'string' && { libraryName }),
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
  };
}

/** No real repo has this many files: an endless list would fill the memory. */
const MOST_FILES = 200_000;

async function readTree(ask: AskHub, endpoint: string, { id, commit }: Info): Promise<PlannedFile[]> {
  const files: PlannedFile[] = [];
  const paths = new Set<string>();
  const visited = new Set<string>();
  let page: string | undefined = `${endpoint}/api/models/${encodeId(id)}/tree/${commit}?recursive=true`;
  while (page !== undefined) {
    if (visited.has(page))
      throw nonsense(new URL(endpoint).host, 'expected an end of the tree, found pages in a circle');
    visited.add(page);
    const answer: HubAnswer = await ask(page, commit);
    for (const file of filesIn(answer)) {
      if (paths.has(file.path)) {
        throw nonsense(
          new URL(endpoint).host,
          `expected each file once, found ${JSON.stringify(file.path.slice(0, 200))} twice`,
        );
      }
      if (paths.size === MOST_FILES)
        throw nonsense(new URL(endpoint).host, `expected at most ${MOST_FILES} files, found more`);
      paths.add(file.path);
      files.push(file);
    }
    page = nextPage(endpoint, answer);
  }
  return files;
}

/** A configuration has a few kilobytes; a larger file is something else. */
const LARGEST_CONFIG_BYTES = 4 * 1024 * 1024;

async function readConfig(
  ask: AskHub,
  endpoint: string,
  { id, commit }: Info,
  tree: readonly PlannedFile[],
): Promise<Record<string, unknown> | undefined> {
  const path = 'config.json';
  const file = tree.find((each) => each.path === path);
  if (file === undefined || file.size > LARGEST_CONFIG_BYTES) return undefined;
  const config = jsonIn(await ask(`${endpoint}/${encodeId(id)}/resolve/${commit}/${path}`, commit, path));
  return isRecord(config) ? config : undefined;
}

async function choose(
  files: readonly PlannedFile[],
  request: MlxRequest,
): Promise<Pick<DownloadPlan, 'format' | 'quantization' | 'files'>> {
  const { facts, wanted, subject } = request;
  const [gguf, mlx] = [hasGguf(files), isMlx(files, facts)];
  // In a repo with both, only MLX has quantizations in bits.
  if (gguf && !(mlx && wanted !== undefined && /\dbits?$|-bit$/i.test(wanted))) {
    const { label, files: chosen } = chooseGguf(files, wanted, subject);
    return { format: 'gguf', ...(label !== undefined && { quantization: label }), files: chosen };
  }
  if (mlx) return { format: 'mlx', files: await chooseMlx(files, request) };
  throw noModel(files, subject);
}

function noModel(files: readonly PlannedFile[], subject: string): RefusedError {
  const reasons = whyUnusable(files, undefined).join('; ');
  const weights = files.some(({ path }) => path.endsWith('.safetensors'));
  const converted = weights ? ', only weights that need a conversion' : '';
  const why =
    reasons === ''
      ? `it has neither GGUF files nor an MLX model${converted}. Look for a repo whose name ends with -GGUF or -MLX`
      : `${reasons}. Look for another repo of this model`;
  return new RefusedError('no_compatible_option', subject, `Cannot find a model in ${subject}: ${why}.`, {
    ...(reasons !== '' && { advice: `In this repo ${reasons}` }),
  });
}

function encodeId(id: string): string {
  return id.split('/').map(encodeURIComponent).join('/');
}
