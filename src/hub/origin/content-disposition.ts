/** Builds the header that names a file twice: in UTF-8 as RFC 5987 has it, and in ASCII for older clients. */
export function contentDisposition(type: 'inline' | 'attachment', path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return `${type}; filename*=UTF-8''${extendedValue(name)}; filename="${asciiName(name)}";`;
}

/** RFC 5987, 3.2.1: `'` ends the language, and of what encodeURIComponent leaves, `(`, `)` and `*` may not stand here. */
function extendedValue(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function asciiName(name: string): string {
  return name.replace(/[^\x20-\x7e]|["\\]/g, '_');
}
