import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { inProject, root, SetUpError } from '../set-up/project.mjs';
import { runNpm } from '../set-up/run.mjs';
import { reachableFrom } from './modules.mjs';

/** Fields that only this repository needs: npm warns users about scripts, and the rest is of use only here. */
const NOT_PUBLISHED = ['scripts', 'devDependencies', 'scarfSettings', 'files'];

/**
 * Puts the package as it is published into a folder: without what only this repository needs, and without the unbundled
 * modules of the command, whose packages are in its bundle.
 *
 * @param {string} folder it is replaced
 */
export async function stage(folder) {
  const manifest = JSON.parse(await readFile(inProject('package.json'), 'utf8'));
  const unbundled = await modulesOfCommandOnly(manifest);
  const files = (await packedFiles()).filter((file) => !unbundled.has(file));
  await rm(folder, { recursive: true, force: true });
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(inProject(file), join(folder, file));
  }
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(publishedManifest(manifest), undefined, 2)}\n`);
  for (const file of Object.values(manifest.bin ?? {})) await chmod(join(folder, file), 0o755);
}

function publishedManifest(manifest) {
  const published = Object.fromEntries(Object.entries(manifest).filter(([key]) => !NOT_PUBLISHED.includes(key)));
  if (manifest.publishConfig !== undefined) published.publishConfig = { access: manifest.publishConfig.access };
  return published;
}

/** The paths, below the repository, of the files that npm would pack. */
async function packedFiles() {
  const { code, output } = await runNpm(['pack', '--dry-run', '--json', '--loglevel=error', '--ignore-scripts'], {
    capture: true,
  });
  if (code !== 0)
    throw new SetUpError(`Cannot list the files of the package: npm pack ended with code ${code}:\n${output}`);
  const packages = JSON.parse(output.slice(output.search(/^[[{]/m)));
  const [{ files }] = Array.isArray(packages) ? packages : Object.values(packages);
  return files.map(({ path }) => path);
}

async function modulesOfCommandOnly({ exports = {}, bin = {} }) {
  const targets = Object.values(exports).map((target) => (typeof target === 'string' ? target : target.default));
  const entries = targets.filter((target) => target.endsWith('.js')).map(inProject);
  const declared = entries.map((entry) => entry.replace(/\.js$/, '.d.ts'));
  const commands = ['dist/server/cli.js', 'dist/server/cli.d.ts'].map(inProject);
  if (Object.values(bin).every((file) => inProject(file) === commands[0])) return new Set();
  const ofLibrary = new Set(await reachableFrom([...entries, ...declared, ...(await workersOf(commands))]));
  const modules = await reachableFrom(commands);
  // Only declarations import modules that hold nothing but types.
  const declarations = await reachableFrom(modules.map((file) => file.replace(/\.js$/, '.d.ts')));
  const ofCommand = [...modules, ...declarations, ...declarations.map((file) => file.replace(/\.d\.ts$/, '.js'))];
  const typesOfLibrary = [...ofLibrary].map((file) => file.replace(/\.d\.ts$/, '.js'));
  const kept = new Set([...ofLibrary, ...typesOfLibrary]);
  return new Set(ofCommand.filter((file) => !kept.has(file)).map((file) => relative(root, file).split(sep).join('/')));
}

/** The bundle starts workers from their unbundled modules. */
async function workersOf(commands) {
  return (await reachableFrom(commands)).filter((file) => /-worker\.js$/.test(file));
}
