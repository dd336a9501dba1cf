import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkWorkflows } from '../../scripts/check/workflows.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modeldock-workflows-'));
  await cp(fileURLToPath(new URL('../../.github/workflows', import.meta.url)), folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

describe('the check of the workflows', () => {
  it('passes those of this repository', async () => {
    expect(await checkWorkflows(folder)).toEqual({ code: 0, output: '' });
  });

  it.each([
    ['broken YAML', 'runs-on: ubuntu-latest', 'runs-on: [ubuntu-latest', 'could not parse'],
    ['an unknown key', 'timeout-minutes: 45', 'timeout-minuets: 45', 'unexpected key "timeout-minuets"'],
    ['an unknown runner', 'runs-on: ubuntu-latest', 'runs-on: ubuntu-leatest', 'label "ubuntu-leatest" is unknown'],
    ['a value that the matrix does not have', 'matrix.node', 'matrix.nodes', 'property "nodes" is not defined'],
    ['a job that is not there', 'needs: [check,', 'needs: [checks,', 'needs job "checks" which does not exist'],
    [
      'an unknown permission',
      'contents: read',
      'contents: raed',
      '"raed" is invalid for permission of scope "contents"',
    ],
    ['an action by tag', /checkout@.*/, 'checkout@v4', 'uses actions/checkout@v4: expected the full commit'],
    ['a script that is not there', 'npm run check', 'npm run chekc', 'runs npm run chekc, which package.json'],
    ['a job without a time limit', '    timeout-minutes: 5\n', '', 'has no timeout-minutes in job "ci"'],
    ['no permissions', 'permissions:\n  contents: read\n', '', 'has no permissions'],
    ['a secret', 'run: npm ci', 'run: echo ${{ secrets.NPM_TOKEN }}', 'reads the secret NPM_TOKEN'],
  ])('fails on %s', async (_, correct, broken, message) => {
    const file = join(folder, 'ci.yml');
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(correct);
    await writeFile(file, text.replace(correct, broken));

    const { code, output } = await checkWorkflows(folder);

    expect(code).toBe(1);
    expect(output).toContain(message);
  });

  it('fails where there are none', async () => {
    await rm(folder, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), 'modeldock-workflows-'));

    expect(await checkWorkflows(folder)).toMatchObject({ code: 1 });
  });
});
