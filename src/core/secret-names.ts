/** Names with these endings hold secrets, in queries, forms, JSON and headers; `tokenizer` and `max_tokens` do not. */
const ENDINGS =
  'token|secret|passw(?:or)?d|passphrase|signature|credentials?|cookie|authorization|' +
  '(?:api|access|private|subscription)[-_.]?key(?:[-_.]?id)?';

/**
 * A regular expression for the names of secrets. A bare `key` is not included: LM Studio uses it for a model's name.
 */
export const SECRET_NAME = `(?:[\\w.-]*(?:${ENDINGS})|key-pair-id|policy|sig|jwt|pwd|auth)`;

/** The same for queries and forms, where services ask for an API key as `key=`. */
export const SECRET_PARAMETER = `(?:${SECRET_NAME}|key)`;

/** Matches the whole name of a parameter, or what is in its last brackets, as in `a[token]` and `token[0]`. */
const WHOLE_PARAMETER = new RegExp(`^(?:.*\\[)?${SECRET_PARAMETER}\\]?(?:\\[[\\w.-]*\\])?$`, 'is');

/** Matches any part of a header's name: masking one header too many is better than one too few. */
const HEADER =
  /authoriz|authentic|(?:^|-)auth(?:-|$)|token(?!i[zs])|key|secret|cookie|passw|pwd|credential|signature|jwt/i;

/** Whether the value of a decoded query or form parameter is a secret. */
export function isSecretParameter(name: string): boolean {
  return WHOLE_PARAMETER.test(name);
}

/** Whether the value of a header is a secret. */
export function isSecretHeader(name: string): boolean {
  return HEADER.test(name) || isSecretParameter(name);
}
