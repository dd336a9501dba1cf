import { fractionAt, hashText } from '../core/random.js';
import type { CatalogModel, FileChoice } from './catalog.js';
import { estimateBytes, usualQuantizations } from './quantization.js';

/** What a repo that the catalog does not know is taken to hold: read off its name, and always the same for one seed. */
export function imagineRepo(owner: string, repo: string, seed: string): CatalogModel {
  const name = `${owner}/${repo}`;
  const hash = hashText(`${seed}/${name.toLowerCase()}`);
  const [, count, unit] = PARAMETERS_IN_NAME.exec(repo) ?? [];
  const parameters =
    count === undefined
      ? USUAL_PARAMETERS[Math.floor(fractionAt(hash, 0) * USUAL_PARAMETERS.length)]!
      : Number(count) * (unit!.toLowerCase() === 'm' ? 1e6 : 1e9);
  // Two models with equally many parameters differ by a few percent: vocabulary, embeddings, metadata.
  const stray = 0.97 + 0.06 * fractionAt(hash, 1);
  const format = /mlx/i.test(name) ? 'mlx' : 'gguf';
  const quantizations = format === 'mlx' ? [/\d+bit/i.exec(repo)?.[0].toLowerCase() ?? '4bit'] : usualQuantizations;
  return {
    displayName: repo.replace(/-GGUF$/i, '').replaceAll(/[-_]+/g, ' '),
    type: /embed|bge|e5-/i.test(repo) ? 'embedding' : 'llm',
    architecture: /^[a-z]+/i.exec(repo)?.[0].toLowerCase() ?? 'llama',
    ...(count !== undefined && { params: `${count}${unit!.toUpperCase()}` }),
    maxContextLength: 32_768,
    vision: /-vl(?=$|[-_])|vision|llava/i.test(repo),
    files: quantizations.map((quantization): FileChoice => ({
      repo: name,
      format,
      quantization,
      sizeBytes: Math.min(
        Math.max(1, Math.round(estimateBytes(parameters, quantization) * stray)),
        Number.MAX_SAFE_INTEGER,
      ),
    })),
  };
}

/** `7B` in `Qwen2.5-7B-Instruct`, `360M` in `SmolLM2-360M`. */
const PARAMETERS_IN_NAME = /(?:^|[-_])(\d+(?:\.\d+)?)([bm])(?=$|[-_])/i;

const USUAL_PARAMETERS = [1e9, 3e9, 4e9, 7e9, 8e9, 14e9];
