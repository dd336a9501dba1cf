/** Names of files and what is in them come from strangers: as text for a terminal, which obeys control characters. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
}
