// What a page loads: the portable entry as a bundler makes it, gzipped, without msw.
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { bundlePortable } from '../scripts/check/bundle-portable.mjs';
import { row } from './processes.mjs';

const { atFirst, later } = await bundlePortable();
const kilobytes = async (path) => `${(gzipSync(await readFile(path)).length / 1000).toFixed(1)} kB`;

console.log('\nPortable entry, minified and gzipped');
row('what a page loads at first', await kilobytes(atFirst), '<= 20 kB');
row('what it loads when it is asked for more', await kilobytes(later));
