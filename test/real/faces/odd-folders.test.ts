import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { download, startListening } from '../../server/command.js';
import { openSmallHub, TINY, type SmallHub } from './small-hub.js';

let small: SmallHub;
beforeAll(async () => {
  small = await openSmallHub();
});
afterAll(() => small.close());

const KEY = 'lower';
const LOWER = 'me/lower-gguf';
const isWindows = process.platform === 'win32';

/** A models folder with one model in it. */
async function folderWithModel(): Promise<string> {
  const folder = await small.newFolder();
  expect(await small.modeldock(folder, ['get', LOWER])).toMatchObject({ code: 0 });
  return folder;
}

async function becomes(path: string, make: (path: string) => Promise<unknown>): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await make(path);
}

const noStack = (text: string): void => expect(text).not.toMatch(/\n\s+at |not expected|Error:/);

describe.skipIf(isWindows)('where .modeldock is', () => {
  it.each([
    ['a file', (path: string) => writeFile(path, 'mine')],
    ['a link to nothing', (path: string) => symlink(`${path}-nothing`, path)],
  ])(
    '%s, list shows the models with one sentence and changes nothing; get and a server set it aside',
    async (_, make) => {
      const folder = await folderWithModel();
      const own = join(folder, '.modeldock');
      await becomes(own, make);
      const before = await readdir(folder);
      const listed = await small.modeldock(folder, ['list']);
      expect(listed).toMatchObject({ code: 0, stdout: expect.stringMatching(new RegExp(`^${KEY} `)) as string });
      expect(listed.stderr).toMatch(/^modeldock: Cannot list the downloads in [^\n]+\n$/);
      expect(await readdir(folder)).toEqual(before);

      const got = await small.modeldock(folder, ['get', 'me/tiny-GGUF']);
      expect(got).toMatchObject({ code: 0, stderr: expect.stringContaining('set-aside') as string });
      await becomes(own, make);
      const { url, stderr } = await startListening(['--engine', 'real', '--models-dir', folder], { env: small.env });
      expect(await (await fetch(`${url}/api/v1/models`)).json()).toMatchObject({
        models: expect.any(Array) as unknown[],
      });
      expect((await download(url, TINY)).status).toBe(200);
      for (const text of [got.stderr, stderr()]) noStack(text);
    },
  );
});

it.skipIf(isWindows)('entries of .modeldock in every odd shape at once keep no command from its work', async () => {
  const folder = await folderWithModel();
  const own = join(folder, '.modeldock');
  const fifo = (path: string): Promise<unknown> => promisify(execFile)('mkfifo', [path]);
  const huge = async (path: string): Promise<void> => {
    await writeFile(path, '');
    await truncate(path, 3_000_000_000);
  };
  const loop = (path: string): Promise<void> => symlink(path, path);
  const deep = (path: string): Promise<unknown> => mkdir(join(path, 'deep'), { recursive: true });
  for (const [name, make] of Object.entries({ fifo, huge, loop, deep })) {
    await mkdir(join(own, `job_${name}`));
    await make(join(own, `job_${name}`, 'job.json'));
    await make(join(own, `job_as_${name}`));
    await make(join(own, 'installed', `${name}.json`));
    await make(join(own, 'locks', `${name}.lock`));
  }
  await becomes(join(own, 'headers.json'), deep);
  for (const args of [['list'], ['get', 'me/tiny-GGUF'], ['list', '--json'], ['remove', KEY]]) {
    const { code, stdout, stderr } = await small.modeldock(folder, args);
    expect({ args, code, stderr }).toMatchObject({ code: 0 });
    noStack(stdout + stderr);
  }
  const { url, stderr } = await startListening(['--engine', 'real', '--models-dir', folder], { env: small.env });
  expect(await (await fetch(`${url}/api/v1/models`)).json()).toMatchObject({ models: [{ key: 'tiny' }] });
  expect((await download(url, TINY)).body).toMatchObject({ status: 'already_downloaded' });
  noStack(stderr());
});
