/* The repos of one hub: their descriptions, plus what the control changed since (moved branches, dropped commits). */
import { createHash } from 'node:crypto';
import type { CommitDescription, RepoDescription } from './description.js';
import { makeFile, type HubFile } from './file.js';

/** One commit with all files of its tree, in the order of their paths. */
export interface Commit {
  /** 40 hex digits. */
  sha: string;
  title: string;
  /** Milliseconds since the epoch. */
  date: number;
  files: ReadonlyMap<string, HubFile>;
}

/** The present state of one repo. */
export interface Repo {
  description: RepoDescription;
  /** Reads all records, oldest first. */
  commits: Commit[];
  /** Maps branches to commits; `main` always exists. */
  branches: Map<string, string>;
  tags: Map<string, string>;
}

/** All repos. */
export interface RepoStore {
  list(): Repo[];
  /** Finds a repo by its id, ignoring case, as the real hub does. Its description has the canonical id. */
  get(id: string): Repo | undefined;
  /** Returns the new id of a renamed repo, unless another repo has taken its former id since. */
  renamed(id: string): string | undefined;
  /** Adds a repo, or replaces the one with that id. */
  add(description: RepoDescription): Repo;
  /** Finds the file behind a CDN object, and its repo. */
  object(key: string): { repo: string; file: HubFile } | undefined;
  /** Restores the repos of the start. */
  reset(): void;
}

// The date of each repo's first commit; the following ones are a day apart. It is constant, because dates must not
// depend on the clock.
const FIRST_COMMIT = Date.UTC(2025, 0, 6, 9);
const DAY = 86_400_000;

/** Creates the repos of a hub with this seed. */
export function createRepoStore(seed: string, descriptions: readonly RepoDescription[]): RepoStore {
  const repos = new Map<string, Repo>();
  const renamings = new Map<string, string>();
  const objects = new Map<string, { repo: string; file: HubFile }>();

  function add(description: RepoDescription): Repo {
    const repo = makeRepo(seed, description);
    repos.set(keyOf(description.id), repo);
    for (const former of description.formerIds ?? []) renamings.set(keyOf(former), description.id);
    for (const commit of repo.commits) {
      for (const file of commit.files.values()) objects.set(file.objectKey, { repo: description.id, file });
    }
    return repo;
  }

  function reset(): void {
    repos.clear();
    renamings.clear();
    objects.clear();
    for (const description of descriptions) add(description);
  }

  reset();
  return {
    list: () => [...repos.values()],
    get: (id) => repos.get(keyOf(id)),
    renamed: (id) => (repos.has(keyOf(id)) ? undefined : renamings.get(keyOf(id))),
    add,
    object: (key) => objects.get(key),
    reset,
  };
}

/** Returns the key of an id: on the hub no two repos differ in case alone. */
function keyOf(id: string): string {
  return id.toLowerCase();
}

/** Finds the commit of a branch, a tag, `HEAD`, `refs/heads/…` or a full sha. */
export function commitAt(repo: Repo, revision: string): Commit | undefined {
  const name = revision.replace(/^refs\/(?:heads|tags)\//, '');
  const sha = repo.branches.get(name === 'HEAD' ? 'main' : name) ?? repo.tags.get(name) ?? name;
  return repo.commits.find((commit) => commit.sha === sha);
}

function makeRepo(seed: string, description: RepoDescription): Repo {
  const commits: Commit[] = [];
  for (const [index, each] of description.commits.entries()) {
    const files = new Map(commits.at(-1)?.files);
    for (const path of each.removes ?? []) files.delete(path);
    for (const file of each.files) files.set(file.path, makeFile(seed, description.id, file));
    const inOrder = new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
    const sha = commitSha(description.id, each, inOrder, commits.at(-1)?.sha);
    commits.push({ sha, title: each.title, date: FIRST_COMMIT + index * DAY, files: inOrder });
  }
  const named = (indexes: Record<string, number> = {}): Map<string, string> =>
    new Map(Object.entries(indexes).map(([name, index]) => [name, commits[index]!.sha]));
  const branches = named({ main: commits.length - 1, ...description.branches });
  return { description, commits, branches, tags: named(description.gitTags) };
}

function commitSha(
  id: string,
  { title }: CommitDescription,
  files: ReadonlyMap<string, HubFile>,
  parent: string | undefined,
): string {
  const hash = createHash('sha1').update(JSON.stringify([id, title, parent]));
  for (const file of files.values()) hash.update(`\0${file.path}\0${file.storage}\0${file.objectKey}`);
  return hash.digest('hex');
}
