import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createDocuments } from '../../openapi/index.js';

it('the build writes the documents of every profile and of the control API, with the version of the package', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modeldock-openapi-'));
  try {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    await promisify(execFile)(process.execPath, [join(root, 'scripts/build-openapi.mjs'), folder]);
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };

    const documents = Object.entries(createDocuments(version)).map(
      ([name, document]) => [`${name}.json`, document] as const,
    );
    expect((await readdir(folder)).sort()).toEqual(documents.map(([name]) => name).sort());
    for (const [name, document] of documents) {
      expect(await readFile(join(folder, name), 'utf8')).toBe(`${JSON.stringify(document, null, 2)}\n`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
