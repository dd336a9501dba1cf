/**
 * Whether a text is what a pattern describes: `*` stands for any text, everything else for itself, in either case.
 * Patterns come from outside, and as a regular expression many `*` would take for ever; this goes back to the last one only.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = text.toLowerCase();
  let at = 0;
  let place = 0;
  let star = -1;
  let starPlace = 0;
  while (place < given.length) {
    if (wanted[at] === '*') {
      star = at++;
      starPlace = place;
    } else if (at < wanted.length && wanted[at] === given[place]) {
      at++;
      place++;
    } else if (star !== -1) {
      at = star + 1;
      place = ++starPlace;
    } else {
      return false;
    }
  }
  while (wanted[at] === '*') at++;
  return at === wanted.length;
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
