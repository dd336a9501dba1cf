import * as z from 'zod/mini';
import { strictObject, text } from '../schemas.js';
import type { RepoDescription } from '../repos/description.js';

/** A token that the hub accepts. */
export interface Token {
  token: string;
  /** The user, which replaces the token in the journal. */
  user: string;
  /** The private and gated repos that it may download: ids, or `*` for all. */
  access: string[];
}

/** The caller of a request: without a token, with an unknown token, or a known user. */
export type Caller = 'anonymous' | 'bad token' | { user: string };

/** Decides which users may see and download which repos. */
export interface Access {
  callerOf(authorization: string | undefined): Caller;
  mayDownload(caller: Caller, repo: RepoDescription): boolean;
  grant(user: string, repo: string): void;
  /** Restores the access that the tokens define. */
  reset(): void;
}

/** The tokens of a hub without tokens of its own. */
export const builtinTokens: readonly Token[] = [
  { token: 'hf_reader', user: 'reader', access: [] },
  { token: 'hf_member', user: 'member', access: ['*'] },
];

/** The schema of a token in a file. */
export const tokenSchema = strictObject({
  token: text,
  user: text,
  access: z._default(z.array(text), []),
});

/** Creates the list of users and their access. */
export function createAccess(tokens: readonly Token[]): Access {
  const granted = new Set<string>();
  return {
    callerOf(authorization) {
      if (authorization === undefined) return 'anonymous';
      const bearer = /^Bearer (.+)$/i.exec(authorization)?.[1];
      const known = tokens.find(({ token }) => token === bearer);
      return known === undefined ? 'bad token' : { user: known.user };
    },
    mayDownload(caller, repo) {
      if (!repo.private && !repo.gated) return true;
      if (typeof caller === 'string') return false;
      const list = tokens.filter(({ user }) => user === caller.user).flatMap(({ access }) => access);
      return list.includes('*') || list.includes(repo.id) || granted.has(`${caller.user}\0${repo.id}`);
    },
    grant: (user, repo) => void granted.add(`${user}\0${repo}`),
    reset: () => granted.clear(),
  };
}
