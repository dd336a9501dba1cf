import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inProject, root } from './set-up/project.mjs';

/** Imports a TypeScript file that the compiler does not write to dist, with all its imports from this project. */
export async function loadSource(file) {
  const outfile = inProject(`node_modules/.cache/modeldock/${basename(file, '.ts')}-${process.pid}.mjs`);
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
