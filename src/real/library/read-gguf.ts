import { quantizationLabel } from '../hub/quantization-label.js';

/** What a GGUF file's header says of its model. */
export interface GgufFacts {
  /** `projector` sees for another model; `other` is data about a model, or a part of one that does not stand alone. */
  kind: 'model' | 'embedding' | 'projector' | 'other';
  architecture: string;
  name?: string;
  contextLength: number;
  /** Numbers in the tensors of this file. */
  parameters: number;
  /** As its makers put it, for instance `7B` or `8x7B`. */
  sizeLabel?: string;
  /** By the header; a file's name may be more exact. */
  quantization?: string;
  toolUse: boolean;
}

/** Architectures that turn text into vectors. */
const EMBEDDING_ARCHITECTURES = /bert|^(?:gemma-embedding|t5encoder)$/;

/**
 * Reads the header of a GGUF file: some megabytes at most, most of them the vocabulary.
 * Rejects with an Error saying what is wrong with the file.
 */
export async function readGguf(path: string, size: number): Promise<GgufFacts> {
  // Loaded with the first file: it brings tables of models and tasks, which an idle process does without.
  const { gguf, GGMLFileQuantizationType } = await import('@huggingface/gguf');
  const header = await gguf(path, { allowLocalFile: true, computeParametersCount: true });
  const dataStart = Number(header.tensorDataOffset);
  const lastTensor = header.tensorInfos.reduce((last, { offset }) => Math.max(last, Number(offset)), 0);
  if (header.tensorInfos.length > 0 && dataStart + lastTensor >= size) {
    throw new Error(`it ends at ${size} bytes, before its last tensor begins`);
  }

  const metadata = header.metadata as unknown as Readonly<Record<string, unknown>>;
  const architecture = textIn(metadata, 'general.architecture') ?? '';
  const fileType = numberIn(metadata, 'general.file_type');
  const template = textIn(metadata, 'tokenizer.chat_template') ?? '';
  const name = textIn(metadata, 'general.name');
  const sizeLabel = textIn(metadata, 'general.size_label');
  const quantization = fileType === undefined ? undefined : GGMLFileQuantizationType[fileType];
  return {
    kind: kindOf(metadata, architecture, name ?? ''),
    architecture,
    ...(name !== undefined && { name }),
    contextLength: numberIn(metadata, `${architecture}.context_length`) ?? 0,
    parameters: header.parameterCount,
    ...(sizeLabel !== undefined && { sizeLabel }),
    ...(quantization !== undefined && { quantization: quantizationLabel(quantization) ?? quantization }),
    toolUse: /\btools?\b/.test(template),
  };
}

function kindOf(metadata: Readonly<Record<string, unknown>>, architecture: string, name: string): GgufFacts['kind'] {
  const type = textIn(metadata, 'general.type') ?? 'model';
  if (type === 'mmproj' || architecture === 'clip') return 'projector';
  if (type !== 'model' || architecture === '') return 'other';
  const isPooled = numberIn(metadata, `${architecture}.pooling_type`) !== undefined && /embed/i.test(name);
  return isPooled || EMBEDDING_ARCHITECTURES.test(architecture) ? 'embedding' : 'model';
}

function textIn(metadata: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = metadata[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberIn(metadata: Readonly<Record<string, unknown>>, key: string): number | undefined {
  const value = metadata[key];
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
