import { meansMlxLabel, mlxLabelsIn, parseMlxLabel } from '../core/mlx-label.js';
import { parseQuantization } from '../core/quantization.js';
import { fractionAt, hashText } from '../core/random.js';
import type { CatalogModel, FileChoice } from './catalog.js';
import { estimateBytes, usualQuantizations } from './quantization.js';

/** Makes up a repo that the catalog does not know from its name; the result is always the same for one seed. */
export function imagineRepo(owner: string, repo: string, seed: string): CatalogModel {
  const name = `${owner}/${repo}`;
  const [, count, unit] = PARAMETERS_IN_NAME.exec(repo) ?? [];
  const format = formatOf(owner, repo);
  const quantizations = format === 'mlx' ? [mlxLabelsIn(repo)[0] ?? '4bit'] : usualQuantizations;
  return {
    displayName: repo.replace(/-GGUF$/i, '').replaceAll(/[-_]+/g, ' '),
    type: /embed|bge|e5-/i.test(repo) ? 'embedding' : 'llm',
    architecture: /^[a-z]+/i.exec(repo)?.[0].toLowerCase() ?? 'llama',
    ...(count !== undefined && { params: `${count}${unit!.toUpperCase()}` }),
    maxContextLength: 32_768,
    vision: /-vl(?=$|[-_])|vision|llava/i.test(repo),
    files: quantizations.map((quantization) => imagineFile(name, format, quantization, seed)),
  };
}

/**
 * Makes up a file of such a repo in a quantization that it does not have by default. A repo whose name says that it is
 * MLX, or how many bits it has, has no other.
 * @returns undefined for a text that is not a quantization, or that such a repo cannot have
 */
export function imagineQuantization(owner: string, repo: string, wanted: string, seed: string): FileChoice | undefined {
  const name = `${owner}/${repo}`;
  const isMlx = formatOf(owner, repo) === 'mlx';
  const asGguf = isMlx ? undefined : parseQuantization(wanted);
  if (asGguf !== undefined) {
    const { label, suffix } = asGguf;
    return imagineFile(name, 'gguf', suffix === undefined ? label : `${label}-${suffix}`, seed);
  }
  const labels = isMlx ? mlxLabelsIn(repo) : [];
  const asMlx = labels.length > 0 ? labels.find((label) => meansMlxLabel(wanted, label)) : parseMlxLabel(wanted);
  return asMlx === undefined || /gguf/i.test(repo) ? undefined : imagineFile(name, 'mlx', asMlx, seed);
}

/** Matches `7B` in `Qwen2.5-7B-Instruct`, `360M` in `SmolLM2-360M`. */
const PARAMETERS_IN_NAME = /(?:^|[-_])(\d+(?:\.\d+)?)([bm])(?=$|[-_])/i;

const USUAL_PARAMETERS = [1e9, 3e9, 4e9, 7e9, 8e9, 14e9];

function formatOf(owner: string, repo: string): FileChoice['format'] {
  return /mlx/i.test(`${owner}/${repo}`) && !/gguf/i.test(repo) ? 'mlx' : 'gguf';
}

function imagineFile(name: string, format: FileChoice['format'], quantization: string, seed: string): FileChoice {
  const hash = hashText(`${seed}/${name.toLowerCase()}`);
  const [, count, unit] = PARAMETERS_IN_NAME.exec(name.slice(name.indexOf('/') + 1)) ?? [];
  const parameters =
    count === undefined
      ? USUAL_PARAMETERS[Math.floor(fractionAt(hash, 0) * USUAL_PARAMETERS.length)]!
      : Number(count) * (unit!.toLowerCase() === 'm' ? 1e6 : 1e9);
  // Two models with equally many parameters differ by a few percent: vocabulary, embeddings, metadata.
  const stray = 0.97 + 0.06 * fractionAt(hash, 1);
  const bytes = Math.max(1, Math.round(estimateBytes(parameters, quantization) * stray));
  return { repo: name, format, quantization, sizeBytes: Math.min(bytes, Number.MAX_SAFE_INTEGER) };
}
