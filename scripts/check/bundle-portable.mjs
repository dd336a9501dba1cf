import { build } from 'esbuild';
import { inProject, root } from '../set-up/project.mjs';

/** Bundles the portable entry as a page would, for size-limit to weigh. */
export async function bundlePortable() {
  await build({
    absWorkingDir: root,
    entryPoints: [inProject('dist/index.js')],
    outfile: inProject('node_modules/.cache/modeldock/portable.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    external: ['msw'],
  });
}
