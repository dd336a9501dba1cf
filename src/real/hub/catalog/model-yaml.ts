import { parseDocument } from 'yaml';
import { isRecord } from '../repo-tree.js';

/** A repo on the hub. */
export interface RepoName {
  owner: string;
  repo: string;
}

/** The base of a model.yaml: repos, or another model. */
export type ModelBase = { repos: RepoName[] } | { model: string };

/** An error about an invalid model.yaml; the message names the place in it. */
export class MalformedModel extends Error {
  override readonly name = 'MalformedModel';
}

/**
 * Reads `base` of a model.yaml (https://modelyaml.org): the name of another model, or a list of concrete ones, each
 * with its sources. Repos of GGUF files come first.
 */
export function readModelYaml(text: string): ModelBase {
  const base = parsed(text).base;
  if (typeof base === 'string') return { model: referenceIn(base, 'base') };
  if (!Array.isArray(base)) throw new MalformedModel('base: expected the name of a model or a list of models');
  const repos = base.flatMap((entry: unknown, index) => reposIn(entry, `base[${index}]`));
  if (repos.length === 0) throw new MalformedModel('base: expected a source of type huggingface, found none');
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
  if (!isRecord(value)) throw new MalformedModel('expected a mapping with base');
  return value;
}

function reposIn(entry: unknown, path: string): RepoName[] {
  if (!isRecord(entry)) throw new MalformedModel(`${path}: expected a mapping with key and sources`);
  const { sources } = entry;
  if (!Array.isArray(sources)) throw new MalformedModel(`${path}.sources: expected a list`);
  return sources.flatMap((source: unknown, index) => {
    const place = `${path}.sources[${index}]`;
    if (!isRecord(source)) throw new MalformedModel(`${place}: expected a mapping with type, user and repo`);
    if (source.type !== 'huggingface') return [];
    return [{ owner: nameIn(source.user, `${place}.user`), repo: nameIn(source.repo, `${place}.repo`) }];
  });
}

function nameIn(value: unknown, path: string): string {
  if (typeof value !== 'string' || !/^[^\s/]+$/.test(value)) {
    throw new MalformedModel(`${path}: expected a name without slashes`);
  }
  return value;
}

function referenceIn(value: string, path: string): string {
  if (!/^[^\s/]+\/[^\s/]+$/.test(value)) throw new MalformedModel(`${path}: expected owner/name, or a list of models`);
  return value;
}
