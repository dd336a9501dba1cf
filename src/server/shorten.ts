/** Shortens text of clients for the log: a client may send 16 kB of it, many times. */
export function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}
