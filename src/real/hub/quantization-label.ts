/** What comes before a label by those who make them with an importance matrix of their own. */
const PREFIXES = ['UD', 'i1'];
const LABEL = new RegExp(
  [
    // A word of its own: `chat-Q4_K_M.gguf`, `BF16/chat.gguf`, never the end of `FAQ8`.
    String.raw`(?<=^|[-._/ ])`,
    String.raw`(?:(UD|i1)[-_.])?`,
    '(',
    String.raw`(?:IQ|TQ|Q|I)\d(?:_(?:\d{1,2}|K|KS|KSS|KT|KL|KV|XXS|XS|S|M|L|XL|XXL|NL|P|R\d)(?![0-9A-Za-z]))*`,
    String.raw`|(?:MX|NV)FP4(?:_MOE)?|BF16|FP?16|FP?32`,
    ')',
    String.raw`(?=$|[-._/ ])`,
  ].join(''),
  'gi',
);

/**
 * The quantization that a file's path names, spelled the usual way: `Q4_K_M`, `UD-Q4_K_XL`, `i1-IQ3_XS`, `BF16`. The
 * last word of the file's name counts, else a folder's, the innermost first. `undefined` where there is none.
 */
export function quantizationLabel(path: string): string | undefined {
  const parts = path.replace(/(?:-\d{5}-of-\d{5})?\.gguf$/i, '').split('/');
  for (const part of parts.reverse()) {
    const match = [...part.matchAll(LABEL)].at(-1);
    if (match === undefined) continue;
    const prefix = PREFIXES.find((each) => each.toLowerCase() === match[1]?.toLowerCase());
    const label = match[2]!.toUpperCase().replace(/^FP(16|32)$/, 'F$1');
    return prefix === undefined ? label : `${prefix}-${label}`;
  }
  return undefined;
}

/** A label, or what a client spelled as one, without `UD-` and `i1-`, upper case. */
export function plainLabel(label: string): string {
  return label
    .toUpperCase()
    .replace(/^(?:UD|I1)[-_.]/, '')
    .replace(/^FP(?=16$|32$)/, 'F');
}

/** Bits of a label: 4 for `Q4_K_M`, `IQ4_XS` and `MXFP4`, 16 for `BF16`. */
export function bitsOf(label: string): number {
  return Number(/\d+/.exec(plainLabel(label))?.[0] ?? 16);
}
