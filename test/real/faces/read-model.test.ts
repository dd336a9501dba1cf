import { describe, expect, it } from 'vitest';
import type { CliIo } from '../../../src/server/downloads/cli-io.js';
import { runGet } from '../../../src/server/downloads/get.js';
import { refuseModel } from '../../../src/server/downloads/no-model.js';
import type { NoModel } from '../../../src/server/downloads/read-link.js';
import { asRepo, readInstalled, readModel } from '../../../src/server/downloads/read-model.js';

const repo = (owner: string, name: string) => ({
  ...{ source: 'huggingface', owner, repo: name },
  url: `https://huggingface.co/${owner}/${name}`,
});

describe('a model as it is typed', () => {
  it.each([
    ['ibm/granite-4-micro', { source: 'catalog', id: 'ibm/granite-4-micro' }],
    [' ibm/granite-4-micro ', { source: 'catalog', id: 'ibm/granite-4-micro' }],
    ['Qwen/Qwen3-8B-GGUF', repo('Qwen', 'Qwen3-8B-GGUF')],
    ['lmstudio-community/gpt-oss-20b-gguf', repo('lmstudio-community', 'gpt-oss-20b-gguf')],
    ['me/under_score', repo('me', 'under_score')],
    ['https://huggingface.co/Qwen/Qwen3-8B-GGUF', repo('Qwen', 'Qwen3-8B-GGUF')],
    ['huggingface.co/Qwen/Qwen3-8B-GGUF', repo('Qwen', 'Qwen3-8B-GGUF')],
    ['hf.co/Qwen/Qwen3-8B-GGUF', repo('Qwen', 'Qwen3-8B-GGUF')],
    ['http://127.0.0.1:4321/Qwen/Qwen3-8B-GGUF', repo('Qwen', 'Qwen3-8B-GGUF')],
    ['127.0.0.1:4321/Qwen/Qwen3-8B-GGUF/tree/main', repo('Qwen', 'Qwen3-8B-GGUF')],
    ['https://huggingface.co/acme/Tiny-GGUF/', repo('acme', 'Tiny-GGUF')],
    ['https://huggingface.co/acme/Tiny-GGUF?library=gguf', repo('acme', 'Tiny-GGUF')],
    ['https://huggingface.co/acme/Tiny-GGUF#files', repo('acme', 'Tiny-GGUF')],
    ['https://huggingface.co/acme/Tiny-GGUF/tree/main?show=x', repo('acme', 'Tiny-GGUF')],
    ['HF://acme/Tiny-GGUF', repo('acme', 'Tiny-GGUF')],
    ['acme/Tiny-GGUF/', repo('acme', 'Tiny-GGUF')],
  ])('is read: %s', (text, model) => {
    expect(readModel(text, 'http://127.0.0.1:4321/')).toEqual({ model });
  });

  it.each([
    '',
    'granite',
    'a/b/c',
    'no good/name',
    '../up/there',
    'https://elsewhere.example/me/model',
    'https://huggingface.co/me/model/blob/main/model.gguf',
    'file:///etc/passwd',
  ])('is no model: %s', (text) => {
    expect(readModel(text, undefined)).toHaveProperty('reason');
  });

  it.each([
    ['hf.co/acme/Tiny-GGUF:Q4_K_M', repo('acme', 'Tiny-GGUF'), 'Q4_K_M'],
    ['acme/Tiny-GGUF@Q4_K_M-imatrix', repo('acme', 'Tiny-GGUF'), 'Q4_K_M-imatrix'],
    ['https://huggingface.co/acme/Tiny-GGUF:Q8_0?x=y', repo('acme', 'Tiny-GGUF'), 'Q8_0'],
    ['qwen/qwen3-8b@q4_k_m', { source: 'catalog', id: 'qwen/qwen3-8b' }, 'q4_k_m'],
  ])('is read with its quantization: %s', (text, model, quantization) => {
    expect(readModel(text)).toEqual({ model, quantization });
  });

  it.each([
    [
      'https://huggingface.co/acme/Tiny-GGUF/blob/main/Tiny-Q4_K_M.gguf',
      ['a file', 'https://huggingface.co/acme/Tiny-GGUF --quantization Q4_K_M instead'],
    ],
    ['hf.co/acme/Tiny-GGUF/resolve/main/x/Tiny-Compact.gguf?download=true', ['--quantization Tiny-Compact instead']],
    ['acme/Tiny-GGUF/Tiny-Q8_0.gguf', ['https://huggingface.co/acme/Tiny-GGUF --quantization Q8_0 instead']],
    ['https://huggingface.co/acme/Tiny-GGUF/tree/main/BF16', ['acme/Tiny-GGUF --quantization BF16 instead']],
    ['https://huggingface.co/acme/Tiny-GGUF/tree/v1.0', ['the revision v1.0', 'acme/Tiny-GGUF instead']],
    ['https://huggingface.co/acme/Tiny-GGUF/discussions/3', ['get https://huggingface.co/acme/Tiny-GGUF instead']],
    ['https://huggingface.co/datasets/acme', ['it is a dataset, not a model repo']],
    ['https://huggingface.co/spaces/acme/demo', ['it is a space, not a model repo']],
    ['https://huggingface.co/docs/hub', ['no model repo is called docs/hub']],
    ['https://huggingface.co/acme/two--dashes', ['no model repo is called acme/two--dashes']],
    ['https://huggingface.co/acme', ['a model is a catalog id']],
    ['acme/Tiny-GGUF@', ['nothing follows the @', 'get https://huggingface.co/acme/Tiny-GGUF instead']],
    ['https://lmstudio.ai/models/ibm/granite-4-micro', ['get ibm/granite-4-micro instead']],
    ['lmstudio://open_from_hf?model=acme/Tiny-GGUF', ['get https://huggingface.co/acme/Tiny-GGUF instead']],
  ])('is refused, with what to type instead: %s', async (text, words) => {
    const errors: string[] = [];
    const io = { environment: {}, err: (line: string) => errors.push(line) } as unknown as CliIo;
    expect(await runGet(text, {}, io)).toBe(2);
    for (const each of words) expect(errors.join('')).toContain(each);
  });

  it('is refused where it asks for two quantizations', async () => {
    const errors: string[] = [];
    const io = { environment: {}, err: (line: string) => errors.push(line) } as unknown as CliIo;
    expect(await runGet('acme/Tiny-GGUF@Q4_K_M', { quantization: 'Q8_0' }, io)).toBe(2);
    expect(errors.join('')).toContain('it names Q4_K_M, and --quantization names Q8_0');
  });

  it('may be a repo as well where it is a catalog id', () => {
    expect(asRepo({ source: 'catalog', id: 'qwen/qwen3-8b-gguf' })).toEqual(repo('qwen', 'qwen3-8b-gguf'));
    expect(asRepo({ source: 'huggingface', owner: 'a', repo: 'b', url: '' })).toBeUndefined();
    expect(asRepo({ source: 'catalog', id: 'docs/hub' })).toBeUndefined();
  });
});

describe('an installed model as it is typed', () => {
  it.each([
    ['tiny', 'tiny'],
    [' tiny@q8_0 ', 'tiny@q8_0'],
    ['me/tiny-GGUF', 'me/tiny-GGUF'],
    ['me/tiny-gguf@Q8_0', 'me/tiny-gguf@Q8_0'],
    ['https://huggingface.co/me/tiny-GGUF', 'me/tiny-GGUF'],
    ['https://huggingface.co/me/tiny-GGUF@Q8_0', 'me/tiny-GGUF@Q8_0'],
    ['http://127.0.0.1:4321/me/tiny-GGUF', 'me/tiny-GGUF'],
    ['me/tiny-GGUF:Q8_0', 'me/tiny-GGUF@Q8_0'],
    ['tiny:q8_0', 'tiny@q8_0'],
    ['https://huggingface.co/me/tiny-GGUF/tree/main?x#y', 'me/tiny-GGUF'],
    ['hf.co/me/tiny-GGUF:Q8_0', 'me/tiny-GGUF@Q8_0'],
    ['qwen/qwen3-8b@q4_k_m', 'qwen/qwen3-8b@q4_k_m'],
    ['me/tiny/deep/tiny.gguf', 'me/tiny/deep/tiny.gguf'],
    ['/models/me@home/tiny/tiny.gguf', '/models/me@home/tiny/tiny.gguf'],
  ])('is read: %s', (text, name) => {
    expect(readInstalled(text, 'http://127.0.0.1:4321')).toBe(name);
  });

  it.each(['update', 'remove'] as const)(
    'is refused by %s where it is a link to a file, with what to type',
    (command) => {
      const errors: string[] = [];
      const io = { err: (line: string) => errors.push(line) } as unknown as CliIo;
      const link = 'https://huggingface.co/me/tiny-GGUF/blob/main/tiny-Q8_0.gguf';
      const refused = readInstalled(link);
      expect(refuseModel(command, link, refused as NoModel, io)).toBe(2);
      expect(errors.join('')).toContain(`modeldock ${command} https://huggingface.co/me/tiny-GGUF@Q8_0 instead`);
    },
  );
});
