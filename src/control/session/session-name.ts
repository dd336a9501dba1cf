import { readBearer } from '../../api/bearer.js';
import type { Call } from '../../api/call.js';
import { ControlError } from '../base/control-error.js';

export const DEFAULT_SESSION = 'default';

/**
 * Excludes `.` and `..`, which are removed from a URL before it is sent, so that it would lead into another session.
 */
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/;
const PREFIX = /^\/s\/([^/]*)(\/.*)?$/i;

/** @throws ControlError invalid_request */
export function checkSessionName(name: string): string {
  if (NAME.test(name)) return name;
  throw new ControlError(
    400,
    'invalid_request',
    `Cannot use this name for a session: expected 1 to 64 letters, digits, dots, underscores and hyphens, but not . or .., found ${JSON.stringify(name.slice(0, 80))}.`,
  );
}

/**
 * Reads the session of a call, and the path without it: from the prefix `/s/<name>` (in any case), the header
 * `X-Modeldock-Session`, or the bearer token `session:<name>`, in that order. The name is not checked yet.
 */
export function sessionOf(call: Pick<Call, 'path' | 'header'>): { sessionName: string; path: string } {
  const prefix = PREFIX.exec(call.path);
  if (prefix) return { sessionName: prefix[1]!, path: prefix[2] ?? '/' };
  const named = call.header('x-modeldock-session') ?? readBearer(call)?.session;
  return { sessionName: named ?? DEFAULT_SESSION, path: call.path };
}
