/*
 * Seeded randomness that is looked up instead of drawn in sequence: every value depends only on its arguments, so
 * reading one never changes another, and two processes with one seed agree.
 */

/** Hashes a text to 32 unsigned bits (FNV-1a, then murmur3's finalizer so that near-equal texts get distant values). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return mix(hash);
}

/** Returns a number in [0, 1) that depends only on `seed` and `index`. */
export function fractionAt(seed: number, index: number): number {
  return mix(seed ^ Math.imul(index + 1, 0x9e3779b9)) / 0x1_0000_0000;
}

/** Returns `count` lower-case hex digits that depend only on `text`. */
export function hexDigits(text: string, count: number): string {
  let digits = '';
  for (let block = 0; digits.length < count; block++) {
    // The block number goes first: after the text, two texts that collide in one block would collide in all of them.
    digits += hashText(`${block}#${text}`).toString(16).padStart(8, '0');
  }
  return digits.slice(0, count);
}

function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
