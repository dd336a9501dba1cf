import { createServer } from 'node:http';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHubCatalog, type HubCatalog } from '../../../src/real/hub/catalog/catalog.js';
import { readModelYaml } from '../../../src/real/hub/catalog/model-yaml.js';
import type { Hub } from '../../../src/hub/index.js';
import { clientOf, listening, patience, rejection, startHub } from './client-on-hub.js';

const GGUF = 'base:\n  - key: a/b\n    sources:\n      - {type: huggingface, user: a, repo: B-GGUF}\n';

function community(...names: string[]): { id: string; files: { path: string; text: string }[] }[] {
  return names.map((name) => ({ id: `lmstudio-community/${name}`, files: [{ path: 'x.txt', text: 'x' }] }));
}

/** A catalog over two folders with these files in them. */
async function catalogOf(
  files: Record<string, string>,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ catalog: HubCatalog; hub: Hub; root: string }> {
  const root = await mkdtemp(join(tmpdir(), 'catalog-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const hub = await startHub({ repos: community('Qwen9-1B-GGUF', 'Qwen9-1B-Instruct-GGUF', 'Other-GGUF') });
  const client = clientOf(hub.endpoint, { environment });
  const catalog = createHubCatalog({ folder: join(root, 'mine'), lmStudioHome: join(root, 'studio'), client });
  return { catalog, hub, root };
}

describe('a catalog id', () => {
  it("is looked for in the user's folder, then in LM Studio's, then in the bundled list", async () => {
    const { catalog, hub } = await catalogOf({
      'mine/a/b/model.yaml': GGUF,
      'studio/hub/models/a/b/model.yaml': GGUF.replace('B-GGUF', 'Theirs-GGUF'),
      'studio/hub/models/a/c/model.yaml': GGUF.replace('B-GGUF', 'C-GGUF'),
      'studio/hub/models/qwen/qwen3-8b/model.yaml': GGUF.replace('B-GGUF', 'Own-Qwen-GGUF'),
    });
    expect(await catalog.find('a/b', patience())).toEqual([{ owner: 'a', repo: 'B-GGUF' }]);
    expect(await catalog.find('a/c', patience())).toEqual([{ owner: 'a', repo: 'C-GGUF' }]);
    expect(await catalog.find('qwen/qwen3-8b', patience())).toEqual([{ owner: 'a', repo: 'Own-Qwen-GGUF' }]);
    expect(await catalog.find('openai/gpt-oss-20b', patience())).toEqual([
      { owner: 'lmstudio-community', repo: 'gpt-oss-20b-GGUF' },
    ]);
    expect(hub.journal.entries()).toEqual([]);
  });

  it('is looked for among the repos of the community last, by its whole name in any case', async () => {
    const { catalog } = await catalogOf({});
    const found = [{ owner: 'lmstudio-community', repo: 'Qwen9-1B-GGUF' }];
    expect(await catalog.find('qwen/qwen9-1b', patience())).toEqual(found);
    expect(await catalog.find('qwen9-1B', patience())).toEqual(found);
  });

  it('that is unknown is refused with what to try', async () => {
    const { catalog, root } = await catalogOf({});
    for (const id of ['qwen/qwen9', 'a/b/c', '/', '', 'a/']) {
      const error = await rejection(catalog.find(id, patience()));
      expect(error).toMatchObject({ name: 'RefusedError', code: 'model_not_found', subject: id });
      expect(error.message).toContain('https://huggingface.co/owner/name');
      expect(error.message).toContain(join(root, 'mine', 'owner', 'name', 'model.yaml'));
    }
  });

  it('is never a way out of the folder', async () => {
    const { catalog, hub } = await catalogOf({
      'model.yaml': GGUF,
      'mine/x': '',
      'mine/my/a/model.yaml': 'base: ../..',
    });
    for (const id of ['../..', 'a/..', 'con/nul']) {
      expect(await rejection(catalog.find(id, patience()))).toMatchObject({ code: 'model_not_found', subject: id });
    }
    expect(await rejection(catalog.find('my/a', patience()))).toMatchObject({ code: expect.any(String) as string });
    expect(hub.journal.entries()).toEqual([]);
  });

  it('is not found on a hub that cannot search', async () => {
    const endpoint = await listening(createServer((_, response) => response.writeHead(404).end('no such page')));
    const catalog = createHubCatalog({ lmStudioHome: '/nowhere', client: clientOf(endpoint) });
    expect(await rejection(catalog.find('qwen/qwen9', patience()))).toMatchObject({ code: 'model_not_found' });
  });

  it('may be based on another one, or on a repo', async () => {
    const { catalog } = await catalogOf({
      'mine/my/best/model.yaml': 'base: my/other',
      'mine/my/other/model.yaml': 'base: qwen/qwen3-8b',
      'mine/my/direct/model.yaml': 'base: someone/Some-GGUF',
    });
    expect(await catalog.find('my/best', patience())).toEqual([{ owner: 'lmstudio-community', repo: 'Qwen3-8B-GGUF' }]);
    expect(await catalog.find('my/direct', patience())).toEqual([{ owner: 'someone', repo: 'Some-GGUF' }]);
  });

  it('that is based on itself is refused', async () => {
    const { catalog } = await catalogOf({ 'mine/my/a/model.yaml': 'base: my/b', 'mine/my/b/model.yaml': 'base: my/a' });
    const error = await rejection(catalog.find('my/a', patience()));
    expect(error).toMatchObject({ code: 'model_not_found', subject: 'my/a' });
    expect(error.message).toContain('my/a → my/b');
  });

  it('whose file is malformed is refused with file and place', async () => {
    const { catalog, root } = await catalogOf({
      'mine/a/b/model.yaml': 'base:\n  - key: x\n    sources: [',
      'mine/a/c/model.yaml': 'base:\n  - key: x\n',
    });
    const broken = await rejection(catalog.find('a/b', patience()));
    expect(broken).toMatchObject({ code: 'model_not_found', subject: 'a/b' });
    expect(broken.message).toContain(join(root, 'mine', 'a', 'b', 'model.yaml'));
    expect(broken.message).toMatch(/line 3, column/);
    expect((await rejection(catalog.find('a/c', patience()))).message).toContain('base[0].sources');
  });

  it('is not searched for with HF_HUB_OFFLINE', async () => {
    const { catalog, hub } = await catalogOf({}, { HF_HUB_OFFLINE: '1' });
    expect(await rejection(catalog.find('qwen/qwen9-1b', patience()))).toMatchObject({ code: 'offline' });
    expect(hub.journal.entries()).toEqual([]);
  });
});

describe('a model.yaml', () => {
  it('gives repos of GGUF files first, and leaves out sources elsewhere', () => {
    const text = `
model: qwen/qwen3-8b
base:
  - key: lmstudio-community/qwen3-8b-mlx-4bit
    sources:
      - {type: huggingface, user: lmstudio-community, repo: Qwen3-8B-MLX-4bit}
      - {type: mirror, url: "https://elsewhere.example"}
  - key: lmstudio-community/qwen3-8b-gguf
    sources:
      - {type: huggingface, user: lmstudio-community, repo: Qwen3-8B-GGUF}
metadataOverrides: {domain: llm}
`;
    expect(readModelYaml(text)).toEqual({
      repos: [
        { owner: 'lmstudio-community', repo: 'Qwen3-8B-GGUF' },
        { owner: 'lmstudio-community', repo: 'Qwen3-8B-MLX-4bit' },
      ],
    });
  });

  const malformed: [text: string, place: string][] = [
    ['', 'mapping'],
    ['- a', 'mapping'],
    ['model: x', 'base'],
    ['base: 5', 'base'],
    ['base: nothing', 'owner/name'],
    ['base: []', 'expected a source'],
    ['base: [5]', 'base[0]'],
    ['base: [{key: a/b}]', 'base[0].sources'],
    ['base: [{sources: [5]}]', 'base[0].sources[0]'],
    ['base: [{sources: [{type: torrent}]}]', 'expected a source'],
    ['base: [{sources: [{type: huggingface, repo: x}]}]', 'base[0].sources[0].user'],
    ['base: [{sources: [{type: huggingface, user: x, repo: a/b}]}]', 'base[0].sources[0].repo'],
    ['base: [{sources: [{type: huggingface, user: x, repo: 5}]}]', 'base[0].sources[0].repo'],
    ['base: *nobody', 'nobody'],
    [
      'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nbase: [*c,*c,*c]',
      'alias',
    ],
  ];
  it.each(malformed)('that is %j is refused, naming %s', (text, place) => {
    expect(() => readModelYaml(text)).toThrow(
      expect.objectContaining({ name: 'MalformedModel', message: expect.stringContaining(place) as string }) as Error,
    );
  });
});
