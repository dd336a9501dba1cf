/*
 * Keeps secrets out of what is written down about a request, wherever a client may have put them.
 */

const MASK = '[redacted]';

/** Names of parameters whose values are secrets; `tokenizer` and `max_tokens` are not among them. */
const SECRET_NAME =
  '(?:[\\w.-]*(?:token|secret|passw(?:or)?d|signature|credentials?|cookie|authorization|(?:api|access|private)[-_.]?key(?:[-_.]?id)?)|' +
  'key|key-pair-id|policy|sig|jwt|pwd|auth)';

/** The whole name, or what is in its last brackets. */
const IS_SECRET = new RegExp(`^(?:.*\\[)?${SECRET_NAME}\\]?$`, 'is');

/** Names of headers whose values are secrets; better one too many than one too few. */
const SECRET_HEADER =
  /authoriz|authentic|(?:^|-)auth(?:-|$)|token(?!i[zs])|key|secret|cookie|passw|pwd|credential|signature|jwt/i;

/** As real tokens are; shorter ones, as those of the built-in users, can be names of programs and repos as well. */
const LONG_TOKEN = /(?<![a-z])hf_[a-z0-9]{20,}/gi;

const SECRETS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [LONG_TOKEN, MASK],
  // `hf_hub/0.30` in a User-Agent and `/hf_transfer/` in a path go on with a slash.
  [/(?<!\w)hf_\w{6,}(?![\w/])/gi, MASK],
  [/\b(Bearer[\s+]+)[^\s"',;<>[]+/gi, `$1${MASK}`],
  [/(:\/\/)[^\s/?#@"'<>]+@/g, `$1${MASK}@`],
  [new RegExp(`((?:^|[?&;\\s"'])${SECRET_NAME}=)(?!\\[redacted\\])[^&;\\s"'<>]+`, 'gi'), `$1${MASK}`],
];

/** A text for people without its secrets. */
function redactText(text: string): string {
  return SECRETS.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/** The name of a repo or file, which a client may have made up of its token. */
export function redactName(name: string): string {
  return name.replace(LONG_TOKEN, MASK);
}

/** The value of a header that has no meaning of its own to the journal. */
export function redactHeader(name: string, value: string): string {
  return SECRET_HEADER.test(name) ? MASK : redactTarget(value);
}

/** A path and query, or a whole URL, without its secrets; what is none stays as it was written. */
export function redactTarget(target: string): string {
  const question = target.indexOf('?');
  if (question < 0) return redactPath(target);
  const pairs = target.slice(question + 1).split('&');
  return `${redactPath(target.slice(0, question))}?${pairs.map(redactPair).join('&')}`;
}

function redactPath(path: string): string {
  const segments = redactText(path).split('/');
  return segments.map((segment) => (segment.includes('%') ? redactPart(segment) : segment)).join('/');
}

function redactPair(pair: string): string {
  const equals = pair.indexOf('=');
  if (equals < 0) return redactPart(pair);
  const name = pair.slice(0, equals);
  const value = pair.slice(equals + 1);
  const isSecret = value !== '' && IS_SECRET.test(decoded(name.replaceAll('+', ' ')).trim());
  return `${redactPart(name)}=${isSecret ? MASK : redactPart(value)}`;
}

/** A secret may be escaped, and more than once in a link within a link: then there is no writing around it. */
function redactPart(part: string): string {
  const shown = redactText(part);
  const plain = decoded(shown);
  const shownPlain = redactText(plain);
  if (shownPlain !== plain) return encodeURIComponent(shownPlain).replaceAll(encodeURIComponent(MASK), MASK);
  let deeper = plain;
  for (let layer = 0; layer < 3; layer++) {
    deeper = decoded(deeper);
    if (redactText(deeper) !== deeper) return MASK;
  }
  return shown;
}

/** What cannot be decoded as a whole is decoded as far as it can be: `%zz` must not hide what stands beside it. */
function decoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
