import { listOf, readObject, text } from '../validators.js';
import type { RepoDescription } from '../repos/description.js';

/** A token the hub accepts. */
export interface Token {
  token: string;
  /** Stands in the journal instead of the token. */
  user: string;
  /** Private and gated repos it may download: ids, or `*` for all. */
  access: string[];
}

/** Who calls: nobody known, somebody with a token that does not exist, or a user. */
export type Caller = 'anonymous' | 'bad token' | { user: string };

/** Who may see and download what. */
export interface Access {
  callerOf(authorization: string | undefined): Caller;
  mayDownload(caller: Caller, repo: RepoDescription): boolean;
  grant(user: string, repo: string): void;
  /** Back to what the tokens say. */
  reset(): void;
}

/** The tokens of a hub that was given none. */
export const builtinTokens: readonly Token[] = [
  { token: 'hf_reader', user: 'reader', access: [] },
  { token: 'hf_member', user: 'member', access: ['*'] },
];

/** Checks a token from outside. @throws InvalidInput with the path of what is wrong */
export function readToken(value: unknown, path: string): Token {
  const token = readObject(value, path, ['token', 'user', 'access']);
  return {
    token: text(token.token, `${path}.token`),
    user: text(token.user, `${path}.user`),
    access: token.access === undefined ? [] : listOf(text)(token.access, `${path}.access`),
  };
}

/** Makes the list of who may what. */
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
