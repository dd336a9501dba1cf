/*
 * The names of quantizations of GGUF files: `Q4_K_M`, `UD-IQ2_XXS`, `i1-Q6_K`, `MXFP4_MOE`, `BF16`. One grammar finds
 * them in file names, and distinguishes a well-formed request from a misspelled one.
 */

/** Prefixes of publishers that use an importance matrix of their own, in their spelling. */
const PREFIXES = ['UD', 'i1'];
const SIZE = '(?:XXS|XS|S|M|L|XL|XXL)';
/**
 * Requires no letter or digit on either side: `chat-Q4_K_M.gguf`, never the end of `FAQ8` or the beginning of `Q8bert`.
 */
const [BEFORE, AFTER] = ['(?<![0-9A-Za-z])', '(?![0-9A-Za-z])'];
const REPACKED = `(?:_R\\d${AFTER})?`;
const LABEL = [
  `Q[1-8](?:_(?:[0-8](?:_[48]){2}|[01](?:_X?L)?|\\d{1,2}|KV|K(?:_(?:${SIZE}|HIFI|[A-Z]))?)${AFTER})?${REPACKED}`,
  `IQ[1-6](?:_(?:${SIZE}|NL(?:_${SIZE})?|K(?:SS|S|T|L)?|BN)${AFTER})?${REPACKED}`,
  `TQ[1-4](?:_\\d[A-Z]?${AFTER})?`,
  `I[248](?:_S${AFTER})?`,
  '(?:MX|NV)FP[468](?:_MOE)?',
  'BF16|FP?16|FP?32',
].join('|');
const PREFIXED = `(?:(${PREFIXES.join('|')})[-_.])?(${LABEL})`;
const IN_NAME = new RegExp(`${BEFORE}${PREFIXED}${AFTER}`, 'gi');
/**
 * Matches `Q4_K_M`, or `Q4_K_M-imatrix`: a suffix distinguishes files with the same label. A suffix of a single letter
 * is treated as a typing error.
 */
const REQUEST = new RegExp(`^${PREFIXED}(?:[-.](?=..)([0-9A-Za-z]+(?:[-._][0-9A-Za-z]+)*))?$`, 'i');

/** A label in a text, and its position. */
export interface FoundLabel {
  /** In the usual spelling: `Q4_K_M`, `UD-Q4_K_XL`, `i1-IQ3_XS`, `BF16`. */
  label: string;
  start: number;
  end: number;
}

/** Finds the last label in a name; `undefined` if there is none. */
export function labelIn(name: string): FoundLabel | undefined {
  const match = [...name.matchAll(IN_NAME)].at(-1);
  if (match === undefined) return undefined;
  return { label: spell(match[1], match[2]!), start: match.index, end: match.index + match[0].length };
}

/**
 * Parses a request for a quantization of GGUF files into a label and an optional suffix; `undefined` for anything else.
 */
export function parseQuantization(text: string): { label: string; suffix?: string } | undefined {
  const match = REQUEST.exec(text);
  if (match === null) return undefined;
  const [, prefix, label, suffix] = match;
  return { label: spell(prefix, label!), ...(suffix !== undefined && { suffix }) };
}

/** Returns a label, in any spelling, without `UD-` and `i1-`, in upper case. */
export function plainLabel(label: string): string {
  return label
    .toUpperCase()
    .replace(/^(?:UD|I1)[-_.]/, '')
    .replace(/^FP(?=16$|32$)/, 'F');
}

/**
 * Returns the bits in a quantization's name: 4 for `Q4_K_M`, `i1-IQ4_XS`, `MXFP4` and `4bit`; 16 for `F16`, `BF16` and
 * a name without any.
 */
export function nominalBits(quantization: string): number {
  return Number(/\d+/.exec(plainLabel(quantization))?.[0] ?? 16);
}

function spell(prefix: string | undefined, label: string): string {
  const known = PREFIXES.find((each) => each.toLowerCase() === prefix?.toLowerCase());
  const spelled = label.toUpperCase().replace(/^FP(16|32)$/, 'F$1');
  return known === undefined ? spelled : `${known}-${spelled}`;
}
