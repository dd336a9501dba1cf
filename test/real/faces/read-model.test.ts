import { describe, expect, it } from 'vitest';
import { asRepo, readInstalled, readModel } from '../../../src/server/downloads/read-model.js';

const repo = (owner: string, name: string) => ({
  ...{ source: 'huggingface', owner, repo: name },
  url: `https://huggingface.co/${owner}/${name}`,
});

describe('what is typed for a model', () => {
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
  ])('is read: %s', (text, model) => {
    expect(readModel(text, 'http://127.0.0.1:4321/')).toEqual(model);
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
    expect(readModel(text, undefined)).toBeUndefined();
  });

  it('may be a repo as well where it is a catalog id', () => {
    expect(asRepo({ source: 'catalog', id: 'qwen/qwen3-8b-gguf' })).toEqual(repo('qwen', 'qwen3-8b-gguf'));
    expect(asRepo(readModel('Qwen/Qwen3-8B-GGUF')!)).toBeUndefined();
  });
});

describe('what is typed for a model that is installed', () => {
  it.each([
    ['tiny', 'tiny'],
    [' tiny@q8_0 ', 'tiny@q8_0'],
    ['me/tiny-GGUF', 'me/tiny-GGUF'],
    ['me/tiny-gguf@Q8_0', 'me/tiny-gguf@Q8_0'],
    ['https://huggingface.co/me/tiny-GGUF', 'me/tiny-GGUF'],
    ['https://huggingface.co/me/tiny-GGUF@Q8_0', 'me/tiny-GGUF@Q8_0'],
    ['http://127.0.0.1:4321/me/tiny-GGUF', 'me/tiny-GGUF'],
    ['/models/me@home/tiny/tiny.gguf', '/models/me@home/tiny/tiny.gguf'],
  ])('is read: %s', (text, name) => {
    expect(readInstalled(text, 'http://127.0.0.1:4321')).toBe(name);
  });
});
