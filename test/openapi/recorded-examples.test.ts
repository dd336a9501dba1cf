import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { recordExamples } from './record-examples.js';

const file = new URL('../../openapi/examples.json', import.meta.url);

it('the recorded examples are what the walk answers today; node scripts/record-openapi-examples.mjs records them anew', async () => {
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(await recordExamples());
});

it('two walks record the same', async () => {
  expect(JSON.stringify(await recordExamples())).toBe(JSON.stringify(await recordExamples()));
});
