import { RefusedError } from '../../core/errors.js';
import { meansMlxLabel, mlxLabelsIn } from '../../core/mlx-label.js';
import { modelFileKind } from '../../core/model-file-kind.js';
import type { PlannedFile } from '../plan.js';
import { explainPieces } from './why-unusable.js';
import { mlxConfigLabels } from './mlx-config-labels.js';

/** What the hub says about a repo, to distinguish an MLX model from other weights. */
export interface RepoFacts {
  /** `owner/name`. */
  id: string;
  libraryName?: string;
  tags: readonly string[];
}

export interface MlxRequest {
  facts: RepoFacts;
  /** The requested quantization. */
  wanted: string | undefined;
  /** The model as it was requested, for messages. */
  subject: string;
  /** Reads the repo's `config.json`: `undefined` if there is no usable one. */
  readConfig: () => Promise<Readonly<Record<string, unknown>> | undefined>;
}

const LEFT_OUT = /(?:^|\/)(?:\.gitattributes|README[^/]*|[^/]*\.(?:png|jpe?g|gif|webp|svg|bmp|ico|avif|gguf))$/i;
const SHARD = /^(.*)-(\d{1,6})-of-(\d{1,6})\.safetensors$/i;
const INDEX = /\.safetensors\.index\.json$/i;

/** Whether the repo is an MLX model, and not weights that need a conversion. */
export function isMlx(files: readonly PlannedFile[], { id, libraryName, tags }: RepoFacts): boolean {
  const named = libraryName === 'mlx' || tags.includes('mlx') || /(?:^|[-_./])mlx(?:[-_./]|$)/i.test(id);
  return named && files.some(({ path }) => path.endsWith('.safetensors'));
}

/**
 * Chooses the whole repo, without its cards and pictures. The weights' index and the config come last: with them a
 * folder counts as a model.
 * @throws RefusedError no_compatible_option if parts are missing, or if neither the repo's name nor its config has the
 * requested quantization; what `readConfig` throws
 */
export async function chooseMlx(files: readonly PlannedFile[], request: MlxRequest): Promise<PlannedFile[]> {
  refusePieces(files, request.subject);
  refuseIncomplete(files, request.subject);
  await refuseOtherQuantization(request);
  const rank = ({ path }: PlannedFile): number => (path === 'config.json' ? 2 : INDEX.test(path) ? 1 : 0);
  return files
    .filter(({ path }) => !LEFT_OUT.test(path) && (isWeights(path) || modelFileKind(path) !== 'piece'))
    .sort((one, other) => rank(one) - rank(other));
}

function isWeights(path: string): boolean {
  return path.endsWith('.safetensors');
}

/** An index names the parts, whatever their numbers look like; without one only the usual numbering is understood. */
function refusePieces(files: readonly PlannedFile[], subject: string): void {
  if (files.some(({ path }) => INDEX.test(path))) return;
  const pieces = files.filter(({ path }) => isWeights(path) && modelFileKind(path) === 'piece');
  if (pieces.length === 0) return;
  const fault = explainPieces(pieces.map(({ path }) => path));
  throw new RefusedError(
    'no_compatible_option',
    subject,
    `Cannot find a model in ${subject}: ${fault}. Look for another repo of this model.`,
    { advice: `In this repo ${fault}` },
  );
}

function refuseIncomplete(files: readonly PlannedFile[], subject: string): void {
  const found = new Map<string, number>();
  for (const { path } of files) {
    const [, stem, , count] = SHARD.exec(path) ?? [];
    if (stem !== undefined) found.set(`${stem}\0${count!}`, (found.get(`${stem}\0${count!}`) ?? 0) + 1);
  }
  for (const [set, there] of found) {
    const [stem, count] = set.split('\0') as [string, string];
    if (there >= Number(count)) continue;
    const fault = `only ${there} of ${Number(count)} parts of ${stem}.safetensors are there`;
    throw new RefusedError(
      'no_compatible_option',
      subject,
      `Cannot find a model in ${subject}: ${fault}. Look for another repo of this model.`,
      { advice: `In this repo ${fault}` },
    );
  }
}

async function refuseOtherQuantization({ facts, wanted, subject, readConfig }: MlxRequest): Promise<void> {
  if (wanted === undefined) return;
  const named = mlxLabelsIn(facts.id.slice(facts.id.indexOf('/') + 1));
  if (named.some((label) => meansMlxLabel(wanted, label))) return;
  const labels = [...named, ...mlxConfigLabels((await readConfig()) ?? {})];
  if (labels.some((label) => meansMlxLabel(wanted, label))) return;
  const choices = [...new Set(labels)].slice(0, 1);
  const advice = choices.length === 0 ? 'Leave the quantization out.' : `The repo is ${choices.join(', ')}.`;
  throw new RefusedError(
    'no_compatible_option',
    subject,
    `Cannot find ${wanted} in ${subject}: the repo as a whole is one MLX model. ${advice}`,
    choices.length === 0 ? { advice: 'The repo as a whole is one MLX model: leave the quantization out' } : { choices },
  );
}
