import type { HubClock } from '../clock.js';
import type { Digests } from '../content/digests.js';
import type { Commit, Repo, RepoStore } from '../repos/repo-store.js';
import type { HubCall } from '../wire/call.js';
import type { Access, Caller } from './access.js';
import type { RateLimits } from './rate-limits.js';
import type { Signer } from './signed-url.js';

/** Everything a hub answers from. */
export interface OriginContext {
  repoStore: RepoStore;
  access: Access;
  digests: Digests;
  limits: RateLimits;
  signer: Signer;
  clock: HubClock;
  /** Entries on one page of a tree. */
  treePageSize: number;
  smallFiles: 'redirect' | 'direct';
  /** Where LFS and Xet files are, as the client of this call can reach it. */
  cdnUrl(call: HubCall, repo: string, path: string, signed: string): string;
}

/** One question, before it is known whether the caller may ask it. */
export interface Inquiry {
  call: HubCall;
  /** The request's body; empty without one. */
  body: string;
  caller: Caller;
  /** The hub's own origin, as the client wrote it. */
  origin: string;
  /** The time by the hub's clock, in ms. */
  now: number;
  signatureMs: number;
}

/** A question about a repo that the caller may see. */
export interface RepoInquiry extends Inquiry {
  repo: Repo;
  /** As asked for; `main` when the route has none. */
  revision: string;
  commit: Commit;
  /** In the repo; empty for its root, or when the route has none. */
  path: string;
}
