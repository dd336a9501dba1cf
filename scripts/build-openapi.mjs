// Writes one OpenAPI document per profile: `node scripts/build-openapi.mjs [folder]`, after tsc.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createOpenApiDocument } from '../dist/contract/openapi.js';
import { profileNames } from '../dist/contract/profiles.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(process.argv[2] ?? `${root}/dist/openapi`);
const { version } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));

await mkdir(folder, { recursive: true });
for (const profile of profileNames) {
  const document = createOpenApiDocument(profile, version);
  await writeFile(`${folder}/${profile}.json`, `${JSON.stringify(document, null, 2)}\n`);
}
