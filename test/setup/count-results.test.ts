import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watch } from './checkout.js';

const script = fileURLToPath(new URL('../../scripts/count-results.mjs', import.meta.url));

const passing = { name: '/a.test.ts', status: 'passed', assertionResults: [test('passed'), test('passed')] };
const skipping = {
  name: '/b.test.ts',
  status: 'passed',
  assertionResults: [test('skipped'), test('pending'), test('todo')],
};
const failing = { name: '/c.test.ts', status: 'failed', assertionResults: [test('failed'), test('passed')] };
const unloadable = { name: '/d.test.ts', status: 'failed', assertionResults: [] };

describe('the verdict of .ci/run', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modeldock-verdict-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    { of: 'all well', results: [passing, skipping], verdict: '2 passed, 0 failed, 3 skipped', code: 0 },
    { of: 'a failed test', results: [passing, failing], tests: 1, verdict: '3 passed, 1 failed, 0 skipped', code: 1 },
    {
      of: 'a file that cannot be loaded',
      results: [passing, unloadable],
      tests: 1,
      verdict: '2 passed, 1 failed, 0 skipped',
      code: 1,
    },
    { of: 'a failed check', results: [passing], check: 1, verdict: '2 passed, 1 failed, 0 skipped', code: 1 },
    {
      of: 'a failed check and a failed test',
      results: [failing],
      check: 1,
      tests: 1,
      verdict: '1 passed, 2 failed, 0 skipped',
      code: 1,
    },
    {
      of: 'a crash after the last test',
      results: [passing],
      tests: 1,
      verdict: '2 passed, 1 failed, 0 skipped',
      code: 1,
    },
    { of: 'no tests', results: [], verdict: '0 passed, 1 failed, 0 skipped', code: 1 },
    { of: 'only skipped tests', results: [skipping], verdict: '0 passed, 1 failed, 3 skipped', code: 1 },
    { of: 'no report', results: undefined, tests: 134, verdict: '0 passed, 1 failed, 0 skipped', code: 1 },
  ])('over $of is “$verdict”', async ({ results, check = 0, tests = 0, verdict, code }) => {
    const report = join(folder, 'report.json');
    if (results) await writeFile(report, JSON.stringify({ testResults: results }));
    const counting = watch(spawn(process.execPath, [script, report, String(check), String(tests)]));
    expect(await counting.ended).toBe(code);
    expect(counting.output()).toBe(`${verdict}\n`);
  });

  it('counts half a report as a crash', async () => {
    const report = join(folder, 'report.json');
    await writeFile(report, '{"testResults":[');
    const counting = watch(spawn(process.execPath, [script, report, '0', '0']));
    expect(await counting.ended).toBe(1);
    expect(counting.output()).toBe('0 passed, 1 failed, 0 skipped\n');
  });
});

function test(status: string): { fullName: string; status: string } {
  return { fullName: `is ${status}`, status };
}
