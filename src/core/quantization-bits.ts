/** The bits in a quantization's name: 4 for `Q4_K_M`, `IQ4_XS`, `MXFP4` and `4bit`; 16 for `F16` and `BF16`. */
export function nominalBits(quantization: string): number {
  return Number(/\d+/.exec(quantization)?.[0] ?? 16);
}
