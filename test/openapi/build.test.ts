import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createOpenApiDocument } from '../../src/contract/openapi.js';
import { profileNames } from '../../src/contract/profiles.js';

it('the build writes the document of every profile, with the version of the package', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modeldock-openapi-'));
  try {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    await promisify(execFile)(process.execPath, [join(root, 'scripts/build-openapi.mjs'), folder]);
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };

    expect((await readdir(folder)).sort()).toEqual(profileNames.map((profile) => `${profile}.json`).sort());
    for (const profile of profileNames) {
      const written = await readFile(join(folder, `${profile}.json`), 'utf8');
      expect(written).toBe(`${JSON.stringify(createOpenApiDocument(profile, version), null, 2)}\n`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}, 30_000);
