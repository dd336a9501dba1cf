import { modelFileKinds, type ModelFileKind } from '../../core/model-file-kind.js';
import { RefusedError } from '../../core/errors.js';
import { nominalBits, plainLabel } from '../../core/quantization.js';
import type { PlannedFile } from '../plan.js';
import { findProjector } from '../options/choose-projector.js';
import { matchOptions, plainOf } from '../options/match-options.js';
import { modelOptions, type ModelOption } from '../options/model-options.js';
import { whyUnusable } from './why-unusable.js';

/** The chosen files of a repo of GGUF files. */
export interface GgufChoice {
  /** Absent if the only option has no label. */
  label?: string;
  /** Projector first, then the later shards, shard 1 last: a folder counts as a model once its first shard is there. */
  files: PlannedFile[];
}

type Option = ModelOption<PlannedFile>;
type Kinds = ReadonlyMap<PlannedFile, ModelFileKind>;

/** The default: the first of these that the repo has. */
const PREFERRED = ['Q4_K_M', 'Q4_K_S', 'UD-Q4_K_XL', 'Q4_0', 'IQ4_XS', 'MXFP4', 'Q5_K_M', 'Q6_K', 'Q8_0'];
const FLOATS = ['F16', 'BF16', 'F32'];
const FEW_BITS = 4;

/** Whether the repo has GGUF models, complete or not. */
export function hasGguf(files: readonly PlannedFile[]): boolean {
  return [...modelFileKinds(files).values()].includes('model');
}

/**
 * Chooses the requested option, or the default.
 * @throws RefusedError no_compatible_option, listing the options, if the request matches none or several
 */
export function chooseGguf(files: readonly PlannedFile[], wanted: string | undefined, subject: string): GgufChoice {
  const kinds = modelFileKinds(files);
  const models = ofKind(kinds, 'model');
  const { options } = modelOptions(models);
  const found = wanted === undefined ? usualOf(options) : matchOptions(options, wanted);
  const [chosen] = found;
  if (chosen === undefined) throw noneOf(files, options, wanted, subject);
  if (found.length > 1) throw severalOf(found, options, wanted, subject);
  const projector = findProjector(
    chosen.files[0]!.path,
    models.map(({ path }) => path),
    ofKind(kinds, 'projector'),
  );
  const [first, ...later] = chosen.files;
  return {
    ...((chosen.label !== undefined || !chosen.isPlain) && { label: chosen.name }),
    files: [...projector, ...later, first!],
  };
}

function ofKind(kinds: Kinds, wanted: ModelFileKind): PlannedFile[] {
  return [...kinds].flatMap(([file, kind]) => (kind === wanted ? [file] : []));
}

/** Finds the options of the default label; several if the label does not distinguish them. */
function usualOf(options: readonly Option[]): Option[] {
  for (const label of PREFERRED.flatMap((each) => [each, `${each}_MOE`])) {
    const exact = options.filter((option) => option.label === label);
    const found = exact.length > 0 ? exact : options.filter((option) => plainLabel(option.label ?? '') === label);
    if (found.length > 0) return plainOf(found);
  }
  const quantized = options.filter(({ label }) => label !== undefined && !FLOATS.includes(plainLabel(label)));
  const bySize = quantized.sort((one, other) => sizeOf(one) - sizeOf(other));
  const usual = bySize.findLast(({ label }) => nominalBits(label!) <= FEW_BITS) ?? bySize[0];
  const labels = [usual?.label, undefined, ...FLOATS];
  for (const label of labels) {
    const found = options.filter((option) => option.label === label);
    if (found.length > 0) return plainOf(found);
  }
  return [];
}

function noneOf(
  files: readonly PlannedFile[],
  options: readonly Option[],
  wanted: string | undefined,
  subject: string,
): RefusedError {
  const choices = options.map(({ name }) => name);
  const reasons = whyUnusable(files, wanted).join('; ');
  const found = reasons === '' ? '' : `: ${reasons}`;
  const there = choices.length === 0 ? 'Look for another repo of this model.' : `The repo has ${choices.join(', ')}.`;
  const message = `Cannot find ${wanted === undefined ? 'a model' : clip(wanted)} in ${subject}${found}. ${there}`;
  return new RefusedError('no_compatible_option', subject, message, {
    ...(choices.length > 0 && { choices }),
    ...(reasons !== '' && { advice: `In this repo ${reasons}` }),
  });
}

function severalOf(
  found: readonly Option[],
  options: readonly Option[],
  wanted: string | undefined,
  subject: string,
): RefusedError {
  const what = wanted === undefined ? `${found[0]!.label ?? 'its model'}, the default` : clip(wanted);
  const advice = `${found.length} files match ${what}: request one of ${found.map(({ name }) => name).join(', ')}`;
  return new RefusedError('no_compatible_option', subject, `Cannot choose one model of ${subject}: ${advice}.`, {
    choices: options.map(({ name }) => name),
    advice,
  });
}

function sizeOf({ files }: Option): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function clip(wanted: string): string {
  return wanted.length > 100 ? `${wanted.slice(0, 100)}…` : wanted;
}
