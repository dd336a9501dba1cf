/** Replaces control characters, which a terminal would obey: names of files and their contents come from outside. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- the pattern finds control characters
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
}
