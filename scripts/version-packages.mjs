import { readFileSync, writeFileSync } from 'node:fs';
import { requireNode } from './set-up/node-version.mjs';

// npm run version-packages: applies the changesets to the version. Run by the release workflow; see docs/releasing.md.

requireNode();
import('./set-up.mjs').then(({ setUp, fail }) => setUp().then(versionPackages).catch(fail));

async function versionPackages() {
  const { foldUnreleased } = await import('./release/changelog.mjs');
  const { inProject, SetUpError } = await import('./set-up/project.mjs');
  const { runNode, runNpm } = await import('./set-up/run.mjs');
  const readVersion = () => JSON.parse(readFileSync(inProject('package.json'), 'utf8')).version;
  const rewrite = (file, change) => writeFileSync(inProject(file), change(readFileSync(inProject(file), 'utf8')));
  const step = async (what, running) => {
    const { code } = await running;
    if (code !== 0) throw new SetUpError(`Cannot create the next version: ${what} ended with code ${code}.`);
  };

  const before = readVersion();
  await step('changeset version', runNode(inProject('node_modules/@changesets/cli/bin.js'), ['version']));
  const version = readVersion();
  if (version === before) return;
  rewrite('CHANGELOG.md', (text) => foldUnreleased(text, version));
  rewrite('README.md', (text) => text.replaceAll(`modeldock-${before}.tgz`, `modeldock-${version}.tgz`));
  await step('npm install --package-lock-only', runNpm(['install', '--package-lock-only', '--loglevel=error']));
  const prettier = inProject('node_modules/prettier/bin/prettier.cjs');
  await step('prettier', runNode(prettier, ['--write', '--log-level=warn', 'CHANGELOG.md', 'package.json']));
}
