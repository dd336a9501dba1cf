/** Longer ones describe nothing that anybody has; and both sides of a comparison come from outside. */
export const LONGEST_PATTERN = 512;

/**
 * Whether a text is what a pattern describes: `*` stands for any text, everything else for itself, in either case. As a
 * regular expression many `*` would take for ever; here each part is looked for once, from where the one before it ended.
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
 * Whether a pattern describes a model. The identity of a model from Hugging Face ends with its quantization; a pattern
 * without `@` means all of them. A link to the repo means the repo.
 */
export function matchesModel(pattern: string, model: string): boolean {
  const wanted = pattern.replace(/^https:\/\/huggingface\.co\/|\/$/gi, '');
  if (matchesPattern(wanted, model)) return true;
  const [repo] = model.split('@', 1) as [string];
  return repo !== model && !wanted.includes('@') && matchesPattern(wanted, repo);
}
