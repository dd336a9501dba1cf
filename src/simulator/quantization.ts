import { nominalBits } from '../core/quantization.js';

/**
 * Bits that a weight takes in the file, overheads of the format included; what sizes are estimated from. The first is
 * what a client gets who does not choose.
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

/** What a repo of GGUF files is taken to offer when nobody told. */
export const usualQuantizations: readonly string[] = Object.keys(fileBitsPerWeight);

export function estimateBytes(parameters: number, quantization: string): number {
  const bits = fileBitsPerWeight[quantization] ?? nominalBits(quantization) + 0.5;
  return Math.round((parameters * bits) / 8);
}
