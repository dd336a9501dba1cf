import { isSecretHeader, isSecretParameter } from './secret-names.js';
import { MASK, maskBearer, redactPlain } from './redact-plain.js';

/*
 * Keeps secrets out of what is shown: tokens, passwords and the signatures of signed URLs, however they are escaped.
 * Names of sessions are not secrets; a reader needs them. Every step takes time linear in the text, which comes from
 * outside.
 */

/** How many layers of escapes are undone; a part with more layers is masked as a whole. */
const DEEPEST = 4;

/**
 * Removes the secrets from a text: a body, a log line, an error.
 * @param known a secret that is known to be in use; it may be quoted anywhere
 */
export function redactText(text: string, known?: string): string {
  return redactLayers(withoutKnown(text, known), DEEPEST);
}

/** Removes the secrets from a query, those in links that it carries included. */
export function redactQuery(query: string, known?: string): string {
  const pairs = withoutKnown(query, known).split('&');
  return redactLayers(pairs.map((pair) => redactPair(pair, DEEPEST)).join('&'), DEEPEST);
}

/** Removes the secrets from a path and query, or from a whole URL; the rest stays as it was written. */
export function redactTarget(target: string): string {
  return redactLayers(redactLink(target, DEEPEST), DEEPEST);
}

/** Removes what can only be a token from the name of a repo or file, which a client may have made up of its token. */
export function redactName(name: string): string {
  return name.replace(/((?<![a-z])(?:hf_|sk-))[\w:-]{20,}/gi, `$1${MASK}`);
}

/** Removes the secrets from a header's value. */
export function redactHeader(name: string, value: string): string {
  return isSecretHeader(name) ? MASK : redactTarget(value);
}

/** Removes the secret from an `Authorization` header; its scheme and the session it names stay. */
export function redactAuthorization(header: string): string {
  const [, scheme, credentials] = /^(\S+)\s+(\S.*)$/s.exec(header) ?? [];
  // Without a scheme it may be the token itself.
  if (scheme === undefined || credentials === undefined) return /^(?:Bearer)?\s*$/i.test(header) ? header.trim() : MASK;
  return /^bearer$/i.test(scheme) ? `${scheme} ${maskBearer(credentials)}` : `${scheme} ${MASK}`;
}

function redactLayers(text: string, depth: number): string {
  const plain = redactPlain(text);
  const words = plain.replace(/[^\s"<>\\]+/g, (word) => (word.includes('%') ? redactLink(word, depth) : word));
  // Escapes outside a link, as in `"token"%3A"…"` and `"tok\u0065n"`: the text is shown without them.
  let shown = words;
  let current = words;
  for (let layer = 0; layer < depth; layer++) {
    for (const decode of [decodeLetters, decodeQuotes, decodePercent]) {
      const decoded = decode(current);
      if (decoded === current) continue;
      current = redactPlain(decoded);
      if (current !== decoded) shown = current;
    }
  }
  return shown;
}

function redactLink(link: string, depth: number): string {
  const question = link.indexOf('?');
  const queryAt = question >= 0 ? question + 1 : link.includes('=') ? 0 : link.length;
  const path = link.slice(0, queryAt).split('/');
  const query = link.slice(queryAt).split('&');
  return (
    path.map((segment) => redactPart(segment, depth)).join('/') + query.map((pair) => redactPair(pair, depth)).join('&')
  );
}

function redactPair(pair: string, depth: number): string {
  const equals = pair.indexOf('=');
  if (equals < 0) return redactPart(pair, depth);
  const name = pair.slice(0, equals);
  const value = pair.slice(equals + 1);
  const plainName = decodeFully(name);
  const isSecret =
    value !== '' && (plainName === undefined || isSecretParameter(plainName.replaceAll('+', ' ').trim()));
  return `${redactPart(name, depth)}=${isSecret ? MASK : redactPart(value, depth)}`;
}

function redactPart(part: string, depth: number): string {
  if (!part.includes('%')) return part;
  const plain = decodePercent(part);
  if (plain === part) return part;
  if (depth === 0) return MASK;
  const shown = redactLayers(redactLink(plain, depth - 1), depth - 1);
  return shown === plain ? part : encodeURIComponent(shown);
}

/** Decodes a name. @returns undefined for one with too many layers of escapes */
function decodeFully(name: string): string | undefined {
  let decoded = name;
  for (let layer = 0; layer <= DEEPEST; layer++) {
    const deeper = decodePercent(decoded);
    if (deeper === decoded) return decoded;
    decoded = deeper;
  }
  return undefined;
}

/** Decodes as much as possible: a broken `%zz` must not hide what follows it. */
function decodePercent(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

/** Decodes JSON's `\u` escapes of ASCII, except quotes and backslashes, which would end a value too early. */
function decodeLetters(text: string): string {
  return text.replace(/(?<!\\)\\+u00(?!22|27|5c)([2-7][\da-f])/gi, (_, code: string) => fromCode(code));
}

function decodeQuotes(text: string): string {
  return text.replace(/(?<!\\)\\+u00(22|27)/g, (_, code: string) => fromCode(code));
}

function fromCode(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

function withoutKnown(text: string, known: string | undefined): string {
  if (known === undefined || known.length < 6) return text;
  return [known, encodeForUri(known), JSON.stringify(known).slice(1, -1)].reduce(
    (result, spelling) => result.replaceAll(spelling, MASK),
    text,
  );
}

/** Escapes a text for a URL; half of a surrogate pair has no escape and is replaced. */
function encodeForUri(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}
