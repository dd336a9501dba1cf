import { readBearer } from '../api/bearer.js';
import type { Call } from '../api/call.js';
import { ControlError } from './control-error.js';

export const DEFAULT_SESSION = 'default';

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const PREFIX = /^\/s\/([^/]*)(\/.*)?$/;

/** @throws ControlError invalid_request */
export function checkSessionName(name: string): string {
  if (NAME.test(name)) return name;
  throw new ControlError(
    400,
    'invalid_request',
    `Cannot use ${JSON.stringify(name.slice(0, 80))} as a session's name: it takes 1 to 64 letters, digits, dots, underscores and hyphens.`,
  );
}

/**
 * Which session a call belongs to, and the path without the session: by the prefix `/s/<name>`, the header
 * `X-Modeldock-Session`, the bearer token `session:<name>`, or none, in that order.
 * @throws ControlError invalid_request
 */
export function sessionOf(call: Pick<Call, 'path' | 'header'>): { session: string; path: string } {
  const prefix = PREFIX.exec(call.path);
  if (prefix) return { session: checkSessionName(prefix[1]!), path: prefix[2] ?? '/' };
  const named = call.header('x-modeldock-session') ?? readBearer(call)?.session;
  return { session: named === undefined ? DEFAULT_SESSION : checkSessionName(named), path: call.path };
}
