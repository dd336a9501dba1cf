/*
 * Keeps secrets out of what is shown: tokens, passwords and the signatures of signed URLs. Names of sessions are no
 * secrets; a reader needs them.
 */

const MASK = '****';

/** Names whose values are secrets, in queries, forms and JSON; `tokenizer` and `max_tokens` are not among them. */
const SECRET_NAME =
  '(?:[\\w.-]*token|[\\w.-]*cookie|jwt|pwd|[\\w.-]*secret|[\\w.-]*passw(?:or)?d|[\\w.-]*signature|[\\w.-]*credential|[\\w.-]*api[_-]?key|' +
  'key-pair-id|policy|sig|authorization)';

/** The whole name, or what is in its last brackets. */
const IS_SECRET = new RegExp(`^(?:.*\\[)?${SECRET_NAME}\\]?$`, 'i');

/** As this project's answers, its own control API and well-known services spell secrets. */
const SECRETS: readonly (readonly [
  pattern: RegExp,
  replacement: string | ((found: string, scheme: string, token: string) => string),
])[] = [
  // The message that asks for a token spells the variable that holds one; that is not a token.
  [/\b(Bearer\s+)(?!\$)([^\s"'\\,;<>]+)/gi, (_, scheme, token) => `${scheme}${redactToken(token)}`],
  [/(API token provided: )\S+?(?=\.?(?:\s|"|$))/g, `$1${MASK}`],
  [/\b(sk-|hf_)[\w:.-]{6,}/g, `$1${MASK}`],
  [/(:\/\/)[^\s/@"'\\]+@/g, `$1${MASK}@`],
  [new RegExp(`("${SECRET_NAME}"\\s*:\\s*")(?:[^"\\\\]|\\\\.)+`, 'gi'), `$1${MASK}`],
  [new RegExp(`("${SECRET_NAME}"\\s*:\\s*)(?:\\[[^\\]]*\\]?|\\{[^}]*\\}?)`, 'gi'), `$1"${MASK}"`],
  [new RegExp(`((?:^|[?&;\\s"'])${SECRET_NAME}=)[^&;\\s"'\\\\<>]+`, 'gi'), `$1${MASK}`],
];

/**
 * A text without its secrets.
 * @param known a secret that is known to be in use; it may be quoted anywhere
 */
export function redactText(text: string, known?: string): string {
  const plain = known !== undefined && known.length >= 6 ? text.replaceAll(known, MASK) : text;
  return SECRETS.reduce(
    // The two kinds of replacement are two signatures of one method.
    (result, [pattern, replacement]) => result.replace(pattern, replacement as string),
    plain,
  );
}

/** A query without its secrets, those in links that it carries included. */
export function redactQuery(query: string, known?: string): string {
  const pairs = query.split('&').map((pair) => {
    const [name = '', value = ''] = [...new URLSearchParams(pair)][0] ?? [];
    const shown = IS_SECRET.test(name) && value !== '' ? MASK : redactText(value, known);
    return shown === value ? pair : String(new URLSearchParams([[name, shown]]));
  });
  return redactText(pairs.join('&'), known);
}

/** An `Authorization` header: its scheme stays, and the session it names. */
export function redactAuthorization(header: string): string {
  const [, scheme, credentials] = /^(\S+)\s+(\S.*)$/s.exec(header) ?? [];
  // Without a scheme it may be the token itself.
  if (scheme === undefined || credentials === undefined) return /^(?:Bearer)?\s*$/i.test(header) ? header.trim() : MASK;
  return /^bearer$/i.test(scheme) ? `${scheme} ${redactToken(credentials)}` : `${scheme} ${MASK}`;
}

/** The secret part of an `Authorization` header. */
export function secretOf(header: string): string | undefined {
  const [, token] = /^Bearer\s+(.+)$/is.exec(header.trim()) ?? [];
  if (token === undefined) return undefined;
  const session = SESSION.exec(token);
  return session ? session[2] : token;
}

const SESSION = /^(session:[A-Za-z0-9._-]{1,64})(?::(.*))?$/s;

function redactToken(token: string): string {
  const session = SESSION.exec(token);
  if (!session) return MASK;
  return session[2] === undefined ? session[1]! : `${session[1]!}:${MASK}`;
}
