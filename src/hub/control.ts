/* Controls a running hub, apart from its faults. */
import { InvalidInput } from './read-input.js';
import type { Access } from './origin/access.js';
import type { RepoInput } from './repos/description.js';
import { readRepo } from './repos/read-repo.js';
import { commitAt, type Repo, type RepoStore } from './repos/repo-store.js';

/** The state of a repo. */
export interface RepoState {
  id: string;
  branches: Record<string, string>;
  tags: Record<string, string>;
  /** Reads all records, oldest first. */
  commits: { sha: string; title: string; files: { path: string; size: number; storage: string }[] }[];
}

/** Controls a hub. Unknown repos, branches and commits are refused with InvalidInput. */
export interface HubControl {
  repos(): RepoState[];
  /** Adds a repo, or replaces the one with that id; the description is checked first. */
  addRepo(description: RepoInput): RepoState;
  /**
   * Moves a branch. `to`: a commit (sha, branch or tag), or `next` or `previous` in the repo's history. Returns the new
   * sha.
   */
  moveBranch(repo: string, branch: string, to: string): string;
  /**
   * Removes a commit (sha, branch or tag) from the history; branches that pointed to it point nowhere. Returns its sha.
   */
  dropCommit(repo: string, commit: string): string;
  /** Does the same for faults, and ignores what is impossible. */
  tryMoveBranch(repo: string, branch: string, to: string): void;
  tryDropCommit(repo: string, commit: string): void;
  /** Gives a user access to a private or gated repo. */
  grantAccess(user: string, repo: string): void;
  /** Sets the offset of the hub's clock, in ms; it affects Date headers and the expiry of signatures. */
  setClockOffset(ms: number): void;
  clockOffset(): number;
  /** Restores the initial state: repos, access, quotas, clock, faults and journal. */
  reset(): void;
}

/** The parts of a hub that its control uses. */
export interface Controlled {
  repoStore: RepoStore;
  access: Access;
  offset: { ms: number };
  /** Called when files may have been removed. */
  onFilesGone: () => void;
  resetRest: () => void;
}

/** Creates the control of a hub. */
export function createHubControl({ repoStore, access, offset, onFilesGone, resetRest }: Controlled): HubControl {
  function repoOf(id: string): Repo {
    const repo = repoStore.get(id);
    if (repo !== undefined) return repo;
    const known = repoStore.list().map(({ description }) => description.id);
    throw new InvalidInput('repo', `Cannot find the repo ${id}: expected one of ${known.join(', ')}.`);
  }

  function moveBranch(id: string, branch: string, to: string): string {
    const repo = repoOf(id);
    const current = repo.commits.findIndex(({ sha }) => sha === repo.branches.get(branch));
    if (!repo.branches.has(branch)) {
      throw new InvalidInput(
        'branch',
        `Cannot move ${branch} of ${id}: expected one of the branches ${[...repo.branches.keys()].join(', ')}.`,
      );
    }
    const step = to === 'next' ? 1 : -1;
    const target = to === 'next' || to === 'previous' ? repo.commits[current + step] : commitAt(repo, to);
    if (target === undefined) {
      throw new InvalidInput('to', `Cannot move ${branch} of ${id}: there is no commit ${JSON.stringify(to)}.`);
    }
    repo.branches.set(branch, target.sha);
    return target.sha;
  }

  function dropCommit(id: string, revision: string): string {
    const repo = repoOf(id);
    const commit = commitAt(repo, revision);
    if (commit === undefined) {
      throw new InvalidInput(
        'commit',
        `Cannot drop a commit of ${id}: there is no commit ${JSON.stringify(revision)}.`,
      );
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
