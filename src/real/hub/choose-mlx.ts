import { RefusedError } from '../../core/errors.js';
import type { PlannedFile } from '../plan.js';

/** What the hub says about a repo, as far as it tells an MLX model from other weights. */
export interface RepoFacts {
  /** `owner/name`. */
  id: string;
  libraryName?: string;
  tags: readonly string[];
}

const LEFT_OUT = /(?:^|\/)(?:\.gitattributes|README[^/]*|[^/]*\.(?:png|jpe?g|gif|webp|svg|bmp|ico|avif))$/i;

/** Whether the repo is an MLX model, rather than weights that would have to be converted first. */
export function isMlx(files: readonly PlannedFile[], { id, libraryName, tags }: RepoFacts): boolean {
  const named = libraryName === 'mlx' || tags.includes('mlx') || /(?:^|[-_./])mlx(?:[-_./]|$)/i.test(id);
  return named && files.some(({ path }) => path.endsWith('.safetensors'));
}

/**
 * The whole repo, without its cards and pictures. The weights' index and the config come last: with them a folder is a
 * model.
 * @throws RefusedError no_compatible_option when another quantization is asked for than the one the repo's name ends with
 */
export function chooseMlx(
  files: readonly PlannedFile[],
  { id }: RepoFacts,
  wanted: string | undefined,
  subject: string,
): PlannedFile[] {
  const label = /[-_.]((?:\d+bit|bf16|fp16|f16|fp32|mxfp4|nvfp4)(?:-[a-z\d]+)*)$/i.exec(id)?.[1];
  if (wanted !== undefined && wanted.toLowerCase() !== label?.toLowerCase()) {
    const choices = label === undefined ? [] : [label];
    const advice = label === undefined ? 'Leave the quantization out.' : `It is ${label}.`;
    throw new RefusedError(
      'no_compatible_option',
      subject,
      `${subject} has no quantization ${wanted}: the repo as a whole is one MLX model. ${advice}`,
      { choices },
    );
  }
  const rank = ({ path }: PlannedFile): number =>
    path === 'config.json' ? 2 : path.endsWith('.safetensors.index.json') ? 1 : 0;
  return files.filter(({ path }) => !LEFT_OUT.test(path)).sort((one, other) => rank(one) - rank(other));
}
