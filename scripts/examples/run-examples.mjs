import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '../browser.mjs';
import { pack } from '../check/pack.mjs';
import { inProject, SetUpError } from '../set-up/project.mjs';
import { runNpm } from '../set-up/run.mjs';

/** Runs the examples of these names, or all, from the packed package; answers with the names of those that failed. */
export async function runExamples(names) {
  const all = readdirSync(inProject('examples')).filter((name) => existsSync(manifestOf(name)));
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new SetUpError(`Cannot run ${unknown.join(', ')}: expected ${all.join(', ')}.`);
  const folder = mkdtempSync(join(tmpdir(), 'modeldock-examples-'));
  try {
    const tarball = await pack(folder);
    const failed = [];
    for (const name of names.length > 0 ? names : all) {
      console.log(`\n— ${name} —`);
      if (!(await runExample(name, join(folder, name), tarball))) failed.push(name);
    }
    console.log(failed.length === 0 ? '\nAll examples are ok.' : `\nFailed: ${failed.join(', ')}.`);
    return failed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In a copy, so that nothing of the repository is found by accident. */
async function runExample(name, folder, tarball) {
  cpSync(inProject(`examples/${name}`), folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  const manifest = JSON.parse(readFileSync(manifestOf(name), 'utf8'));
  manifest.devDependencies.modeldock = `file:${tarball}`;
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const chromium = findChromium();
  const options = { cwd: folder, env: { ...(chromium !== undefined && { CHROMIUM: chromium }) } };
  const quietly = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  const installed = await runNpm(['install', ...quietly], options);
  if (installed.code !== 0) return false;
  return (await runNpm(['run', 'check'], options)).code === 0;
}

function manifestOf(name) {
  return inProject(`examples/${name}/package.json`);
}
