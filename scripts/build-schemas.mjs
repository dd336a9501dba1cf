// Writes the JSON Schemas of the files that people write: `node scripts/build-schemas.mjs [folder]`.
import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadSource } from './load-source.mjs';
import { inProject } from './set-up/project.mjs';

const folder = resolve(process.argv[2] ?? inProject('dist/schemas'));
const { createSchemas } = await loadSource('json-schemas/index.ts');

await mkdir(folder, { recursive: true });
for (const [name, schema] of Object.entries(createSchemas())) {
  await writeFile(`${folder}/${name}.json`, `${JSON.stringify(schema, null, 2)}\n`);
}
