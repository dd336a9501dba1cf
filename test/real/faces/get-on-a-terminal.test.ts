import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { plainEnvironment } from '../../plain-environment.js';
import { cli } from '../../server/command.js';
import { openSmallHub, type SmallHub } from './small-hub.js';

let small: SmallHub;
beforeAll(async () => {
  small = await openSmallHub();
});
afterAll(() => small.close());

const canScript = process.platform === 'linux' && existsSync('/usr/bin/script');

describe.skipIf(!canScript)('modeldock get on a terminal', () => {
  it.each([
    ['with colours', {}, true],
    ['without, where NO_COLOR says so', { NO_COLOR: '1' }, false],
  ])('draws bars in place, narrower than the window, %s', async (_, more, coloured) => {
    const folder = await small.newFolder();
    const command = `stty cols 70 rows 20; '${process.execPath}' '${cli}' get me/tiny-GGUF --models-dir '${folder}' --bandwidth 4M`;
    const { NO_COLOR: __, FORCE_COLOR: ___, CI: ____, ...plain } = plainEnvironment();
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...plain, ...small.env, TERM: 'xterm-256color', ...more },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
    expect((await once(child, 'close'))[0]).toBe(0);
    const text = shown.replaceAll('\u001b[', '<');
    // A file each, and the total: drawn again over the three lines.
    expect(text).toContain('\r<3A<J');
    for (const name of ['mmproj-tiny-F16.gguf', 'tiny-Q4_K_M.gguf', 'total']) expect(text).toContain(name);
    expect(text).toContain('█');
    expect(text.includes('<32m')).toBe(coloured);
    const lines = text.replaceAll(/<\d*[mAJ]|\r/g, '').split('\n');
    expect(lines.filter((line) => line.length >= 70)).toEqual([]);
    expect(lines.at(-2)).toBe('Downloaded me/tiny-gguf@q4_k_m, 4.0 MB, verified.');
  });
});
