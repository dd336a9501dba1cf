import { expect, it } from 'vitest';
import { parseModelReference } from '../../src/contract/model-reference.js';

it.each([
  ['https://huggingface.co/ibm/granite', 'ibm', 'granite'],
  ['https://huggingface.co/lmstudio-community/granite-4.0-micro-GGUF/', 'lmstudio-community', 'granite-4.0-micro-GGUF'],
])('the link %s is a reference to a repo on Hugging Face, with the link as it was sent', (url, owner, repo) => {
  expect(parseModelReference(url)).toEqual({ source: 'huggingface', owner, repo, url });
});

it('a catalog id is a reference to a catalog model, in lower case', () => {
  expect(parseModelReference('IBM/Granite-4-Micro')).toEqual({ source: 'catalog', id: 'ibm/granite-4-micro' });
});
