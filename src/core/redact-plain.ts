import { SECRET_NAME, SECRET_PARAMETER } from './secret-names.js';

/** Replaces a secret. It needs no escape in a URL, nor in JSON. */
export const MASK = '****';

/** Replaces every secret that is visible without decoding. Applying it twice changes nothing more. */
export function redactPlain(text: string): string {
  let shown = text;
  for (const [pattern, replace] of SHAPES) shown = shown.replace(pattern, replace);
  shown = maskValues(shown, QUOTED_NAME, quotedNamesValue);
  shown = maskValues(shown, PARAMETER, parametersValue);
  return maskValues(shown, HEADER_LINE, headersValue);
}

/** Replaces the secret part of what follows `Bearer`; the session that it names stays. */
export function maskBearer(credentials: string): string {
  const { session, secret } = partsOf(credentials);
  if (session === undefined) return MASK;
  return secret === undefined ? session : `${session}:${MASK}`;
}

/** Returns the secret part of an `Authorization` header. */
export function secretOf(header: string): string | undefined {
  const [, credentials] = /^Bearer\s+(.+)$/is.exec(header.trim()) ?? [];
  return credentials === undefined ? undefined : partsOf(credentials).secret;
}

function partsOf(credentials: string): { session?: string; secret: string | undefined } {
  const [, session, secret] = /^(session:[A-Za-z0-9._-]{1,64})(?::(.*))?$/s.exec(credentials) ?? [];
  return session === undefined ? { secret: credentials } : { session, secret };
}

type Replacement = (found: string, before: string, secret: string) => string;

const maskRest: Replacement = (_, before) => before + MASK;

/** Secrets as this project's answers and well-known services spell them, wherever they occur. */
const SHAPES: readonly (readonly [RegExp, Replacement])[] = [
  // The error that asks for a token names the variable that holds one; the name is not a secret.
  [/\b(Bearer[\s+]+)(?!\$)([^\s"'\\,;<>&]+)/gi, (_, before, secret) => before + maskBearer(secret)],
  [/(API token provided: )\S+?(?=\.?(?:\s|"|$))/g, maskRest],
  [/\b(sk-)[\w:.-]{6,}/g, maskRest],
  // `hf_hub/0.30` in a User-Agent and `/hf_transfer/` in a path continue with a slash, and are shorter than tokens.
  [/((?<![a-z])hf_)[a-z0-9]{20,}/gi, maskRest],
  [/((?<!\w)hf_)\w{6,}(?![\w/])/gi, maskRest],
  [/(:\/\/)[^\s/?#"'\\<>]+(?=@)/g, maskRest],
];

/** A name starts where no other character of a name precedes it; an escaped line break is not such a character. */
const START = '(?:(?<![\\w.-])|(?<=\\\\[nrt]))';
/**
 * Matches names in JSON, in JSON within JSON, where each quote has one or more backslashes, and in similar notations of
 * other languages.
 */
const QUOTED_NAME = new RegExp(`${START}${SECRET_NAME}(\\\\*)(["'])\\s*(?::|=>?)\\s*`, 'gi');
const PARAMETER = new RegExp(`${START}${SECRET_PARAMETER}\\]?(?:\\[[\\w.-]{0,64}\\])?[ \\t]?=[ \\t]?`, 'gi');
/** Matches at the start of a line or of a quoted text. Elsewhere a sentence may say `token: …`, but never `token:…`. */
const HEADER_LINE = new RegExp(
  `(?:(?<=^|[\\r\\n"'\`]|\\\\[nr])([ \\t]*)${SECRET_NAME}:[ \\t]*|(?<=\\s)${SECRET_NAME}:(?=\\S))`,
  'gi',
);

/** Where the value after a match ends, and what replaces it. */
interface FoundValue {
  end: number;
  shown: string;
}

function maskValues(
  text: string,
  pattern: RegExp,
  valueAt: (text: string, at: number, match: RegExpExecArray) => FoundValue,
): string {
  let shown = '';
  let last = 0;
  for (const match of text.matchAll(pattern)) {
    // A match may lie within a value that is masked already.
    if (match.index < last) continue;
    const at = match.index + match[0].length;
    const value = valueAt(text, at, match);
    shown += text.slice(last, at) + value.shown;
    last = value.end;
  }
  return shown + text.slice(last);
}

function quotedNamesValue(text: string, at: number, [, slashes = '', quote = '"']: RegExpExecArray): FoundValue {
  const delimiter = slashes + quote;
  if (text.startsWith(delimiter, at)) {
    const start = at + delimiter.length;
    const end = endOfQuoted(text, start, slashes.length, quote);
    return { end, shown: end === start ? delimiter : delimiter + MASK };
  }
  if (text[at] === '[' || text[at] === '{') {
    return { end: endOfBrackets(text, at, slashes.length, quote), shown: delimiter + MASK + delimiter };
  }
  const end = endOf(/[^\s,\]}"'\\]*/y, text, at);
  const isSecret = end > at && !/^(?:null|true|false)$/.test(text.slice(at, end));
  return { end, shown: isSecret ? delimiter + MASK + delimiter : text.slice(at, end) };
}

function parametersValue(text: string, at: number): FoundValue {
  const [delimiter = '', slashes = '', quote = '"'] = matchAt(/(\\*)(["'])/y, text, at) ?? [];
  const start = at + delimiter.length;
  // A quote after `token=` may also be the end of the text that contains the parameter.
  if (delimiter !== '' && /[^\s,;:)}\]&]/.test(text[start] ?? '')) {
    return { end: endOfQuoted(text, start, slashes.length, quote), shown: delimiter + MASK };
  }
  const end = endOf(/(?:[^&\s"'<>\\]|'(?![\s,;\]}"]|$)|\\+(?![\\"'nrtu/]))*/y, text, at);
  return { end, shown: end === at ? '' : MASK };
}

function headersValue(text: string, at: number, [, atStart]: RegExpExecArray): FoundValue {
  const [scheme = ''] = matchAt(/(?:Basic|Bearer|Digest|Negotiate|Token)[ \t]+/iy, text, at) ?? [];
  const start = at + scheme.length;
  const line = /(?:[^\r\n"'\\]|\\+(?![\\"'nr]))*/y;
  const end = endOf(atStart === undefined ? /[^\s"'\\]*/y : line, text, start);
  const value = text.slice(start, end);
  // After Bearer, the name of a session and of the variable that holds a token stay visible.
  const isShown = value === '' || (/^bearer/i.test(scheme) && /^(?:\$|session:|\*)/.test(value));
  return { end, shown: scheme + (isShown ? value : MASK) };
}

/**
 * Finds the closing quote of a text by the number of backslashes before it; quotes within the text have more, those
 * around it fewer.
 */
function endOfQuoted(text: string, start: number, slashes: number, quote: string): number {
  for (let at = text.indexOf(quote, start); at >= 0; at = text.indexOf(quote, at + 1)) {
    const before = slashesBefore(text, at, start);
    if (before < slashes || before % (2 * (slashes + 1)) === slashes) return at - Math.min(before, slashes);
  }
  return text.length;
}

function endOfBrackets(text: string, start: number, slashes: number, quote: string): number {
  let open = 0;
  for (let at = start; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === '[' || letter === '{') open++;
    else if (letter === ']' || letter === '}') open--;
    else if (letter === quote) at = endOfQuoted(text, at + 1, slashes, quote) + slashes;
    if (open === 0) return at + 1;
  }
  return text.length;
}

function slashesBefore(text: string, at: number, start: number): number {
  let count = 0;
  while (at - count > start && text[at - count - 1] === '\\') count++;
  return count;
}

function endOf(pattern: RegExp, text: string, at: number): number {
  return at + (matchAt(pattern, text, at)?.[0].length ?? 0);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
