import { describe, expect, it } from 'vitest';
import { catalogModels, parseCatalog } from '../../src/index.js';
import { openSimulator } from './stage.js';

function ask(seed?: string) {
  const { engine } = openSimulator(seed === undefined ? {} : { seed });
  const size = async (request: Parameters<typeof engine.start>[0]) => {
    const job = await engine.start(request);
    return job === 'already_downloaded' ? 0 : job.totalBytes;
  };
  return {
    byId: (id: string) => size({ model: { source: 'catalog', id } }),
    byLink: (name: string, quantization?: string) => {
      const [owner, repo] = name.split('/') as [string, string];
      const url = `https://huggingface.co/${name}`;
      return size({
        model: { source: 'huggingface', owner, repo, url },
        ...(quantization !== undefined && { quantization }),
      });
    },
  };
}

describe('the catalog', () => {
  it('passes its own check', () => {
    expect(parseCatalog(JSON.parse(JSON.stringify(catalogModels)))).toEqual(catalogModels);
  });

  it('has some thirty models: language, vision, embedding and decision, GGUF and MLX, in several quantizations', () => {
    expect(catalogModels.length).toBeGreaterThanOrEqual(18);
    expect(catalogModels.length).toBeLessThanOrEqual(40);
    const files = catalogModels.flatMap((model) => model.files);
    expect(new Set(catalogModels.map(({ type }) => type))).toEqual(new Set(['llm', 'embedding', 'decision']));
    expect(new Set(files.map(({ format }) => format))).toEqual(new Set(['gguf', 'mlx']));
    expect(catalogModels.filter(({ vision }) => vision).length).toBeGreaterThanOrEqual(3);
    expect(catalogModels.filter((model) => model.files.length > 1).length).toBeGreaterThanOrEqual(10);
  });

  it.each([
    ['ibm/granite-4-micro', 2_279_145_003],
    ['google/gemma-4-26b-a4b', 17_990_911_801],
    ['google/gemma-4-26b-a4b-qat', 15_641_333_028],
    ['google/gemma-4-e4b', 6_861_915_950],
    ['qwen/qwen3-4b-2507', 2_279_153_300],
    ['deepseek/deepseek-r1', 40_492_610_355],
    ['nomic-ai/nomic-embed-text-v1.5', 274_290_560],
    ['google/gemma-3-1b', 771_933_305],
    ['qwen/qwen3.5-4b', 3_383_082_464],
  ])('knows the size of %s to the byte', async (id, size) => {
    expect(await ask().byId(id)).toBe(size);
  });

  it('has the models of the documentation: by their ids and by their link', async () => {
    const { byId, byLink } = ask();
    expect(await byId('openai/gpt-oss-20b')).toBe(await byLink('lmstudio-community/gpt-oss-20b-GGUF'));
  });

  it('never has one quantization of a repo larger than one with more bits', () => {
    for (const { displayName, files } of catalogModels) {
      for (const format of ['gguf', 'mlx']) {
        const sorted = files.filter((file) => file.format === format).sort((a, b) => bits(a) - bits(b));
        const sizes = sorted.map(({ sizeBytes }) => sizeBytes);
        expect(sizes, displayName).toEqual([...sizes].sort((a, b) => a - b));
      }
    }

    function bits({ quantization }: { quantization: string }): number {
      return Number(/\d+/.exec(quantization)![0]);
    }
  });
});

describe('a repo that the catalog does not know', () => {
  const names = Array.from({ length: 50 }, (_, index) => `someone/Model-${index}-GGUF`);

  it('has the same size each time for one seed, and another for another', async () => {
    const sizes = async (seed?: string) => {
      const { byLink } = ask(seed);
      return Promise.all(names.map((name) => byLink(name)));
    };
    expect(await sizes('one')).toEqual(await sizes('one'));
    expect(await sizes()).toEqual(await sizes());
    expect(await sizes('one')).not.toEqual(await sizes('two'));
  });

  it('has a size of its own', async () => {
    const { byLink } = ask();
    const sizes = await Promise.all(names.map((name) => byLink(name)));
    expect(new Set(sizes).size).toBe(names.length);
  });

  it('has the same size in any case, and after any earlier requests', async () => {
    const first = ask();
    await first.byLink('someone/Other-GGUF');
    const size = await first.byLink('Someone/MODEL-GGUF');
    expect(size).toBe(await ask().byLink('someone/model-gguf'));
  });

  it.each([
    ['someone/Thing-7B-GGUF', undefined, 4.0e9, 4.6e9],
    ['someone/Thing-7B-GGUF', 'Q8_0', 7.0e9, 7.8e9],
    ['someone/Thing-7B-GGUF', 'F16', 13.3e9, 14.6e9],
    ['someone/thing-0.5b-gguf', undefined, 0.28e9, 0.32e9],
    ['someone/Thing-360M-GGUF', undefined, 0.2e9, 0.23e9],
    ['mlx-community/Thing-7B-4bit', undefined, 3.7e9, 4.2e9],
    ['mlx-community/Thing-7B-8bit', undefined, 7.0e9, 7.8e9],
    ['someone/Nameless-GGUF', undefined, 0.5e9, 9e9],
  ])('has a size that its name makes plausible: %s %s', async (name, quantization, least, most) => {
    const size = await ask().byLink(name, quantization);
    expect(size).toBeGreaterThan(least);
    expect(size).toBeLessThan(most);
    expect(Number.isInteger(size)).toBe(true);
  });

  it('has the usual quantizations and no other', async () => {
    const { byLink } = ask();
    await expect(byLink('someone/Thing-7B-GGUF', 'Q9_X')).rejects.toMatchObject({
      code: 'no_compatible_option',
      choices: ['Q4_K_M', 'Q2_K', 'Q3_K_M', 'Q3_K_L', 'Q4_0', 'Q4_K_S', 'Q5_K_M', 'Q6_K', 'Q8_0', 'F16'],
    });
    await expect(byLink('mlx-community/Thing-7B-6bit', 'Q4_K_M')).rejects.toMatchObject({ choices: ['6bit'] });
  });
});

describe('a catalog of one’s own', () => {
  it('may spread the files of one repo over two models', async () => {
    const shared = (quantization: string, sizeBytes: number) => ({
      displayName: quantization,
      type: 'llm' as const,
      architecture: 'llama',
      maxContextLength: 4096,
      files: [{ repo: 'shop/Shared-GGUF', format: 'gguf' as const, quantization, sizeBytes }],
    });
    const { engine } = openSimulator({
      catalog: [shared('Q4_K_M', 400), shared('Q8_0', 800)],
    });
    const model = {
      source: 'huggingface',
      owner: 'shop',
      repo: 'Shared-GGUF',
      url: 'https://huggingface.co/shop/Shared-GGUF',
    } as const;
    expect(await engine.start({ model })).toMatchObject({ totalBytes: 400 });
    expect(await engine.start({ model, quantization: 'Q8_0' })).toMatchObject({ totalBytes: 800 });
  });
});
