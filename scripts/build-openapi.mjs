// Writes the OpenAPI documents, one per profile and the control API's: `node scripts/build-openapi.mjs [folder]`.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadSource } from './load-source.mjs';
import { inProject } from './set-up/project.mjs';

const folder = resolve(process.argv[2] ?? inProject('dist/openapi'));
const { version } = JSON.parse(await readFile(inProject('package.json'), 'utf8'));
const { createDocuments } = await loadSource('openapi/index.ts');

await mkdir(folder, { recursive: true });
for (const [name, document] of Object.entries(createDocuments(version))) {
  await writeFile(`${folder}/${name}.json`, `${JSON.stringify(document, null, 2)}\n`);
}
