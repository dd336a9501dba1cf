import { labelIn, nominalBits } from './quantization.js';

/**
 * The kind of a file in a repo or in a models folder.
 *
 * - `model`: one that can be run, or a part of one by llama.cpp's convention (`-00001-of-00003.gguf`)
 * - `piece`: cut from a file that must be joined before any program can use it
 * - `projector`: handles images or sound for a model (`mmproj`)
 * - `imatrix`: data by which models are quantized
 * - `draft`: guesses tokens for a larger model (MTP, EAGLE, DFlash), and cannot be used without it
 * - `other`: everything else
 */
export type ModelFileKind = 'model' | 'piece' | 'projector' | 'imatrix' | 'draft' | 'other';

export interface SizedFile {
  /** With slashes. */
  path: string;
  size: number;
}

/** A part of a model by llama.cpp's convention. */
export interface Shard {
  /** The path up to the shard's number. */
  stem: string;
  number: number;
  count: number;
}

const SHARD = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/is;
const GGUF = /\.gguf$/i;
/** Matches `part1of2`, `chunk-001-of-003`, `(1 of 2)`. */
const NUMBERED = /(?<!\d)\d{1,6}[-_. ]{0,3}of[-_. ]{0,3}\d{1,6}(?!\d)/i;
/** Matches `x.gguf.part1`, `x.gguf-split-a`, `x.gguf.001`, `x.safetensors.aa`. */
const CUT = /\.(?:gguf|safetensors)[-._ ]?(?:(?:split|part|chunk|piece)[-._ ]?[0-9a-z]{1,12}|[a-h]|a[a-z]|\d{1,6})$/i;
/** Matches `x-Q4_K_M.part1.gguf`, `x-split-a.gguf`. */
const CUT_INSIDE = /(?:^|[-._ /])(?:split|part|chunk|piece)[-._ ]?(?:\d{1,6}|[a-h]|a[a-z])\.gguf$/i;
/** `model-00001-of-000163.safetensors` */
const WEIGHTS_SHARD = /-\d{5,6}-of-\d{5,6}\.safetensors$/i;
/** `weights.00.safetensors`, `model-part-2.safetensors`. */
const CUT_WEIGHTS = /(?:^|[-._])(?:0\d{1,5}|(?:split|part|chunk|piece)[-._ ]?\d{1,6})\.safetensors$/i;
const WEIGHTS = /\.(?:gguf|safetensors)(?![0-9a-z])/i;
const PROJECTOR = /mmproj|(?<![a-z])(?:mm[-_.]proj|(?:vision|audio|multimodal)[-_.](?:proj|tower|encoder))/i;
const PROJECTOR_FOLDER = /^(?:mm[-_]?proj(?:ector)?s?|projectors?)(?:[-_.](?:files?|gguf|b?f16|f32|q8_0))?$/i;
const IMATRIX = /(?<![a-z])(?:i-?matrix|imat)(?![a-z])/i;
/** Words that occur only in names of heads and draft models. */
const ALWAYS_DRAFT = /(?<![0-9a-z])(?:dflash|eagle-?3|medusa|drafter|speculator)(?![a-z])/i;
/** Words that occur in names of models as well: one with an MTP layer inside, one that is called Eagle. */
const MAYBE_DRAFT = /(?<![0-9a-z])(?:mtp|eagle-?[12]?|draft|speculative|assistant|hydra|nextn)(?![0-9a-z])/i;
const DRAFT_FOLDER = /^(?:mtp|nextn|eagle-?\d?|drafts?)(?:[-_ ]?(?:heads?|models?|layers?|gguf))?$/i;
const OTHER = /(?<![a-z])(?:ggml-vocab|vocab-only|control-vector|adapter)(?![a-z])/i;
/** A head beside its model is far smaller than a model of that label; a model with an MTP layer is a little larger. */
const DRAFT_SHARE = 0.3;
/** Importance matrices are a few megabytes, for models of any size. */
const IMATRIX_SHARE = 0.1;

/** Determines the kind of one file, as far as its path shows. */
export function modelFileKind(path: string): ModelFileKind {
  const { folders, name } = splitPath(path);
  if (isPiece(path, name)) return 'piece';
  if (!GGUF.test(name)) return 'other';
  if (PROJECTOR.test(name) || folders.some((folder) => PROJECTOR_FOLDER.test(folder))) return 'projector';
  if (isImatrix(path, folders, name)) return 'imatrix';
  if (isDraft(folders, name)) return 'draft';
  return OTHER.test(name) ? 'other' : 'model';
}

/**
 * Determines the kinds of files that stand together. Sizes decide where names do not: whether `chat-Q8_0-MTP.gguf` is a
 * head for `chat-Q4_K_M.gguf`, or the model with an MTP layer inside.
 */
export function modelFileKinds<File extends SizedFile>(files: readonly File[]): Map<File, ModelFileKind> {
  const kinds = new Map(files.map((file) => [file, modelFileKind(file.path)]));
  const models = files.filter((file) => kinds.get(file) === 'model');
  const plain = models.filter(({ path }) => !IMATRIX.test(path) && !MAYBE_DRAFT.test(path));
  if (plain.length === 0 || plain.length === models.length) return kinds;
  const totals = totalsOf(models);
  const bytesPerBit = (path: string): number => totals.get(wholeOf(path))! / nominalBits(quantizationLabel(path) ?? '');
  const usual = Math.max(...plain.map(({ path }) => bytesPerBit(path)));
  for (const file of models) {
    const share = bytesPerBit(file.path) / usual;
    if (MAYBE_DRAFT.test(file.path) && share < DRAFT_SHARE) kinds.set(file, 'draft');
    if (IMATRIX.test(file.path) && share < IMATRIX_SHARE) kinds.set(file, 'imatrix');
  }
  return kinds;
}

/** Parses a name by llama.cpp's convention; `undefined` for a model in one file. */
export function shardIn(path: string): Shard | undefined {
  const match = SHARD.exec(path);
  return match === null ? undefined : { stem: match[1]!, number: Number(match[2]), count: Number(match[3]) };
}

/**
 * Finds the quantization that a file's path names. The last label in the file's name counts, else a folder's, the
 * innermost first.
 */
export function quantizationLabel(path: string): string | undefined {
  for (const part of stemOf(path).split('/').reverse()) {
    const found = labelIn(part);
    if (found) return found.label;
  }
  return undefined;
}

/** Returns a path without the number of a shard and without `.gguf` and what may follow it. */
export function stemOf(path: string): string {
  return shardIn(path)?.stem ?? path.replace(/\.gguf(?:[-._ ][^/]*)?$/i, '');
}

function splitPath(path: string): { folders: string[]; name: string } {
  const parts = path.split('/');
  return { folders: parts.slice(0, -1), name: parts.at(-1)! };
}

function isPiece(path: string, name: string): boolean {
  if (CUT.test(name) || CUT_INSIDE.test(name)) return true;
  if (GGUF.test(name)) return NUMBERED.test(shardIn(path)?.stem ?? path);
  if (!WEIGHTS.test(name)) return false;
  const whole = name.replace(WEIGHTS_SHARD, '.safetensors');
  return CUT_WEIGHTS.test(whole) || NUMBERED.test(whole);
}

/** Whether a file is importance data itself. The name of a quantized model may say that it was made with such data. */
function isImatrix(path: string, folders: readonly string[], name: string): boolean {
  const label = quantizationLabel(path);
  // No model is quantized to floats by a matrix: there the label is that of the model from which the data was made.
  const isQuantized = label !== undefined && !/^(?:BF16|F16|F32)$/.test(label);
  if (IMATRIX.test(name)) return !isQuantized || !/[0-9a-z]/i.test(wordsBeside(stemOf(name)));
  return label === undefined && folders.some((folder) => IMATRIX.test(folder));
}

/** Returns the words of a name besides its label and the words that mean an imatrix. */
function wordsBeside(stem: string): string {
  const found = labelIn(stem);
  return (found ? stem.slice(0, found.start) + stem.slice(found.end) : stem).replace(IMATRIX, '');
}

function isDraft(folders: readonly string[], name: string): boolean {
  if ([...folders, stemOf(name)].some((part) => ALWAYS_DRAFT.test(part))) return true;
  return folders.some((folder) => DRAFT_FOLDER.test(folder)) || /^mtp(?![0-9a-z])/i.test(name);
}

/** Sums sizes; the shards of one model count together. */
function totalsOf(files: readonly SizedFile[]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { path, size } of files) totals.set(wholeOf(path), (totals.get(wholeOf(path)) ?? 0) + size);
  return totals;
}

function wholeOf(path: string): string {
  const shard = shardIn(path);
  return shard === undefined ? path : `${shard.stem} of ${shard.count}`;
}
