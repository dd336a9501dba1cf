import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { inProject, root } from '../set-up/project.mjs';

const folder = 'node_modules/.cache/modeldock/portable';

/**
 * Bundles the portable entry as a page's bundler does, and writes one file with what a page loads at first, and one
 * with what it loads on demand. Returns their paths.
 */
export async function bundlePortable() {
  await rm(inProject(folder), { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [inProject('dist/index.js')],
    outdir: inProject(folder),
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    external: ['msw'],
    metafile: true,
  });
  const atFirst = new Set([`${folder}/index.js`]);
  // A set grows while it is walked: this follows the static imports to their end.
  for (const file of atFirst) {
    for (const { path, kind } of metafile.outputs[file].imports) if (kind === 'import-statement') atFirst.add(path);
  }
  const later = Object.keys(metafile.outputs).filter((file) => !atFirst.has(file));
  return { atFirst: await concatenate([...atFirst], 'at-first.js'), later: await concatenate(later, 'later.js') };
}

async function concatenate(files, name) {
  const texts = await Promise.all(files.map((file) => readFile(inProject(file), 'utf8')));
  const path = join(inProject(folder), name);
  await mkdir(inProject(folder), { recursive: true });
  await writeFile(path, texts.join('\n'));
  return path;
}
