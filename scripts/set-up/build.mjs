import { existsSync, rmSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { filesIn, fingerprint, readStamp, writeStamp } from './fingerprint.mjs';
import { inProject, root, say, SetUpError } from './project.mjs';
import { runNode } from './run.mjs';

const STAMP = inProject('dist/.built');
const OPENAPI_SCRIPT = 'scripts/build-openapi.mjs';
const BUNDLE_SCRIPT = 'scripts/bundle-command.mjs';
/** Written by scripts, not by the compiler. */
const BUNDLE = 'dist/bin';
const SCHEMAS_SCRIPT = 'scripts/build-schemas.mjs';

/** All inputs of the build. */
const INGREDIENTS = [
  'src',
  'openapi',
  'json-schemas',
  'tsconfig.json',
  'tsconfig.base.json',
  'tsconfig.portable.json',
  'tsconfig.node.json',
  'package.json',
  'package-lock.json',
  OPENAPI_SCRIPT,
  BUNDLE_SCRIPT,
  'scripts/release',
  SCHEMAS_SCRIPT,
];

/** The compiler would not rebuild what another version of this file has built, or removed. */
const BUILDER = ['scripts/set-up/build.mjs'];

/** Whether dist is up to date with the sources. */
export function isBuilt() {
  return builtFrom() === fingerprint(INGREDIENTS);
}

/** Compiles into dist and writes the OpenAPI documents and the JSON Schemas. */
export async function build() {
  say('Building …');
  // The results of a failed build are not reliable, nor is a folder from which files were removed.
  const trusted = builtFrom() !== undefined;
  const ingredients = fingerprint(INGREDIENTS);
  rmSync(STAMP, { force: true });
  await step('compile', 'node_modules/typescript/bin/tsc', ['-b', 'tsconfig.json', ...(trusted ? [] : ['--force'])]);
  removeOrphans();
  if (existsSync(inProject(OPENAPI_SCRIPT))) await step('write the OpenAPI documents', OPENAPI_SCRIPT, []);
  if (existsSync(inProject(BUNDLE_SCRIPT))) await step('bundle the command', BUNDLE_SCRIPT, []);
  if (existsSync(inProject(SCHEMAS_SCRIPT))) await step('write the JSON Schemas', SCHEMAS_SCRIPT, []);
  const files = filesIn(inProject('dist')).map((file) => relative(root, file));
  writeStamp(
    STAMP,
    JSON.stringify({ builder: fingerprint(BUILDER), ingredients, files: files.filter((file) => !isHidden(file)) }),
  );
}

/** The inputs of a build that is complete and still exists. */
function builtFrom() {
  const stamp = readStamp(STAMP);
  if (stamp === undefined) return undefined;
  const { builder, ingredients, files } = JSON.parse(stamp);
  if (builder !== fingerprint(BUILDER)) return undefined;
  return files.every((file) => existsSync(inProject(file))) ? ingredients : undefined;
}

async function step(what, file, args) {
  const { code } = await runNode(inProject(file), args, { stdio: ['ignore', 2, 2] });
  if (code !== 0) {
    throw new SetUpError(`Cannot ${what}: ${file} ended with code ${code}; its own message is above.`);
  }
}

/** Removes the output of deleted sources; the compiler leaves it, and the package would contain it. */
function removeOrphans() {
  const sources = new Set(filesIn(inProject('src')));
  const bundled = filesIn(inProject(BUNDLE));
  for (const file of filesIn(inProject('dist')).filter((each) => !bundled.includes(each))) {
    const stem = inProject(
      relative(root, file)
        .replace(/^dist/, 'src')
        .replace(/(\.d\.ts|\.js)$/, ''),
    );
    // A worker's file is written in JavaScript, so that it also starts from the sources.
    if (/\.(js|ts)$/.test(file) && !sources.has(`${stem}.ts`) && !sources.has(`${stem}.js`)) rmSync(file);
  }
}

function isHidden(file) {
  return basename(file).startsWith('.');
}
