import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { resolve, dirname } from 'node:path';

/**
 * Finds the files of dist that some of them load, themselves included: modules they import, workers they start and the
 * types their declarations name. The compiler's own output has one spelling for each of these.
 *
 * @param {readonly string[]} entries absolute paths
 * @returns {Promise<string[]>}
 */
export async function reachableFrom(entries) {
  const found = new Set(entries);
  // A set grows while it is walked.
  for (const file of found) {
    if (!/\.[jt]s$/.test(file)) continue;
    const text = await readFile(file, 'utf8');
    const imported = [
      ...text.matchAll(/^(?:import|export)\b[^'"]*?(?:\bfrom )?['"](\.{1,2}\/[^'"]+)['"]/gm),
      ...text.matchAll(/\bimport\(['"](\.{1,2}\/[^'"]+)['"]\)/g),
      ...text.matchAll(/new URL\(['"](\.{1,2}\/[^'"]+\.js)['"], import\.meta\.url\)/g),
    ].map(([, path]) => resolve(dirname(file), path));
    for (const path of imported) {
      const declarations = path.replace(/\.js$/, '.d.ts');
      if (!file.endsWith('.d.ts')) found.add(path);
      else if (existsSync(declarations)) found.add(declarations);
    }
  }
  return [...found];
}
