import { writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../until.js';
import { run, start } from './command.js';
import { parse } from './command-line.js';

/** Runs a program in Node, written as its source, beside a server: what it prints is what the test reads. */
const execute = (flags: readonly string[], program: string) =>
  run(['exec', ...flags, '--', process.execPath, '--input-type=module', '--eval', program]);

const DOWNLOAD = `
  const answer = await fetch(process.env.MODELDOCK_URL + '/api/v1/models/download', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'simulate/steady' }),
  });
  console.log((await answer.json()).job_id);`;
const UNKNOWN_ROUTE = "await fetch(process.env.MODELDOCK_URL + '/api/v2/models');";

describe('modeldock exec', () => {
  it('runs a program beside a server, and leaves standard output to it', async () => {
    const { code, stdout, stderr } = await execute([], DOWNLOAD);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^job_\w+\n$/);
  });

  it('hands on the exit code, and reports calls, findings and a replay token of a run that failed', async () => {
    const { code, stderr } = await execute([], `${DOWNLOAD} ${UNKNOWN_ROUTE} process.exit(7);`);
    expect(code).toBe(7);
    expect(stderr).toContain('ended with 7.\n');
    expect(stderr).toMatch(/POST \/api\/v1\/models\/download .*simulate\/steady.* → 200/);
    expect(stderr).toContain('unknown-route');
    const [, token] = /--replay (mdk1\.\S+)/.exec(stderr)!;
    const replayed = await run(['exec', '--replay', token!, '--', ...node(JOBS)]);
    expect(JSON.parse(replayed.stdout)).toMatchObject([{ model: 'simulate/steady' }]);
  });

  it('reports each session that a failed run used', async () => {
    const inSession = (name: string) => `await fetch(process.env.MODELDOCK_URL + '/s/${name}/api/v1/models');`;
    const { stderr } = await execute([], `${inSession('one')} ${inSession('two')} process.exit(1);`);
    expect(stderr).toContain('Session one:');
    expect(stderr).toContain('Session two:');
    expect(stderr).not.toContain('Session default:');
  });

  it('says so when a failed run sent no call', async () => {
    expect((await execute([], 'process.exit(1)')).stderr).toContain('It sent no call: is its address read from');
  });

  it('sets variables of the client, to the URL or to a template', async () => {
    const flags = ['--as', 'LM_URL', '--as', 'OPENAI_BASE_URL={url}/v1', '--as', 'LM_AT={host}:{port}'];
    const names = ['MODELDOCK_URL', 'LM_URL', 'OPENAI_BASE_URL', 'LM_AT'];
    const { stdout } = await execute(flags, `console.log(${names.map((name) => `process.env.${name}`).join()})`);
    const [url, ...others] = stdout.trim().split(' ');
    expect(others).toEqual([url, `${url}/v1`, new URL(url!).host]);
  });

  it.each(['1X', 'X={prot}', ''])('refuses --as %j', async (value) => {
    const { code, stderr } = await parse(['exec', '--as', value, '--', 'true']);
    expect(code).toBe(1);
    expect(stderr).toContain('Cannot use --as: expected');
  });

  it('leaves flags behind the program to the program, without -- too', async () => {
    const { code, stdout } = await run(['exec', '--speed', '60', process.execPath, '--version']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${process.version}\n` });
  });

  it('takes the flags of the server, and refuses those of the other engine', async () => {
    const token = "(await fetch(process.env.MODELDOCK_URL + '/api/v1/models')).status";
    expect((await execute(['--require-token', 'sesame'], `console.log(${token})`)).stdout).toBe('401\n');
    expect((await parse(['exec', '--bandwidth', '1M', '--', 'true'])).stderr).toContain('--engine real only');
  });

  it('ends with 127 and one sentence for a program that does not exist', async () => {
    const { code, stdout, stderr } = await run(['exec', '--', 'no-such-program-anywhere']);
    expect({ code, stdout }).toEqual({ code: 127, stdout: '' });
    expect(stderr).toMatch(/^modeldock: Cannot run no-such-program-anywhere: expected a program on the PATH.*\n$/);
  });

  it('ends with 126 and one sentence for a file that may not be executed', async ({ skip }) => {
    skip(process.platform === 'win32', 'there are no permissions to execute');
    const file = join(tmpdir(), `modeldock-not-executable-${process.pid}`);
    await writeFile(file, '#!/bin/sh\n', { mode: 0o600 });
    const { code, stderr } = await run(['exec', '--', file]);
    expect(code).toBe(126);
    expect(stderr).toMatch(/^modeldock: Cannot run .*: expected a program, found a file that may not be executed.*\n$/);
  });

  it.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
    'forwards %s to the program, and ends as it does, without a server that is left behind',
    async (signal) => {
      const program = `process.on('${signal}', () => { console.log('heard'); process.exit(3); });
        console.log(process.env.MODELDOCK_URL);
        setInterval(() => {}, 1000);`;
      const started = start(['exec', '--', ...node(program)]);
      await until(() => started.stdout().includes('\n'));
      started.signal(signal);
      expect(await started.ended).toBe(3);
      const [url, heard] = started.stdout().split('\n');
      expect(heard).toBe('heard');
      await expect(fetch(url!)).rejects.toThrow('fetch failed');
    },
  );

  it.skipIf(process.platform === 'win32')('ends with 128 + n where signal n ended the program', async () => {
    const { code } = await execute([], "process.kill(process.pid, 'SIGKILL')");
    expect(code).toBe(128 + constants.signals.SIGKILL);
  });
});

describe('findings of a run that passes', () => {
  it('fail it with --findings fail', async () => {
    const { code, stderr } = await execute(['--findings', 'fail'], UNKNOWN_ROUTE);
    expect(code).toBe(1);
    expect(stderr).toMatch(/passed, and --findings fail makes that fail\.\n\nSession default:.*\n\n1 finding\./s);
    expect(stderr).toContain('--replay mdk1.');
  });

  it('are printed by default, and pass', async () => {
    const { code, stderr } = await execute([], UNKNOWN_ROUTE);
    expect(code).toBe(0);
    expect(stderr).toContain('passed, with findings.');
  });

  it('are not mentioned with --findings ignore', async () => {
    const { code, stderr } = await execute(['--findings', 'ignore', '--log-level', 'silent'], UNKNOWN_ROUTE);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('--each-profile', () => {
  it('runs the program under each profile, sums up, and fails where one run did', async () => {
    const program = "process.exit((await fetch(process.env.MODELDOCK_URL + '/no-such-route')).status === 404 ? 5 : 0)";
    const { code, stderr } = await execute(
      ['--each-profile', '--findings', 'ignore', '--log-level', 'silent'],
      program,
    );
    expect(code).toBe(5);
    expect(stderr.slice(stderr.indexOf('under each profile')).split('\n').slice(1, 4)).toEqual([
      '  documented    passed (1 call, no findings)',
      '  lmstudio-0.4  passed (1 call, no findings)',
      '  strict        failed with 5 (1 call, no findings)',
    ]);
  });

  it('does not go with a profile, nor with a replay token, which has one', async () => {
    const { code, stderr } = await parse(['exec', '--each-profile', '--profile', 'strict', '--', 'true']);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot be used with');
  });
});

const JOBS = "console.log(await (await fetch(process.env.MODELDOCK_URL + '/__modeldock/jobs')).text())";

function node(program: string): string[] {
  return [process.execPath, '--input-type=module', '--eval', program];
}
