import * as nodeFiles from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../../../core/errors.js';
import { readRegularFile } from '../../../node/read-file.js';
import { checkRepoName } from '../../repo-path.js';
import type { HubClient } from '../hub-client.js';
import { bundledModels } from './bundled-models.js';
import { MalformedModel, readModelYaml, type ModelBase, type RepoName } from './model-yaml.js';

/** Maps ids such as `qwen/qwen3-8b` to repos. */
export interface HubCatalog {
  /**
   * Finds repos that have the model, the best first. It looks in the user's folder, in LM Studio's, in the bundled
   * list, and then among the repos of `lmstudio-community` for one called `<name>-GGUF`.
   * @throws RefusedError model_not_found; of the search, as `HubClient.plan`
   */
  find(id: string, signal: AbortSignal): Promise<RepoName[]>;
}

export interface HubCatalogOptions {
  /** The user's own: `<owner>/<name>/model.yaml`, as in LM Studio's. */
  folder?: string;
  /** Usually `~/.lmstudio`; its models are in `hub/models/<owner>/<name>/model.yaml`. */
  lmStudioHome: string;
  client: Pick<HubClient, 'search'>;
}

const COMMUNITY = 'lmstudio-community';
const MOST_YAML_BYTES = 4 * 1024 * 1024;

export function createHubCatalog({ folder, lmStudioHome, client }: HubCatalogOptions): HubCatalog {
  const folders = [...(folder === undefined ? [] : [folder]), join(lmStudioHome, 'hub', 'models')];

  async function described(id: string, bases: readonly string[]): Promise<RepoName[] | undefined> {
    if (bases.includes(id)) throw endless(bases);
    const [owner, name] = id.split('/') as [string, string];
    checkRepoName(owner, name);
    for (const each of folders) {
      const file = join(each, owner, name, 'model.yaml');
      const base = await readBase(file, bases[0] ?? id);
      if (base === undefined) continue;
      if ('repos' in base) return base.repos;
      // The base is another model's name, or else a repo's.
      return (await described(base.model, [...bases, id])) ?? [repoOf(base.model)];
    }
    const bundled = bundledModels[id.toLowerCase()];
    return bundled === undefined ? undefined : [repoOf(bundled)];
  }

  return {
    async find(id, signal) {
      const parts = id.split('/');
      if (parts.length > 2 || parts.includes('') || !isFolderName(parts[0]!, parts.at(-1)!)) {
        throw notFound(id, folders[0]!);
      }
      const known = parts.length === 2 ? await described(id, []) : undefined;
      if (known !== undefined) return known;
      const name = parts.at(-1)!;
      const wanted = `${COMMUNITY}/${name}-GGUF`.toLowerCase();
      const found = await client.search(COMMUNITY, name, id, signal);
      const repo = found.find((each) => each.toLowerCase() === wanted);
      if (repo === undefined) throw notFound(id, folders[0]!);
      return [repoOf(repo)];
    },
  };
}

async function readBase(file: string, id: string): Promise<ModelBase | undefined> {
  let text: string | undefined;
  try {
    text = (await readRegularFile(nodeFiles, file, MOST_YAML_BYTES))?.toString();
  } catch (error) {
    throw unusable(id, `Cannot read ${file}: ${(error as Error).message}.`, error);
  }
  if (text === undefined) return undefined;
  try {
    return readModelYaml(text);
  } catch (error) {
    if (!(error instanceof MalformedModel)) throw error;
    const advice = 'Correct it, or name the Hugging Face repo instead.';
    throw unusable(id, `Cannot use ${file}: ${error.message}. ${advice}`, error);
  }
}

function repoOf(id: string): RepoName {
  const [owner, repo] = id.split('/') as [string, string];
  return { owner, repo };
}

function endless(bases: readonly string[]): RefusedError {
  return unusable(
    bases[0]!,
    `Cannot use ${bases[0]!}: its bases form a circle (${bases.join(' → ')}). Correct base in their model.yaml.`,
  );
}

/** Reports that the model has a description, but an invalid one. */
function unusable(id: string, message: string, cause?: unknown): RefusedError {
  return new RefusedError('model_not_found', id, message, { advice: message, cause });
}

function notFound(id: string, folder: string): RefusedError {
  const advice = `Use the link of its Hugging Face repo (https://huggingface.co/owner/name), or describe it in ${join(folder, 'owner', 'name', 'model.yaml')}.`;
  const repo = `${COMMUNITY}/${id.split('/').at(-1) ?? id}-GGUF`;
  const message = `Cannot find ${id}: it is not in the catalog, and there is no repo ${repo}. ${advice}`;
  return new RefusedError('model_not_found', id, message, { advice });
}

/** Whether a catalog can contain a name: one that cannot be a folder is in none. */
function isFolderName(owner: string, name: string): boolean {
  try {
    checkRepoName(owner, name);
    return true;
  } catch {
    return false;
  }
}
