// Writes the OpenAPI documents, one per profile and the control API's: `node scripts/build-openapi.mjs [folder]`.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inProject, root } from './set-up/project.mjs';

const folder = resolve(process.argv[2] ?? inProject('dist/openapi'));
const { version } = JSON.parse(await readFile(inProject('package.json'), 'utf8'));
const { createDocuments } = await load('openapi/index.ts');

await mkdir(folder, { recursive: true });
for (const [name, document] of Object.entries(createDocuments(version))) {
  await writeFile(`${folder}/${name}.json`, `${JSON.stringify(document, null, 2)}\n`);
}

/** Imports a TypeScript file that lies beside `src`, which the compiler does not write to dist. */
async function load(file) {
  const outfile = inProject(`node_modules/.cache/modeldock/build-openapi-${process.pid}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [inProject(file)],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
  });
  return import(pathToFileURL(outfile).href).finally(() => rm(outfile));
}
