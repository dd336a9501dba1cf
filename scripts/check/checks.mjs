import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkListings } from '../api/listings.mjs';
import { inProject } from '../set-up/project.mjs';
import { runNode } from '../set-up/run.mjs';
import { bundlePortable } from './bundle-portable.mjs';
import { pack } from './pack.mjs';
import { checkWorkflows } from './workflows.mjs';

/** The checks, in this order: the longest first. Each returns an exit code and the output to print if that is not 0. */
const checks = [
  ['types and lint', () => runNode(inProject('scripts/check/types-and-lint.mjs'), [], { capture: true })],
  ['format', () => tool('prettier/bin/prettier.cjs', '--check', '.')],
  ['workflows', () => checkWorkflows()],
  ['unused files, exports and dependencies', () => tool('knip/bin/knip.js')],
  ['public surface', () => checkListings()],
  [
    'package',
    async (folder) => {
      const tarball = await pack(folder);
      const published = await tool('publint/src/cli.js', tarball, '--strict');
      const types = await tool('@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'esm-only', '--no-emoji');
      return { code: published.code || types.code, output: published.output + types.output };
    },
  ],
  ['size of the portable entry', () => bundlePortable().then(() => tool('size-limit/bin.js'))],
];

/** Runs the checks, two at a time, and prints how each ended; returns whether all passed. */
export async function runChecks() {
  const folder = mkdtempSync(join(tmpdir(), 'modeldock-check-'));
  try {
    const failed = [];
    const waiting = [...checks];
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [name, check] = next;
        if (!(await isOk(name, () => check(folder)))) failed.push(name);
      }
    };
    await Promise.all([work(), work()]);
    console.log(failed.length === 0 ? `All ${checks.length} checks are ok.` : `Failed: ${failed.join('; ')}.`);
    return failed.length === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function isOk(name, check) {
  const startedAt = Date.now();
  const { code, output } = await check();
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(code === 0 ? `ok      ${name} (${seconds} s)` : `FAILED  ${name} (${seconds} s)\n${output.trimEnd()}\n`);
  return code === 0;
}

function tool(file, ...args) {
  return runNode(inProject(`node_modules/${file}`), args, { capture: true });
}
