import { parseDocument } from 'yaml';
import { isRecord } from '../repo-tree.js';

/** A repo on the hub. */
export interface RepoName {
  owner: string;
  repo: string;
}

/** Where a model.yaml says that its model is: in repos, or in what another model says. */
export type ModelBase = { repos: RepoName[] } | { model: string };

/** A model.yaml that cannot be understood; the message names the place in it. */
export class MalformedModel extends Error {
  override readonly name = 'MalformedModel';
}

/**
 * Reads `base` of a model.yaml (https://modelyaml.org): the name of another model, or a list of concrete ones, each with
 * its sources. Repos of GGUF files come first.
 */
export function readModelYaml(text: string): ModelBase {
  const base = parsed(text).base;
  if (typeof base === 'string') return { model: referenceIn(base, 'base') };
  if (!Array.isArray(base)) throw new MalformedModel('base must be the name of a model or a list of models');
  const repos = base.flatMap((entry: unknown, index) => reposIn(entry, `base[${index}]`));
  if (repos.length === 0) throw new MalformedModel('base has no source of type huggingface');
  const isGguf = ({ repo }: RepoName): boolean => /gguf/i.test(repo);
  return { repos: [...repos.filter(isGguf), ...repos.filter((repo) => !isGguf(repo))] };
}

function parsed(text: string): Record<string, unknown> {
  const document = parseDocument(text);
  const [error] = document.errors;
  // The first line has the place; the others show the text there.
  if (error !== undefined) throw new MalformedModel(error.message.split('\n')[0]);
  let value: unknown;
  try {
    value = document.toJS();
  } catch (cause) {
    throw new MalformedModel((cause as Error).message);
  }
  if (!isRecord(value)) throw new MalformedModel('it must be a mapping, with base in it');
  return value;
}

function reposIn(entry: unknown, path: string): RepoName[] {
  if (!isRecord(entry)) throw new MalformedModel(`${path} must be a mapping with key and sources`);
  const { sources } = entry;
  if (!Array.isArray(sources)) throw new MalformedModel(`${path}.sources must be a list`);
  return sources.flatMap((source: unknown, index) => {
    const place = `${path}.sources[${index}]`;
    if (!isRecord(source)) throw new MalformedModel(`${place} must be a mapping with type, user and repo`);
    if (source.type !== 'huggingface') return [];
    return [{ owner: nameIn(source.user, `${place}.user`), repo: nameIn(source.repo, `${place}.repo`) }];
  });
}

function nameIn(value: unknown, path: string): string {
  if (typeof value !== 'string' || !/^[^\s/]+$/.test(value)) {
    throw new MalformedModel(`${path} must be a name without slashes`);
  }
  return value;
}

function referenceIn(value: string, path: string): string {
  if (!/^[^\s/]+\/[^\s/]+$/.test(value)) throw new MalformedModel(`${path} must be owner/name, or a list of models`);
  return value;
}
