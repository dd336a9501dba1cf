/** The longest pattern: no real model needs a longer one, and both sides of a comparison come from outside. */
export const LONGEST_PATTERN = 512;

/**
 * Whether a pattern matches a text: `*` matches any text, everything else itself, ignoring case. A regular expression
 * with many `*` could run practically forever; here each part is searched once, from the end of the one before it.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const given = text.toLowerCase();
  const last = rest.pop();
  if (last === undefined) return given === first;
  if (!given.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = given.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return given.length - last.length >= at && given.endsWith(last);
}

/**
 * Whether a pattern matches a model. The identity of a model from Hugging Face ends with its quantization; a pattern
 * without `@` matches all of them. A link to the repo means the repo.
 */
export function matchesModel(pattern: string, model: string): boolean {
  const wanted = pattern.replace(/^https:\/\/huggingface\.co\/|\/$/gi, '');
  if (matchesPattern(wanted, model)) return true;
  const [repo] = model.split('@', 1) as [string];
  return repo !== model && !wanted.includes('@') && matchesPattern(wanted, repo);
}
