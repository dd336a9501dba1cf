import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { SetUpError } from '../set-up/project.mjs';

/** Licences whose terms are met by handing on their text. */
const ALLOWED = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause'];

/**
 * Writes the notices for packages whose code is in a bundle: each licence asks for its text to come with the code.
 *
 * @param {readonly string[]} modules absolute paths of the bundled files
 * @returns {Promise<string>}
 * @throws SetUpError for a package without a licence that allows it
 */
export async function describeLicences(modules) {
  const folders = new Set(modules.map(folderOfPackage).filter((folder) => folder !== undefined));
  const notices = await Promise.all([...folders].sort().map(describeLicence));
  return ['The command modeldock contains code of the packages below, each under its own licence.', ...notices].join(
    `\n\n${'-'.repeat(80)}\n\n`,
  );
}

function folderOfPackage(path) {
  const [, folder] =
    new RegExp(`^(.*[\\\\/]node_modules[\\\\/](?:@[^\\\\/]+[\\\\/])?[^\\\\/]+)[\\\\/]`).exec(path) ?? [];
  return folder;
}

async function describeLicence(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((each) => /^licen[cs]e(\.|$)/i.test(each));
  if (!ALLOWED.includes(license) || file === undefined) {
    throw new SetUpError(
      `Cannot bundle ${name} ${version}: expected one of the licences ${ALLOWED.join(', ')} and its text, found ` +
        `${license} in ${folder.split(sep).slice(-2).join('/')}. Make it a dependency, and name it in EXTERNAL.`,
    );
  }
  return `${name} ${version} (${license})\n\n${(await readFile(join(folder, file), 'utf8')).trim()}`;
}
