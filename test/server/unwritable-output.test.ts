import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { plainEnvironment } from '../plain-environment.js';
import { cli, operate } from './command.js';

const FULL = '/dev/full';

type Target = number | 'pipe' | 'ignore';

/** Runs the command with the given outputs. Resolves when it has ended. */
async function runInto(
  args: readonly string[],
  stdout: Target,
  stderr: Target,
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [cli, ...args], {
    env: plainEnvironment(),
    stdio: ['ignore', stdout, stderr],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr: said };
}

function openFull(): number {
  const descriptor = openSync(FULL, 'w');
  onTestFinished(() => closeSync(descriptor));
  return descriptor;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'modeldock-output-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const commands = (folder: string): Record<string, string[]> => ({
  '--help': ['--help'],
  '--version': ['--version'],
  'get --help': ['get', '--help'],
  list: ['list', '--models-dir', folder],
  'list --json': ['list', '--json', '--models-dir', folder],
  hub: ['hub', '--port', '0'],
  serve: ['serve', '--port', '0'],
  'serve --json': ['serve', '--port', '0', '--json'],
  'serve --engine real': ['serve', '--port', '0', '--engine', 'real', '--models-dir', folder],
});

describe.skipIf(!existsSync(FULL))('on a full disk', () => {
  it.each(Object.keys(commands('')))('%s ends with one sentence and code 1', async (name) => {
    const args = commands(await newFolder())[name]!;
    expect(await runInto(args, openFull(), 'pipe')).toEqual({
      code: 1,
      stderr: 'modeldock: Cannot write to standard output: the disk is full (ENOSPC).\n',
    });
    expect((await runInto(args, openFull(), openFull())).code).toBe(1);
  });

  it('wrong use keeps its exit code when its message cannot be written', async () => {
    expect((await runInto(['get'], 'ignore', openFull())).code).toBe(2);
    expect((await runInto(['list', '--nothing'], openFull(), openFull())).code).toBe(2);
  });

  it('a server whose log cannot be written goes on serving', async () => {
    const child = spawn(process.execPath, [cli, '--port', '0', '--json'], {
      env: plainEnvironment(),
      stdio: ['ignore', 'pipe', openFull()],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { url: string };
    // Each of them is a line in the log.
    for (let call = 0; call < 3; call++) await fetch(`${url}/no-such-route`);
    expect((await operate(url, 'GET', '/jobs')).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});

describe('a reader that has left', () => {
  it('ends no command with an error', async () => {
    for (const args of [['--help'], ['list', '--models-dir', await newFolder()]]) {
      const child = spawn(process.execPath, [cli, ...args], {
        env: plainEnvironment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.destroy();
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(said).toBe('');
    }
  });
});
