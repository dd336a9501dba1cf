/*
 * Creates the header of a safetensors file: eight bytes with the length of a JSON text, the text, then data that the
 * offsets in the text must cover without a gap up to the last byte. https://github.com/huggingface/safetensors#format
 */

/** The description of the tensors in a header. */
export interface SafetensorsFacts {
  /** `mlx` or `pt`; for `__metadata__`. */
  format: string;
  /** The layers in this file, `[first, end)`. */
  layers: { first: number; end: number };
}

interface TensorEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const PARTS = ['self_attn.q_proj', 'self_attn.o_proj', 'mlp.up_proj', 'mlp.down_proj'];
/** The columns of each matrix, in 32-bit words of eight packed 4-bit weights. */
const COLUMNS = 64;
/** The largest size of one entry, with offsets of 16 digits. */
const ENTRY_BYTES = 160;

/** Lists the names of the tensors in a file with these layers, for the index of a sharded model. */
export function safetensorsNames({ layers }: SafetensorsFacts): string[] {
  const numbers = Array.from({ length: layers.end - layers.first }, (_, index) => layers.first + index);
  const weights = numbers.flatMap((layer) => PARTS.map((part) => `model.layers.${layer}.${part}.weight`));
  return [...weights, `model.layers.${layers.end - 1}.input_layernorm.weight`];
}

/**
 * Creates the header of a safetensors file of `size` bytes. @throws RangeError with the bytes it needs, if they do not
 * fit
 */
export function safetensorsHeader(facts: SafetensorsFacts, size: number): Uint8Array {
  const names = safetensorsNames(facts);
  const textBytes = Math.ceil((names.length * ENTRY_BYTES + 64) / 8) * 8;
  const dataBytes = size - 8 - textBytes;
  const rowBytes = COLUMNS * 4;
  const rows = Math.floor(dataBytes / names.length / rowBytes);
  if (rows < 1) {
    const needed = 8 + textBytes + names.length * rowBytes;
    throw new RangeError(
      `expected at least ${needed} bytes for the header and tensors of a safetensors file, found ${size}. Give it a larger size`,
    );
  }
  const entries: [string, TensorEntry][] = [];
  let offset = 0;
  for (const name of names.slice(0, -1)) {
    const end = offset + rows * rowBytes;
    entries.push([name, { dtype: 'U32', shape: [rows, COLUMNS], data_offsets: [offset, end] }]);
    offset = end;
  }
  const left = dataBytes - offset;
  const rest = left % 2 === 0 ? { dtype: 'BF16', shape: [left / 2] } : { dtype: 'U8', shape: [left] };
  entries.push([names.at(-1)!, { ...rest, data_offsets: [offset, dataBytes] }]);
  const text = JSON.stringify({ __metadata__: { format: facts.format }, ...Object.fromEntries(entries) });
  const header = Buffer.alloc(8 + textBytes, ' ');
  header.writeBigUInt64LE(BigInt(textBytes));
  header.write(text, 8);
  return header;
}
