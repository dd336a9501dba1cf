import { faker as shared } from '@faker-js/faker/locale/en';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeCatalog } from '../../src/faker/index.js';
import { createDock, parseCatalog, type Catalog, type CatalogModel } from '../../src/index.js';

describe('fakeCatalog', () => {
  it('makes the same models for the same seed', () => {
    expect(fakeCatalog({ seed: 'tuesday', size: 200 })).toEqual(fakeCatalog({ seed: 'tuesday', size: 200 }));
    expect(fakeCatalog({ size: 20 })).toEqual(fakeCatalog({ size: 20 }));
  });

  it.each([
    ['tuesday', 'wednesday'],
    ['', 'tuesday'],
    [1, 2],
    ['1', '11'],
  ])('makes other models for seed %j than for %j', (one, other) => {
    expect(fakeCatalog({ seed: one, size: 20 })).not.toEqual(fakeCatalog({ seed: other, size: 20 }));
  });

  it('makes a smaller catalog that is the beginning of a larger one', () => {
    expect(fakeCatalog({ size: 300 }).slice(0, 100)).toEqual(fakeCatalog({ size: 100 }));
  });

  it('neither disturbs the shared faker nor is disturbed by it', () => {
    shared.seed(7);
    const undisturbed = shared.number.int();
    const models = fakeCatalog({ size: 10 });
    shared.seed(7);
    expect(fakeCatalog({ size: 10 })).toEqual(models);
    expect(shared.number.int()).toBe(undisturbed);
  });

  it.each([0, 1, 100, 10_000])('makes %i models that a catalog takes', (size) => {
    const catalog = fakeCatalog({ size });
    expect(catalog).toHaveLength(size);
    expect(parseCatalog(JSON.parse(JSON.stringify(catalog)))).toEqual(catalog);
  });

  it.each([-1, 1.5, NaN, Infinity, 100_001, '12' as unknown as number])('refuses to make %j models', (size) => {
    expect(() => fakeCatalog({ size })).toThrow(
      new RangeError(
        `Cannot fake a catalog of this size: expected a whole number from 0 to 100000, found ${String(size)}.`,
      ),
    );
  });

  it('makes a first model that can be downloaded, for any seed', () => {
    const firsts = Array.from({ length: 200 }, (_, seed) => fakeCatalog({ seed, size: 1 })[0]!);
    expect(firsts.filter(({ files }) => files.length === 0)).toEqual([]);
  });
});

describe('a catalog of 100 000', () => {
  let catalog: Catalog;

  beforeAll(() => {
    catalog = fakeCatalog({ seed: 'large', size: 100_000 });
  });

  it('has no id and no repo twice, case aside', () => {
    expect(repeated(catalog.flatMap(({ id }) => id ?? []))).toEqual([]);
    expect(repeated(catalog.flatMap((model) => [...reposOf(model)].map((repo) => repo.toLowerCase())))).toEqual([]);
  });

  it.each<[what: string, share: number, is: (model: CatalogModel) => boolean | undefined]>([
    ['language models', 0.7, ({ type, vision }) => type === 'llm' && !vision],
    ['vision models', 0.17, ({ vision }) => vision],
    ['embedding models', 0.13, ({ type }) => type === 'embedding'],
    ['models that only Hugging Face has', 0.22, ({ id }) => id === undefined],
    ['models with nothing to run', 0.03, ({ files }) => files.length === 0],
    ['GGUF', 0.87, ({ files }) => files.some(({ format }) => format === 'gguf')],
    ['MLX', 0.58, ({ files }) => files.some(({ format }) => format === 'mlx')],
  ])('has %s in a share of about %d', (_what, share, is) => {
    expect(Math.abs(catalog.filter(is).length / catalog.length - share)).toBeLessThan(0.01);
  });

  it('has files that are larger the more bits a weight has', () => {
    const order = ['Q2_K', 'Q3_K_M', 'Q3_K_L', 'Q4_0', 'Q4_K_S', 'Q4_K_M', 'Q5_K_M', 'Q6_K', 'Q8_0', 'F16'];
    const wrong = catalog.filter(({ files }) => {
      const gguf = files.filter(({ format }) => format === 'gguf');
      const sizes = order.flatMap((name) => gguf.find(({ quantization }) => quantization === name)?.sizeBytes ?? []);
      return sizes.length !== gguf.length || sizes.some((size, index) => index > 0 && size <= sizes[index - 1]!);
    });
    expect(wrong).toEqual([]);
  });

  it('has files whose sizes fit the parameters', () => {
    const bytesPerWeight = catalog.flatMap(({ params, files, vision }) => {
      const [, count, unit] = /^([\d.]+)([BM])/.exec(params!)!;
      const weights = Number(count) * (unit === 'M' ? 1e6 : 1e9);
      return vision ? [] : files.map(({ sizeBytes }) => sizeBytes / weights);
    });
    const [least, greatest] = bounds(bytesPerWeight);
    expect(least).toBeGreaterThan(0.4);
    expect(greatest).toBeLessThan(2.2);
  });

  it('has publishers with many models and publishers with few', () => {
    const counts = new Map<string, number>();
    for (const { incompatibleRepos } of catalog) {
      const [publisher] = incompatibleRepos![0]!.split('/') as [string];
      counts.set(publisher, (counts.get(publisher) ?? 0) + 1);
    }
    const sorted = [...counts.values()].sort((one, other) => other - one);
    expect(sorted.length).toBeGreaterThan(1000);
    expect(sorted[0]).toBeGreaterThan(100);
    expect(sorted.at(-1)).toBeLessThan(5);
  });
});

describe('a dock with a faked catalog', () => {
  const catalog = fakeCatalog({ seed: 'dock', size: 300 });
  const { api } = createDock({ catalog, scenario: 'instant', speed: 0 });
  const link = (repo: string) => `https://huggingface.co/${repo}`;

  it('downloads every model by its id, and lists it', async () => {
    const ids = catalog.flatMap(({ id, files }) => (id === undefined ? [] : [{ id, size: files[0]!.sizeBytes }]));
    expect(ids.length).toBeGreaterThan(200);
    for (const { id, size } of ids) {
      expect(await download({ model: id })).toMatchObject({ status: 'completed', total_size_bytes: size });
    }
    expect(await listKeys()).toHaveLength(ids.length);
  });

  it('downloads every file by its link and quantization', async () => {
    const files = catalog.flatMap((model) => model.files);
    expect(files.length).toBeGreaterThan(600);
    for (const { repo, quantization, sizeBytes } of files) {
      const answer = await download({ model: link(repo), quantization });
      expect(answer).toMatchObject({ status: 'completed', total_size_bytes: sizeBytes });
    }
  });

  it('loads what it lists', async () => {
    for (const key of (await listKeys()).slice(-30)) {
      expect(await post('load', { model: key })).toMatchObject({ status: 'loaded', instance_id: key });
    }
  });

  it('refuses what has nothing to run', async () => {
    const none = catalog.filter(({ files }) => files.length === 0);
    expect(none.length).toBeGreaterThan(0);
    for (const repo of [none[0]!, catalog[0]!].flatMap(({ incompatibleRepos }) => incompatibleRepos!)) {
      expect(await download({ model: link(repo) })).toMatchObject({ error: { type: 'model_not_found' } });
    }
  });

  const download = (body: object) => post('download', body);

  async function post(route: string, body: object): Promise<unknown> {
    const request = new Request(`http://localhost:1234/api/v1/models/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await api.fetch(request)).json();
  }

  async function listKeys(): Promise<string[]> {
    const response = await api.fetch(new Request('http://localhost:1234/api/v1/models'));
    return ((await response.json()) as { models: { key: string }[] }).models.map(({ key }) => key);
  }
});

function* reposOf({ files, incompatibleRepos = [] }: CatalogModel): Iterable<string> {
  yield* new Set(files.map(({ repo }) => repo));
  yield* incompatibleRepos;
}

function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}

/** The least and the greatest; too many numbers to spread. */
function bounds(numbers: readonly number[]): [number, number] {
  return [numbers.reduce((one, other) => Math.min(one, other)), numbers.reduce((one, other) => Math.max(one, other))];
}
