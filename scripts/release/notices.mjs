import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { SetUpError } from '../set-up/project.mjs';

/** Licences whose terms are met by handing on their text. */
const ALLOWED = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause'];

/** The text of a licence that some packages name and do not bring along. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

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
  const { name, version, license, repository } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((each) => /^licen[cs]e(\.|$)/i.test(each));
  if (license === 'MIT' && file === undefined && repository !== undefined) {
    const holder = `Copyright (c) the authors of ${name}, ${repository.url ?? repository}`;
    return `${name} ${version} (MIT)\n\n${holder}\n\n${MIT}`;
  }
  if (!ALLOWED.includes(license) || file === undefined) {
    throw new SetUpError(
      `Cannot bundle ${name} ${version}: expected one of the licences ${ALLOWED.join(', ')} and its text, found ` +
        `${license} in ${folder.split(sep).slice(-2).join('/')}. Make it a dependency, and name it in EXTERNAL.`,
    );
  }
  return `${name} ${version} (${license})\n\n${(await readFile(join(folder, file), 'utf8')).trim()}`;
}
