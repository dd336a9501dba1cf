// What a page loads: the portable entry as a bundler makes it, gzipped, without msw.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root, row } from './processes.mjs';

const { outputFiles } = await build({
  entryPoints: [`${root}dist/index.js`],
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  external: ['msw'],
  write: false,
});
console.log('\nPortable entry');
row('minified and gzipped', `${(gzipSync(outputFiles[0].contents).length / 1000).toFixed(1)} kB`, '<= 20 kB');
