import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDownloader } from '../../../src/real/open-downloader.js';
import { runGet } from '../../../src/server/downloads/get.js';
import { cli, run } from '../../server/command.js';
import { LARGE, openSmallHub, sha256Of, TINY, type SmallHub } from './small-hub.js';

let small: SmallHub;
beforeAll(async () => {
  small = await openSmallHub();
});
afterAll(() => small.close());

type Ended = Awaited<ReturnType<typeof run>>;

function modeldock(folder: string, args: readonly string[]): Promise<Ended> {
  return run([...args, '--models-dir', folder], { env: small.env });
}

/** The command without a process of its own. */
async function getHere(
  folder: string,
  model: string,
  quantization: string | undefined,
  env: Record<string, string>,
): Promise<Ended> {
  const ended = { stdout: '', stderr: '' };
  const code = await runGet(
    model,
    { modelsDir: [folder], ...(quantization !== undefined && { quantization }) },
    {
      environment: { ...small.env, ...env },
      out: (text) => (ended.stdout += text),
      err: (text) => (ended.stderr += text),
      screen: () => undefined,
      onSignal: () => undefined,
      openDownloader,
    },
  );
  return { code, ...ended };
}

describe('modeldock get', () => {
  it('downloads a model, and says so; the second time it is there', async () => {
    const folder = await small.newFolder();
    const first = await modeldock(folder, ['get', 'me/tiny-GGUF', '--quantization', 'Q8_0']);
    expect(first).toMatchObject({ code: 0, stdout: 'Downloaded me/tiny-gguf@q8_0, 5.0 MB, verified.\n' });
    const file = 'tiny-Q8_0.gguf';
    expect(await sha256Of(join(folder, 'me/tiny-GGUF', file))).toBe(await small.digestOf('me/tiny-GGUF', file));
    expect(await modeldock(folder, ['get', TINY, '--quantization', 'Q8_0'])).toEqual({
      ...{ code: 0, stdout: `${TINY} is already downloaded.\n`, stderr: '' },
    });
  });

  it('writes plain lines without a terminal: one for each tenth, and no control characters', async () => {
    const { code, stderr } = await modeldock(await small.newFolder(), ['get', LARGE, '--bandwidth', '30M']);
    expect(code).toBe(0);
    expect(stderr).not.toContain('\u001b');
    const lines = stderr.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.length).toBeLessThan(20);
    for (const line of lines) expect(line).toMatch(/^me\/large-gguf@q4_k_m {2}\d+ % {2}\d/);
  });

  it('continues to its end when its output is no longer read', async () => {
    const folder = await small.newFolder();
    const child = spawn(process.execPath, [cli, 'get', TINY, '--models-dir', folder], {
      env: { ...process.env, ...small.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
    const file = 'tiny-Q4_K_M.gguf';
    expect(await sha256Of(join(folder, 'me/tiny-GGUF', file))).toBe(await small.digestOf('me/tiny-GGUF', file));
  });

  it('finds a repo by a name that the catalog does not know', async () => {
    expect(await modeldock(await small.newFolder(), ['get', 'me/lower-gguf'])).toMatchObject({ code: 0 });
  });

  it.each([
    ['no such repo', ['me/nothing-GGUF', undefined], {}, 1, 'Cannot find the repo me/nothing-GGUF'],
    ['no such quantization', [TINY, 'Q2_K'], {}, 1, 'Q4_K_M, Q8_0'],
    [
      'no such catalog model',
      ['nobody/nothing', undefined],
      {},
      1,
      'Cannot find nobody/nothing: it is not in the catalog, and there is no repo',
    ],
    ['nor such a repo', ['nobody/nothing', undefined], {}, 1, 'has none of this name; check the spelling; if it is'],
    ['a private repo in lower case', ['me/private-gguf', undefined], {}, 1, 'if it is private, a token is needed'],
    [
      'it without access',
      ['me/private-gguf', undefined],
      { HF_TOKEN: 'hf_reader' },
      1,
      'none of this name for this user',
    ],
    ['no name', ['no good name', undefined], {}, 2, 'a model is a catalog id such as'],
    ['a link to a file', [`${TINY}/blob/main/x.gguf`, undefined], {}, 2, 'it is a file of a repo'],
    [
      'a hub that is no address',
      [TINY, undefined],
      { HF_ENDPOINT: 'hub.example' },
      2,
      'HF_ENDPOINT: expected an http or https URL, found "hub.example"',
    ],
    ['a proxy that is no address', [TINY, undefined], { http_proxy: ':::' }, 2, 'HTTP_PROXY'],
    ['a proxy that nobody can speak to', [TINY, undefined], { https_proxy: 'ftp://hf_made_up@a' }, 2, 'HTTPS_PROXY'],
    ['a gate, without a token', ['me/gated-GGUF', undefined], {}, 77, 'me/gated-GGUF'],
    ['a token that is none', [TINY, undefined], { HF_TOKEN: 'hf_made_up' }, 77, 'token'],
    ['a hub that is not to be asked', [TINY, undefined], { HF_HUB_OFFLINE: '1' }, 69, 'HF_HUB_OFFLINE'],
  ] as const)(
    'is refused for %s, on one line, with a code that programs can branch on',
    async (_, args, env, code, text) => {
      const [model, quantization] = args;
      const ended = await getHere(await small.newFolder(), model, quantization, env);
      expect(ended).toMatchObject({ code, stdout: '' });
      expect(ended.stderr).toMatch(/^modeldock: [^\n]+\n$/);
      expect(ended.stderr).toContain(text);
      expect(ended.stderr).not.toContain('hf_made_up');
    },
  );

  it.each([[[]], [['a/b', 'c/d']], [['a/b', '--fast']], [['a/b', '--bandwidth', 'fast']]])(
    'ends with code 2 for the wrong use %j',
    async (args) => {
      const ended = await run(['get', ...args]);
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toMatch(/^(error|modeldock): /);
    },
  );

  it('offers the bandwidth where something can be fetched', async () => {
    for (const name of ['get', 'update']) expect((await run([name, '--help'])).stdout).toContain('--bandwidth');
    for (const name of ['list', 'remove']) expect((await run([name, '--help'])).stdout).not.toContain('--bandwidth');
    expect(await run(['list', '--bandwidth', '1M'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('says in its help how it ends', async () => {
    for (const name of ['get', 'list', 'remove', 'update']) {
      const { code, stdout } = await run([name, '--help']);
      expect(code).toBe(0);
      for (const exit of ['0 done', '1 failed', '2 wrong use', '69 ', '75 ', '77 ', '130 ']) {
        expect(stdout).toContain(exit);
      }
      expect(stdout).toContain('env: MODELDOCK_MODELS_DIR');
    }
  });
});
