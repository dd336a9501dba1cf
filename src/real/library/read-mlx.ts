import { join } from 'node:path';
import { createOwnFiles } from '../../node/read-file.js';
import type { FileLayer } from '../file-layer.js';

/** What the files of an MLX model say about it. */
export interface MlxFacts {
  isEmbedding: boolean;
  architecture: string;
  contextLength: number;
  /** For instance `4bit`, or `BF16` if it is not quantized. */
  quantization: { name: string; bits: number };
  parameters?: number;
  vision: boolean;
  toolUse: boolean;
}

/** A configuration has a few kilobytes; a larger file is something else. */
const LARGEST_CONFIG_BYTES = 4 * 1024 * 1024;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a folder with `config.json` and weights in `.safetensors` files.
 * @param names of the files in it
 * @returns undefined while weights are missing that its index names
 * @throws Error saying what is wrong with it
 */
export async function readMlx(
  files: FileLayer,
  folder: string,
  names: ReadonlySet<string>,
): Promise<MlxFacts | undefined> {
  const config = await readJson(files, join(folder, 'config.json'));
  if (!config) return undefined;
  const index = await readJson(files, join(folder, 'model.safetensors.index.json'));
  if (!hasAllWeights(index, names)) return undefined;

  const text = objectIn(config, 'text_config') ?? config;
  const architecture = textIn(config, 'model_type') ?? textIn(text, 'model_type') ?? '';
  const parameters = numberIn(objectIn(index, 'metadata'), 'total_parameters');
  return {
    isEmbedding: architecture.includes('bert'),
    architecture,
    contextLength: numberIn(text, 'max_position_embeddings') ?? numberIn(config, 'max_position_embeddings') ?? 0,
    quantization: quantizationIn(config, text),
    ...(parameters !== undefined && { parameters }),
    vision: objectIn(config, 'vision_config') !== undefined,
    toolUse: /\btools?\b/.test(await readChatTemplate(files, folder)),
  };
}

function hasAllWeights(index: Json | undefined, names: ReadonlySet<string>): boolean {
  const weights = index ? new Set(Object.values(objectIn(index, 'weight_map') ?? {})) : shardsOf(names);
  return weights.size > 0 && [...weights].every((name) => typeof name === 'string' && names.has(name));
}

function quantizationIn(config: Json, text: Json): MlxFacts['quantization'] {
  const bits = numberIn(objectIn(config, 'quantization') ?? objectIn(config, 'quantization_config'), 'bits');
  if (bits !== undefined) return { name: `${bits}bit`, bits };
  return { name: textIn(text, 'torch_dtype') === 'float16' ? 'F16' : 'BF16', bits: 16 };
}

/** Reads the template, which is a field of one file or a file of its own; empty if there is none. */
async function readChatTemplate(files: FileLayer, folder: string): Promise<string> {
  return (
    textIn(await readJson(files, join(folder, 'tokenizer_config.json')), 'chat_template') ??
    (await readText(files, join(folder, 'chat_template.jinja'))) ??
    ''
  );
}

/** Finds shards by their names if there is no index: all that one of them counts, or those that exist. */
function shardsOf(names: ReadonlySet<string>): Set<string> {
  const weights = [...names].filter((name) => name.endsWith('.safetensors'));
  const shard = weights.map((name) => /^(.*)-\d{5}-of-(\d{5})\.safetensors$/.exec(name)).find(Boolean);
  if (!shard) return new Set(weights);
  const [, stem, count] = shard as unknown as [string, string, string];
  const number = (value: number): string => String(value).padStart(5, '0');
  return new Set(Array.from({ length: Number(count) }, (_, at) => `${stem}-${number(at + 1)}-of-${count}.safetensors`));
}

async function readText(files: FileLayer, path: string): Promise<string | undefined> {
  return createOwnFiles(files).read(path, LARGEST_CONFIG_BYTES);
}

async function readJson(files: FileLayer, path: string): Promise<Json | undefined> {
  const text = await readText(files, path);
  if (text === undefined) return undefined;
  const value = JSON.parse(text) as unknown;
  if (!isObject(value)) throw new Error(`expected an object in ${path}, found something else`);
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectIn(json: Json | undefined, key: string): Json | undefined {
  const value = json?.[key];
  return isObject(value) ? value : undefined;
}

function textIn(json: Json | undefined, key: string): string | undefined {
  const value = json?.[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberIn(json: Json | undefined, key: string): number | undefined {
  const value = json?.[key];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
