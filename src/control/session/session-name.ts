import { readBearer } from '../../api/read-bearer.js';
import type { Call } from '../../api/call.js';
import { hexDigits } from '../../core/random.js';
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

/** The longest part of a title that goes into a name, besides its hash. */
const LONGEST_SLUG = 48;

/**
 * Makes a session's name of any text, such as the title of a test: its letters and digits, and a hash, so that two titles
 * have two names. What is a name already stays as it is.
 * @example
 * sessionName('42 %, fail → retry'); // '42-fail-retry-' and eight hex digits
 */
export function sessionName(title: string): string {
  const text = title.trim();
  if (text === '' || NAME.test(text)) return text;
  const slug = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, LONGEST_SLUG)
    .replace(/^-+|-+$/g, '')
    .toLowerCase();
  return `${slug === '' ? 'session' : slug}-${hexDigits(text, 8)}`;
}

/** The name that a header or a token gives: any text, as it is or percent-encoded. */
function nameIn(text: string): string {
  try {
    return sessionName(decodeURIComponent(text));
  } catch {
    return sessionName(text);
  }
}

/**
 * Reads the session of a call, and the path without it: from the prefix `/s/<name>` (in any case), the header
 * `X-Modeldock-Session`, or the bearer token `session:<name>`, in that order. The name is not checked yet.
 */
export function sessionOf(call: Pick<Call, 'path' | 'header'>): { sessionName: string; path: string } {
  const prefix = PREFIX.exec(call.path);
  if (prefix) return { sessionName: prefix[1]!, path: prefix[2] ?? '/' };
  const named = call.header('x-modeldock-session') ?? readBearer(call)?.session;
  return { sessionName: named === undefined ? DEFAULT_SESSION : nameIn(named), path: call.path };
}
