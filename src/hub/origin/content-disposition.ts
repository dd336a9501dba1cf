/** Builds the header that names a file twice: in UTF-8 by RFC 5987, and in ASCII for older clients. */
export function contentDisposition(type: 'inline' | 'attachment', path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return `${type}; filename*=UTF-8''${extendedValue(name)}; filename="${asciiName(name)}";`;
}

/**
 * Escapes a value (RFC 5987, 3.2.1): `'` ends the language, and `(`, `)` and `*`, which encodeURIComponent leaves, are
 * not allowed here.
 */
function extendedValue(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function asciiName(name: string): string {
  return name.replace(/[^\x20-\x7e]|["\\]/g, '_');
}
