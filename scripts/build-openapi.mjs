// Writes the OpenAPI documents, one per profile and the control API's: `node scripts/build-openapi.mjs [folder]`, after tsc.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createOpenApiDocument } from '../dist/contract/openapi.js';
import { profileNames } from '../dist/contract/profiles.js';
import { createControlOpenApiDocument } from '../dist/control/openapi/document.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(process.argv[2] ?? `${root}/dist/openapi`);
const { version } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));

await mkdir(folder, { recursive: true });
const documents = {
  ...Object.fromEntries(profileNames.map((profile) => [profile, createOpenApiDocument(profile, version)])),
  control: createControlOpenApiDocument(version),
};
for (const [name, document] of Object.entries(documents)) {
  await writeFile(`${folder}/${name}.json`, `${JSON.stringify(document, null, 2)}\n`);
}
