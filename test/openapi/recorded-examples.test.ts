import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { recordControlExamples } from './record-control-examples.js';
import { recordLmStudioExamples } from './record-lm-studio-examples.js';

const documents: [name: string, record: () => Promise<unknown>][] = [
  ['control', recordControlExamples],
  ['lm-studio', recordLmStudioExamples],
];

it.each(documents)(
  'the examples of %s are what the walk answers today; node scripts/record-openapi-examples.mjs records them anew',
  async (name, record) => {
    const file = new URL(`../../openapi/${name}/examples.json`, import.meta.url);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(await record());
  },
);

it.each(documents)('two walks through %s record the same', async (_name, record) => {
  expect(JSON.stringify(await record())).toBe(JSON.stringify(await record()));
});
