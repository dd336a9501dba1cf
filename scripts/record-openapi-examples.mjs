// Records the examples of the control API's OpenAPI document: `node scripts/record-openapi-examples.mjs`.
import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { loadSource } from './load-source.mjs';
import { inProject } from './set-up/project.mjs';

const file = inProject('openapi/examples.json');
const { recordExamples } = await loadSource('test/openapi/record-examples.ts');
const text = JSON.stringify(await recordExamples());
await writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
