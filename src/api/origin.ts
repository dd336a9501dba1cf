/**
 * Whether a text is an origin as browsers send it: scheme, host and port. App schemes count, such as
 * `tauri://localhost`, `app://obsidian.md` and `chrome-extension://<id>`; `null` means "no origin" and does not.
 */
export function isOrigin(text: string): boolean {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^\s/?#@\\]+$/.test(text) || !URL.canParse(text)) return false;
  const { protocol, host, origin } = new URL(text);
  // `URL.origin` is "null" for schemes that the platform does not know.
  return /^https?:$/.test(protocol) ? origin === text : `${protocol}//${host}` === text;
}
