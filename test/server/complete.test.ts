import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from './command.js';

const suggest = async (...words: string[]): Promise<string[]> => {
  const { code, stdout, stderr } = await run(['complete', '--', ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(':'))
    .map((line) => line.split('\t')[0]!);
};

describe('modeldock complete', () => {
  it.each(['bash', 'zsh', 'fish', 'powershell'])('prints a script for %s, which that shell can read', async (shell) => {
    const { code, stdout, stderr } = await run(['complete', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('modeldock');
    // pwsh reads no script without running it.
    if (shell === 'powershell') return;
    const file = join(await mkdtemp(join(tmpdir(), 'modeldock-completion-')), 'script');
    onTestFinished(() => rm(dirname(file), { recursive: true }));
    await writeFile(file, stdout);
    const { error, status } = spawnSync(shell, ['-n', file]);
    if (error === undefined) expect(status).toBe(0);
  });

  it('suggests commands, flags, and the values of a flag', async () => {
    expect(await suggest('ex')).toEqual(['exec']);
    expect(await suggest('exec', '--findi')).toEqual(['--findings']);
    expect(await suggest('serve', '--profile', '')).toEqual(expect.arrayContaining(['documented', 'strict']));
    expect(await suggest('serve', '--scenario', 'fl')).toEqual(['flaky']);
  });

  it('suggests the flags of serve without its name', async () => {
    expect(await suggest('--spe')).toEqual(['--speed']);
  });

  it('names the shells to a caller who asks for another', async () => {
    const { code, stdout, stderr } = await run(['complete', 'tcsh']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('zsh, bash, fish, powershell');
  });
});
