// Measures what a page loads: the portable entry in a bundle, gzipped, without msw.
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { bundlePortable } from '../scripts/check/bundle-portable.mjs';
import { judgedRow, row } from './report.mjs';

const { atFirst, later } = await bundlePortable();
const kilobytes = async (path) => gzipSync(await readFile(path)).length / 1000;

console.log('\nPortable entry, minified and gzipped');
judgedRow('a page loads at first', await kilobytes(atFirst), { atMost: 46, unit: ' kB', digits: 1 });
row('a page loads when it needs more', `${(await kilobytes(later)).toFixed(1)} kB`);
