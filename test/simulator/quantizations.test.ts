import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/core/errors.js';
import { chooseGguf } from '../../src/real/hub/choose-gguf.js';
import { openSimulator } from './stage.js';

async function modelFor(name: string, quantization: string): Promise<string> {
  const [owner, repo] = name.split('/') as [string, string];
  const url = `https://huggingface.co/${name}`;
  try {
    const job = await openSimulator().engine.start({
      model: { source: 'huggingface', owner, repo, url },
      quantization,
    });
    return job === 'already_downloaded' ? job : job.model;
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return error.code;
  }
}

describe('a quantization of a repo that the catalog does not know', () => {
  const wellFormed = [
    ...['UD-Q4_K_XL', 'IQ4_XS', 'BF16', 'Q8', 'Q5_1', 'Q4_0_4_4', 'IQ3_XXS', 'TQ1_0', 'MXFP4', 'MXFP4_MOE', 'F32'],
    ...['Q3_K', 'Q4_K_P', 'IQ4_NL', 'IQ2_K_R4', 'Q4_K_M-imatrix', 'IQ4_XS-4.19bpw'],
  ];
  it.each(wellFormed)('is taken where it is well-formed, as by the engine that really downloads: %s', async (label) => {
    for (const wanted of [label, label.toLowerCase()]) {
      expect(await modelFor('acme/Rocket-8B-GGUF', wanted)).toBe(`acme/rocket-8b-gguf@${label.toLowerCase()}`);
      const digest = { algorithm: 'sha256' as const, hex: 'a'.repeat(64) };
      const file = { path: `Rocket-8B-${label}.gguf`, size: 1, digest };
      expect(chooseGguf([file, { ...file, path: 'Rocket-8B-Q6_K.gguf' }], wanted, 'it').files).toEqual([file]);
    }
  });

  it.each([
    ['acme/Rocket-8B-i1-GGUF', 'i1-Q4_K_M', 'i1-q4_k_m'],
    ['acme/Rocket-8B-bf16', 'bf16', 'bf16'],
    ['acme/Rocket-8B-GGUF', 'FP16', 'f16'],
    ['acme/Rocket-8B', '4bit', '4bit'],
    ['acme/Rocket-8B-MLX', '8-bit', '8bit'],
    ['mlx-community/Rocket-8B-4bit-DWQ', '4bit', '4bit-dwq'],
    ['simulate/fails-at-50', 'Q8_0', 'q8_0'],
  ])('is taken: %s in %s', async (repo, wanted, label) => {
    expect(await modelFor(repo, wanted)).toBe(`${repo.toLowerCase()}@${label}`);
  });

  it.each([
    ...['Q9_Z', 'Q4_Z', 'Q4KM', 'Q4_K-M', 'Q4_M', 'IQ9_XS', 'K_M', 'banana', '4bit', '', ' '].map((wanted) => [
      'acme/Rocket-8B-GGUF',
      wanted,
    ]),
    ['acme/Rocket-8B-MLX-4bit', '8bit'],
    ['acme/Rocket-8B-MLX-4bit', 'Q4_K_M'],
    ['simulate/fails-at-50', 'Q9_Z'],
  ])('is refused where it is none, or none of that repo: %s in %j', async (repo, wanted) => {
    expect(await modelFor(repo, wanted)).toBe('no_compatible_option');
  });

  it('has a size that follows from its bits', async () => {
    const { engine } = openSimulator();
    const sizes: number[] = [];
    for (const quantization of [
      'IQ2_XXS',
      'Q3_K_M',
      'UD-Q4_K_M',
      'Q5_K_M',
      'MXFP4',
      'i1-Q6_K',
      'Q8_0',
      'BF16',
      'F32',
    ]) {
      const model = { source: 'huggingface' as const, owner: 'acme', repo: 'Rocket-8B-GGUF', url: '' };
      const job = await engine.start({ model, quantization });
      if (job !== 'already_downloaded') sizes.push(job.totalBytes / 8e9);
    }
    const bits = sizes.map((bytes) => Math.round(bytes * 8));
    expect(bits).toEqual([2, 4, 5, 6, 4, 7, 8, 16, 32].map((each, index) => (index === 0 ? bits[0]! : each)));
    expect(bits[0]).toBeLessThan(4);
  });
});

describe('a quantization of a repo in the catalog', () => {
  it.each([
    ['q8_0', 'q8_0'],
    ['UD-Q8_0', 'q8_0'],
    ['Q5_K_M', undefined],
    ['Q8_0-imatrix', undefined],
  ])('is found as in a real repo: %s', async (wanted, label) => {
    const repo = 'lmstudio-community/Qwen3-8B-GGUF';
    expect(await modelFor(repo, wanted)).toBe(
      label === undefined ? 'no_compatible_option' : `${repo.toLowerCase()}@${label}`,
    );
  });
});
