/*
 * Numbers from ggml and llama.cpp for GGUF headers: `enum ggml_type`, the size of its blocks, and `enum llama_ftype`.
 */

/** The storage of a tensor: `id` of `enum ggml_type`, and `blockBytes` for each `blockItems` numbers. */
export interface TensorType {
  id: number;
  blockItems: number;
  blockBytes: number;
}

/** A quantization as in file names: the number of `general.file_type`, and the storage of most tensors. */
export interface Quantization {
  fileType: number;
  tensors: TensorType;
}

/** Single-precision floats, the storage of norms. */
export const F32: TensorType = { id: 0, blockItems: 1, blockBytes: 4 };
/** Single bytes, used to fill a file to its exact size. */
export const I8: TensorType = { id: 24, blockItems: 1, blockBytes: 1 };

const F16: TensorType = { id: 1, blockItems: 1, blockBytes: 2 };
const BF16: TensorType = { id: 30, blockItems: 1, blockBytes: 2 };
const Q4_0: TensorType = { id: 2, blockItems: 32, blockBytes: 18 };
const Q8_0: TensorType = { id: 8, blockItems: 32, blockBytes: 34 };
const Q2_K: TensorType = { id: 10, blockItems: 256, blockBytes: 84 };
const Q3_K: TensorType = { id: 11, blockItems: 256, blockBytes: 110 };
const Q4_K: TensorType = { id: 12, blockItems: 256, blockBytes: 144 };
const Q5_K: TensorType = { id: 13, blockItems: 256, blockBytes: 176 };
const Q6_K: TensorType = { id: 14, blockItems: 256, blockBytes: 210 };
const IQ4_XS: TensorType = { id: 23, blockItems: 256, blockBytes: 136 };
const MXFP4: TensorType = { id: 39, blockItems: 32, blockBytes: 17 };

const quantizations: Readonly<Record<string, Quantization>> = {
  F32: { fileType: 0, tensors: F32 },
  F16: { fileType: 1, tensors: F16 },
  BF16: { fileType: 32, tensors: BF16 },
  Q4_0: { fileType: 2, tensors: Q4_0 },
  Q8_0: { fileType: 7, tensors: Q8_0 },
  Q2_K: { fileType: 10, tensors: Q2_K },
  Q3_K_S: { fileType: 11, tensors: Q3_K },
  Q3_K_M: { fileType: 12, tensors: Q3_K },
  Q3_K_L: { fileType: 13, tensors: Q3_K },
  Q4_K_S: { fileType: 14, tensors: Q4_K },
  Q4_K_M: { fileType: 15, tensors: Q4_K },
  Q4_K_XL: { fileType: 15, tensors: Q4_K },
  Q5_K_S: { fileType: 16, tensors: Q5_K },
  Q5_K_M: { fileType: 17, tensors: Q5_K },
  Q6_K: { fileType: 18, tensors: Q6_K },
  IQ4_XS: { fileType: 30, tensors: IQ4_XS },
  MXFP4: { fileType: 38, tensors: MXFP4 },
};

/** Finds the quantization that a path names between delimiters (`…-Q4_K_M.gguf`, `BF16/…`); F16 if it names none. */
export function quantizationInPath(path: string): Quantization {
  const words = path.toUpperCase().split(/[-./]/);
  const label = words.findLast((word) => word in quantizations);
  return quantizations[label ?? 'F16']!;
}
