import { modelFileKinds, quantizationLabel, type ModelFileKind } from '../../core/model-file-kind.js';
import { parseQuantization, plainLabel } from '../../core/quantization.js';
import type { PlannedFile } from '../plan.js';
import { endsWith } from '../options/match-options.js';
import { modelOptions } from '../options/model-options.js';

/** Explains each kind of file that is not a model. */
const EXPLANATIONS: Partial<Record<ModelFileKind, [one: string, several: string]>> = {
  piece: [
    'is a piece of a file, and no program can use it until all pieces are joined',
    'are pieces of files, and no program can use them until they are joined',
  ],
  draft: [
    'is a draft head, which speeds up another model and is not a model itself',
    'are draft heads, which speed up another model and are not models themselves',
  ],
  projector: ['is a projector, which needs a model', 'are projectors, which need a model'],
  imatrix: ['is imatrix data, by which models are quantized', 'are imatrix data, by which models are quantized'],
};
const MOST_NAMED = 3;

/**
 * Explains why files that match a request cannot be downloaded as a model, a clause for each reason.
 * @param wanted in the client's spelling; without it all files count
 */
export function whyUnusable(files: readonly PlannedFile[], wanted: string | undefined): string[] {
  const kinds = modelFileKinds(files);
  const meant = files.filter(({ path }) => isMeant(path, wanted));
  const { broken } = modelOptions(meant.filter((file) => kinds.get(file) === 'model'));
  const reasons = broken.map(({ fault }) => fault);
  for (const kind of Object.keys(EXPLANATIONS) as ModelFileKind[]) {
    const paths = meant.filter((file) => kinds.get(file) === kind).map(({ path }) => path);
    if (paths.length > 0) reasons.push(explain(kind, paths));
  }
  return reasons;
}

/** Says why pieces of files cannot be used. */
export function explainPieces(paths: readonly string[]): string {
  return explain('piece', paths);
}

function explain(kind: ModelFileKind, paths: readonly string[]): string {
  const [one, several] = EXPLANATIONS[kind]!;
  return `${named(paths)} ${paths.length === 1 ? one : several}`;
}

function isMeant(path: string, wanted: string | undefined): boolean {
  if (wanted === undefined || endsWith(path, wanted.trim())) return true;
  const label = quantizationLabel(path);
  const asked = parseQuantization(wanted.trim())?.label;
  return label !== undefined && asked !== undefined && plainLabel(label) === plainLabel(asked);
}

function named(paths: readonly string[]): string {
  const rest = paths.length - MOST_NAMED;
  if (rest <= 0) return paths.length === 1 ? paths[0]! : `${paths.slice(0, -1).join(', ')} and ${paths.at(-1)!}`;
  return `${paths.slice(0, MOST_NAMED).join(', ')} and ${rest} more`;
}
