import { RefusedError } from '../../core/errors.js';
import type { PlannedFile } from '../plan.js';
import { bitsOf, plainLabel, quantizationLabel } from './quantization-label.js';

/** Files that are one model in one quantization. */
interface Option {
  /** Absent where no part of the path is one. */
  label?: string;
  /** Shard 1 first. */
  files: readonly PlannedFile[];
  /** How many shards the names promise. */
  count: number;
}

/** What is taken of a repo of GGUF files. */
export interface GgufChoice {
  label?: string;
  /** Projector first, then the later shards, shard 1 last: a folder is a model when its first shard is there. */
  files: PlannedFile[];
}

/** What somebody gets who does not choose; the first that is there. */
const PREFERRED = ['Q4_K_M', 'Q4_K_S', 'UD-Q4_K_XL', 'Q4_0', 'IQ4_XS', 'MXFP4', 'Q5_K_M', 'Q6_K', 'Q8_0'];
const PROJECTORS = ['F16', 'BF16', 'F32'];
const FLOATS = ['F16', 'BF16', 'F32'];
const SHARD = /^(.*?)-(\d{5})-of-(\d{5})\.gguf$/i;
const FEW_BITS = 4;

/** Whether the repo holds models in GGUF. */
export function hasGguf(files: readonly PlannedFile[]): boolean {
  return files.some(({ path }) => isModel(path));
}

/**
 * Chooses by the label that was asked for (exactly, else without `UD-` and `i1-`), or the usual one.
 * @throws RefusedError no_compatible_option, with the labels that there are
 */
export function chooseGguf(files: readonly PlannedFile[], wanted: string | undefined, subject: string): GgufChoice {
  const options = optionsIn(files);
  const complete = options.filter(isComplete);
  const chosen = wanted === undefined ? usualOf(complete) : namedOf(complete, wanted);
  if (chosen === undefined) {
    const broken = wanted === undefined ? options[0] : namedOf(options, wanted);
    const choices = labelsOf(complete);
    const others = choices.length === 0 ? 'Nothing else is there.' : `There are ${choices.join(', ')}.`;
    const message =
      broken === undefined
        ? `${subject} has no quantization ${wanted ?? ''}. ${others}`
        : `${subject} has only ${broken.files.length} of ${broken.count} parts of ${broken.files[0]!.path}. ${others}`;
    throw new RefusedError('no_compatible_option', subject, message, { choices });
  }
  const projector = projectorIn(files);
  const [first, ...later] = chosen.files;
  return {
    ...(chosen.label !== undefined && { label: chosen.label }),
    files: [...(projector === undefined ? [] : [projector]), ...later, first!],
  };
}

function isComplete({ files, count }: Option): boolean {
  const indexOf = ({ path }: PlannedFile): number => Number(SHARD.exec(path)?.[2] ?? 1);
  return files.length === count && files.every((file, index) => indexOf(file) === index + 1);
}

function isModel(path: string): boolean {
  return /\.gguf$/i.test(path) && !/mmproj|imatrix|(?:^|\/)(?:mtp|eagle3)-[^/]*$/i.test(path);
}

function optionsIn(files: readonly PlannedFile[]): Option[] {
  const options = new Map<string, { label: string | undefined; files: PlannedFile[]; count: number }>();
  for (const file of files) {
    if (!isModel(file.path)) continue;
    const [, stem, , count] = SHARD.exec(file.path) ?? [];
    const key = stem === undefined ? file.path : `${stem} of ${count!}`;
    const known = options.get(key);
    if (known === undefined) {
      options.set(key, { label: quantizationLabel(file.path), files: [file], count: Number(count ?? 1) });
    } else known.files.push(file);
  }
  return [...options.values()]
    .map(({ label, files: parts, count }) => ({
      ...(label !== undefined && { label }),
      files: parts.sort((one, other) => (one.path < other.path ? -1 : 1)),
      count,
    }))
    .sort(byPlace);
}

/** Of two with one label, the one that is not in a folder, then the one in one piece, then by name. */
function byPlace(one: Option, other: Option): number {
  const [path, otherPath] = [one.files[0]!.path, other.files[0]!.path];
  return path.split('/').length - otherPath.split('/').length || one.count - other.count || (path < otherPath ? -1 : 1);
}

function namedOf(options: readonly Option[], wanted: string): Option | undefined {
  const exact = wanted.toUpperCase();
  const plain = plainLabel(wanted);
  return (
    options.find(({ label }) => label?.toUpperCase() === exact) ??
    options.find(({ label }) => label !== undefined && plainLabel(label) === plain)
  );
}

function usualOf(options: readonly Option[]): Option | undefined {
  for (const label of PREFERRED) {
    const found = namedOf(options, label) ?? namedOf(options, `${label}_MOE`);
    if (found !== undefined) return found;
  }
  const quantized = options.filter(({ label }) => label !== undefined && !FLOATS.includes(plainLabel(label)));
  const bySize = quantized.sort((one, other) => sizeOf(one) - sizeOf(other));
  return (
    bySize.findLast(({ label }) => bitsOf(label!) <= FEW_BITS) ??
    bySize[0] ??
    options.find(({ label }) => label === undefined) ??
    FLOATS.map((label) => namedOf(options, label)).find((option) => option !== undefined)
  );
}

function projectorIn(files: readonly PlannedFile[]): PlannedFile | undefined {
  const projectors = files.filter(({ path }) => /mmproj/i.test(path) && /\.gguf$/i.test(path));
  const rank = ({ path }: PlannedFile): number => {
    const place = PROJECTORS.indexOf(plainLabel(quantizationLabel(path) ?? ''));
    return place < 0 ? PROJECTORS.length : place;
  };
  return projectors.sort((one, other) => rank(one) - rank(other) || (one.path < other.path ? -1 : 1))[0];
}

function labelsOf(options: readonly Option[]): string[] {
  return [...new Set(options.flatMap(({ label }) => label ?? []))];
}

function sizeOf({ files }: Option): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
