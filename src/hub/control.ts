/*
 * What an operator may do to a running hub, besides its faults.
 */
import { InvalidInput } from './read-input.js';
import type { Access } from './origin/access.js';
import type { RepoInput } from './repos/description.js';
import { readRepo } from './repos/read-repo.js';
import { commitAt, type Repo, type RepoStore } from './repos/repo-store.js';

/** A repo as the operator sees it. */
export interface RepoState {
  id: string;
  branches: Record<string, string>;
  tags: Record<string, string>;
  /** Oldest first. */
  commits: { sha: string; title: string; files: { path: string; size: number; storage: string }[] }[];
}

/** The operator's side of a hub. Unknown repos, branches and commits are refused with InvalidInput. */
export interface HubControl {
  repos(): RepoState[];
  /** Adds a repo, or replaces the one of that id; checked first. */
  addRepo(description: RepoInput): RepoState;
  /** `to`: a commit (sha, branch or tag), or `next` or `previous` in the repo's history. Returns the new sha. */
  moveBranch(repo: string, branch: string, to: string): string;
  /** Takes a commit (sha, branch or tag) out of the history; branches that pointed to it point nowhere. Returns its sha. */
  dropCommit(repo: string, commit: string): string;
  /** The same, for faults: what cannot be done is left undone. */
  tryMoveBranch(repo: string, branch: string, to: string): void;
  tryDropCommit(repo: string, commit: string): void;
  /** Lets a user download a private or gated repo. */
  grantAccess(user: string, repo: string): void;
  /** How far the hub's clock is off, in ms; it decides Date headers and when signatures expire. */
  setClockOffset(ms: number): void;
  clockOffset(): number;
  /** Back to the hub as it was made: repos, access, quotas, clock, faults and journal. */
  reset(): void;
}

/** The parts of a hub that its operator reaches. */
export interface Controlled {
  repoStore: RepoStore;
  access: Access;
  offset: { ms: number };
  /** Called when files may have gone. */
  onFilesGone: () => void;
  resetRest: () => void;
}

/** Makes the operator's side. */
export function createHubControl({ repoStore, access, offset, onFilesGone, resetRest }: Controlled): HubControl {
  function repoOf(id: string): Repo {
    const repo = repoStore.get(id);
    if (repo !== undefined) return repo;
    const known = repoStore.list().map(({ description }) => description.id);
    throw new InvalidInput('repo', `Cannot find the repo ${id}: there are ${known.join(', ')}.`);
  }

  function moveBranch(id: string, branch: string, to: string): string {
    const repo = repoOf(id);
    const current = repo.commits.findIndex(({ sha }) => sha === repo.branches.get(branch));
    if (!repo.branches.has(branch)) {
      throw new InvalidInput(
        'branch',
        `Cannot move ${branch} of ${id}: it has ${[...repo.branches.keys()].join(', ')}.`,
      );
    }
    const step = to === 'next' ? 1 : -1;
    const target = to === 'next' || to === 'previous' ? repo.commits[current + step] : commitAt(repo, to);
    if (target === undefined) {
      throw new InvalidInput(
        'to',
        `Cannot move ${branch} of ${id}: there is no commit ${JSON.stringify(to)} to move it to.`,
      );
    }
    repo.branches.set(branch, target.sha);
    return target.sha;
  }

  function dropCommit(id: string, revision: string): string {
    const repo = repoOf(id);
    const commit = commitAt(repo, revision);
    if (commit === undefined) {
      throw new InvalidInput('commit', `Cannot drop a commit of ${id}: it has no ${JSON.stringify(revision)}.`);
    }
    repo.commits = repo.commits.filter((other) => other !== commit);
    return commit.sha;
  }

  return {
    repos: () => repoStore.list().map(stateOf),
    addRepo(description) {
      const repo = repoStore.add(readRepo(description, 'repo'));
      onFilesGone();
      return stateOf(repo);
    },
    moveBranch,
    dropCommit,
    tryMoveBranch: (...arguments_) => leaveUndone(() => moveBranch(...arguments_)),
    tryDropCommit: (...arguments_) => leaveUndone(() => dropCommit(...arguments_)),
    grantAccess: (user, repo) => access.grant(user, repoOf(repo).description.id),
    setClockOffset: (ms) => {
      offset.ms = ms;
    },
    clockOffset: () => offset.ms,
    reset: () => {
      repoStore.reset();
      onFilesGone();
      access.reset();
      offset.ms = 0;
      resetRest();
    },
  };
}

function leaveUndone(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
  }
}

function stateOf({ description, branches, tags, commits }: Repo): RepoState {
  return {
    id: description.id,
    branches: Object.fromEntries(branches),
    tags: Object.fromEntries(tags),
    commits: commits.map(({ sha, title, files }) => ({
      sha,
      title,
      files: [...files.values()].map(({ path, size, storage }) => ({ path, size, storage })),
    })),
  };
}
