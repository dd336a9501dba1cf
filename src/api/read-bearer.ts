import type { Call } from './call.js';

/** The parts of a bearer token: the session it names, and the token itself. */
export interface Bearer {
  /** The session, from `session:<id>` or `session:<id>:<token>`. */
  session?: string;
  token?: string;
}

/** Reads `Authorization: Bearer …`; undefined where there is none. */
export function readBearer(call: Pick<Call, 'header'>): Bearer | undefined {
  const header = call.header('authorization');
  if (header === undefined) return undefined;
  const [, given] = /^Bearer\s+(\S.*?)\s*$/i.exec(header) ?? [];
  if (given === undefined) return undefined;
  if (!given.startsWith('session:')) return { token: given };
  const [, session = '', token] = /^session:([^:]*)(?::(.*))?$/.exec(given) ?? [];
  return { session, ...(token !== undefined && { token }) };
}
