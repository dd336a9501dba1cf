import type { HubClock } from '../clock.js';
import type { Digests } from '../content/digests.js';
import type { Commit, Repo, RepoStore } from '../repos/repo-store.js';
import type { HubCall } from '../wire/call.js';
import type { Access, Caller } from './access.js';
import type { RateLimits } from './rate-limits.js';
import type { Signer } from './signed-url.js';

/** The parts from which a hub answers. */
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
  /** Returns the address of an LFS or Xet file, as the client of this call can reach it. */
  cdnUrl(call: HubCall, repo: string, path: string, signed: string): string;
}

/** A request before the caller's access is checked. */
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

/** A request about a repo that the caller may see. */
export interface RepoInquiry extends Inquiry {
  repo: Repo;
  /** The requested revision; `main` if the route has none. */
  revision: string;
  commit: Commit;
  /** The path in the repo; empty for its root, or if the route has none. */
  path: string;
}
