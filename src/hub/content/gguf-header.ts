/*
 * Creates the header of a GGUF file, version 3, for a given file size: the tensors are laid out so that the last one
 * ends exactly at the end of the file, because readers check that.
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { F32, I8, type Quantization, type TensorType } from './ggml-types.js';

/** The description of a model in its header. */
export interface GgufHeaderFields {
  /** `general.architecture`: `llama`, `qwen3`, `nomic-bert`, `clip` for a projector, … */
  architecture: string;
  /** `general.name`. */
  name: string;
  quantization: Quantization;
  contextLength: number;
  embeddingLength: number;
  /** The number of blocks in this file. */
  blockCount: number;
  /** The place of this shard in a split model, counted from 0, and the number of shards. */
  shard?: { index: number; count: number };
}

interface Tensor {
  name: string;
  type: TensorType;
  shape: readonly number[];
}

type Value = string | number | boolean | readonly string[] | readonly number[];

const ALIGNMENT = 32;
const TOKENS = ['<unk>', '<s>', '</s>', ...Array.from({ length: 253 }, (_, byte) => `<0x${hex(byte)}>`)];
// Numbers of gguf_metadata_value_type.
const UINT32 = 4;
const INT32 = 5;
const BOOL = 7;
const STRING = 8;
const ARRAY = 9;

/** Creates the header of a GGUF file of `size` bytes. @throws RangeError with the bytes it needs, if they do not fit */
export function ggufHeader(facts: GgufHeaderFields, size: number): Uint8Array {
  const metadata = metadataOf(facts);
  // The header's length depends only on the number of tensors and the lengths of their names, not on their shapes, so a
  // draft with any shapes shows where the data starts.
  const draft = encode(metadata, namesOf(facts).map(placeholder));
  const tensors = layOut(facts, size - draft.length);
  if (tensors === undefined) {
    const needed = draft.length + minimumBytes(facts);
    throw new RangeError(
      `expected at least ${needed} bytes for the header and tensors of a GGUF file, found ${size}. Give it a larger size`,
    );
  }
  return encode(metadata, tensors);
}

function metadataOf(facts: GgufHeaderFields): [key: string, value: Value][] {
  const { architecture, shard } = facts;
  const general: [string, Value][] = [
    ['general.architecture', architecture],
    ['general.type', architecture === 'clip' ? 'mmproj' : 'model'],
    ['general.name', facts.name],
    ['general.file_type', facts.quantization.fileType],
    ['general.quantization_version', 2],
  ];
  if (architecture === 'clip') {
    return [
      ...general,
      ['clip.has_vision_encoder', true],
      ['clip.projector_type', 'mlp'],
      ['clip.vision.block_count', facts.blockCount],
      ['clip.vision.embedding_length', facts.embeddingLength],
      ['clip.vision.image_size', 448],
    ];
  }
  const split: [string, Value][] =
    shard === undefined
      ? []
      : [
          ['split.no', shard.index],
          ['split.count', shard.count],
          ['split.tensors.count', shard.count * namesOf(facts).length],
        ];
  // As in llama.cpp's gguf-split, only the first shard has the description of the whole model.
  if (shard !== undefined && shard.index > 0) return split;
  return [
    ...general,
    [`${architecture}.context_length`, facts.contextLength],
    [`${architecture}.embedding_length`, facts.embeddingLength],
    [`${architecture}.block_count`, facts.blockCount * (shard?.count ?? 1)],
    [`${architecture}.attention.head_count`, Math.max(1, facts.embeddingLength / 64)],
    ...(architecture.includes('bert') ? [[`${architecture}.pooling_type`, 1] satisfies [string, Value]] : []),
    ['tokenizer.ggml.model', architecture.includes('bert') ? 'bert' : 'llama'],
    ['tokenizer.ggml.tokens', TOKENS],
    ['tokenizer.ggml.token_type', TOKENS.map((_, index) => (index < 3 ? 3 : 6))],
    ['tokenizer.ggml.bos_token_id', 1],
    ['tokenizer.ggml.eos_token_id', 2],
    ...split,
  ];
}

function namesOf(facts: GgufHeaderFields): string[] {
  const first = (facts.shard?.index ?? 0) * facts.blockCount;
  const prefix = facts.architecture === 'clip' ? 'v.blk' : 'blk';
  const blocks = Array.from({ length: facts.blockCount }, (_, block) =>
    ['attn_qkv', 'attn_output', 'ffn_up', 'ffn_down'].map((part) => `${prefix}.${first + block}.${part}.weight`),
  );
  const shardMark = facts.shard === undefined ? '' : `.${facts.shard.index}`;
  return [...blocks.flat(), `output_norm${shardMark}.weight`];
}

/** Divides the data equally, in whole rows; the norm takes the rest to the last byte. */
function layOut(facts: GgufHeaderFields, dataBytes: number): Tensor[] | undefined {
  if (dataBytes < minimumBytes(facts)) return undefined;
  const names = namesOf(facts);
  const type = facts.quantization.tensors;
  const row = rowBytes(facts);
  const share = Math.floor(dataBytes / (names.length - 1));
  const rows = Math.max(1, Math.floor((share - ALIGNMENT) / row));
  const weights = names.slice(0, -1).map((name) => ({ name, type, shape: [facts.embeddingLength, rows] }));
  const left = dataBytes - weights.length * aligned(rows * row);
  const rest = left % 4 === 0 ? { type: F32, shape: [left / 4] } : { type: I8, shape: [left] };
  return [...weights, { name: names.at(-1)!, ...rest }];
}

function minimumBytes(facts: GgufHeaderFields): number {
  return (namesOf(facts).length - 1) * (aligned(rowBytes(facts)) + ALIGNMENT) + 4;
}

function rowBytes(facts: GgufHeaderFields): number {
  const { blockBytes, blockItems } = facts.quantization.tensors;
  return (facts.embeddingLength / blockItems) * blockBytes;
}

/** Returns an entry of the same length as the real one, with any values. */
function placeholder(name: string, index: number, names: readonly string[]): Tensor {
  return { name, type: F32, shape: index === names.length - 1 ? [1] : [1, 1] };
}

function encode(metadata: readonly [string, Value][], tensors: readonly Tensor[]): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(metadata.length)];
  for (const [key, value] of metadata) parts.push(string(key), ...typed(value));
  let offset = 0;
  for (const { name, type, shape } of tensors) {
    parts.push(string(name), uint32(shape.length), ...shape.map(uint64), uint32(type.id), uint64(offset));
    const items = shape.reduce((product, dimension) => product * dimension, 1);
    offset += aligned((items / type.blockItems) * type.blockBytes);
  }
  const bytes = Buffer.concat(parts);
  return Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
}

function typed(value: Value): Uint8Array[] {
  if (typeof value === 'string') return [uint32(STRING), string(value)];
  if (typeof value === 'boolean') return [uint32(BOOL), Buffer.from([Number(value)])];
  if (typeof value === 'number') return [uint32(UINT32), uint32(value)];
  const items = value.map((item) => (typeof item === 'string' ? string(item) : uint32(item)));
  return [uint32(ARRAY), uint32(typeof value[0] === 'string' ? STRING : INT32), uint64(value.length), ...items];
}

function string(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
