/**
 * Whether a text is an origin as browsers send it: scheme, host and port. Schemes of apps count, such as
 * `tauri://localhost`, `app://obsidian.md` and `chrome-extension://<id>`; `null` stands for no origin, and is none.
 */
export function isOrigin(text: string): boolean {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^\s/?#@\\]+$/.test(text) || !URL.canParse(text)) return false;
  const { protocol, host, origin } = new URL(text);
  // For schemes that the platform does not know, it gives no origin.
  return /^https?:$/.test(protocol) ? origin === text : `${protocol}//${host}` === text;
}
