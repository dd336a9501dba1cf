import { meansMlxLabel } from '../core/mlx-label.js';
import { nominalBits, parseQuantization, plainLabel } from '../core/quantization.js';
import type { FileChoice } from './catalog.js';

/**
 * Bits per weight in the file, including the overhead of the format; sizes are estimated from them. The first is the
 * default.
 */
const fileBitsPerWeight: Readonly<Record<string, number>> = {
  Q4_K_M: 4.85,
  Q2_K: 3.35,
  Q3_K_M: 3.91,
  Q3_K_L: 4.27,
  Q4_0: 4.55,
  Q4_K_S: 4.58,
  Q5_K_M: 5.69,
  Q6_K: 6.59,
  Q8_0: 8.5,
  F16: 16,
};

/** The quantizations that a repo of GGUF files has by default. */
export const usualQuantizations: readonly string[] = Object.keys(fileBitsPerWeight);

/** Estimates a file's size. `Q4_K_M-imatrix` is estimated as `Q4_K_M`, and anything unusual by the bits in its name. */
export function estimateBytes(parameters: number, quantization: string): number {
  const label = plainLabel(parseQuantization(quantization)?.label ?? quantization);
  const nominal = nominalBits(label);
  const bits = fileBitsPerWeight[label] ?? (nominal < 16 ? nominal + 0.5 : nominal);
  return Math.round((parameters * bits) / 8);
}

/**
 * Finds the files of a repo that match a requested quantization: those with exactly this label, or else those with the
 * same label without `UD-` and `i1-`.
 */
export function findQuantization<Choice extends { file: FileChoice }>(
  choices: readonly Choice[],
  wanted: string,
): readonly Choice[] {
  const parsed = parseQuantization(wanted);
  const label = parsed?.suffix === undefined ? parsed?.label : undefined;
  const tries: ((file: FileChoice) => boolean)[] = [
    ({ quantization }) => quantization.toLowerCase() === wanted.toLowerCase(),
    ({ format, quantization }) =>
      format === 'mlx' ? meansMlxLabel(wanted, quantization) : quantization.toUpperCase() === label?.toUpperCase(),
    ({ format, quantization }) =>
      format === 'gguf' && label !== undefined && plainLabel(quantization) === plainLabel(label),
  ];
  for (const fits of tries) {
    const found = choices.filter(({ file }) => fits(file));
    if (found.length > 0) return found;
  }
  return [];
}
