import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSmallHub, type SmallHub } from './small-hub.js';

let small: SmallHub;
beforeAll(async () => {
  small = await openSmallHub();
});
afterAll(() => small.close());

describe('modeldock list, update and remove', () => {
  it('show what is there, bring it up to date, and take it away', async () => {
    const folder = await small.newFolder();
    expect((await small.modeldock(folder, ['list'])).stdout).toBe('No models. modeldock get MODEL downloads one.\n');
    await small.modeldock(folder, ['get', 'me/tiny-GGUF']);
    const { stdout } = await small.modeldock(folder, ['list', '--json']);
    const { models, jobs } = JSON.parse(stdout) as { models: { key: string; sizeBytes: number }[]; jobs: unknown[] };
    expect(jobs).toEqual([]);
    const { key } = models[0]!;
    expect((await small.modeldock(folder, ['list'])).stdout).toMatch(new RegExp(`^${key} +Q4_K_M +gguf .*MB\n$`));

    expect(await small.modeldock(folder, ['update', key])).toEqual({
      ...{ code: 0, stdout: `${key} is up to date.\n`, stderr: '' },
    });
    expect(await small.modeldock(folder, ['remove', key])).toMatchObject({
      ...{ code: 0, stdout: `Removed ${key}: 2 files, 4.0 MB.\n` },
    });
    expect(existsSync(join(folder, 'me/tiny-GGUF/tiny-Q4_K_M.gguf'))).toBe(false);
    for (const act of ['remove', 'update']) {
      const gone = await small.modeldock(folder, [act, key]);
      expect(gone).toMatchObject({ code: 1, stdout: '' });
      expect(gone.stderr).toMatch(new RegExp(`^modeldock: .*${key}.*\n$`));
    }
  });

  it.each([
    'tiny',
    'Tiny@Q4_K_M',
    'me/tiny-GGUF',
    'ME/Tiny-gguf',
    'me/tiny-GGUF@q4_k_m',
    'https://huggingface.co/me/tiny-GGUF',
    'hf.co/me/tiny-GGUF@Q4_K_M',
  ])('take %s for a model, as get did: they knew keys only', async (name) => {
    const folder = await small.newFolder();
    await small.modeldock(folder, ['get', 'me/tiny-GGUF']);
    expect(await small.modeldock(folder, ['update', name])).toEqual({
      ...{ code: 0, stdout: `${name} is up to date.\n`, stderr: '' },
    });
    expect(await small.modeldock(folder, ['remove', name])).toMatchObject({
      ...{ code: 0, stdout: `Removed ${name}: 2 files, 4.0 MB.\n`, stderr: '' },
    });
  });

  it('and get take a link as it stands in the address bar, with a branch, a query and a place', async () => {
    const folder = await small.newFolder();
    const link = 'https://huggingface.co/me/tiny-GGUF';
    expect(await small.modeldock(folder, ['get', `${link}/tree/main?show=files#top`])).toMatchObject({
      code: 0,
    });
    for (const behind of ['/tree/main', '?library=gguf', '#files', '/']) {
      expect(await small.modeldock(folder, ['update', link + behind])).toMatchObject({ code: 0, stderr: '' });
    }
    const file = await small.modeldock(folder, ['remove', `${link}/blob/main/tiny-Q4_K_M.gguf`]);
    expect(file.code).toBe(2);
    expect(file.stderr).toContain('instead');
    expect(await small.modeldock(folder, ['remove', `${link}/tree/main?show=files#top`])).toMatchObject({ code: 0 });
  });

  it('take a link to the mirror that is asked', async () => {
    const folder = await small.newFolder();
    await small.modeldock(folder, ['get', 'me/tiny-GGUF']);
    expect((await small.modeldock(folder, ['remove', `${small.hub.endpoint}/me/tiny-GGUF`])).code).toBe(0);
  });

  it('say which models there are, also where the name that is unknown holds their names', async () => {
    const folder = await small.newFolder();
    await small.modeldock(folder, ['get', 'me/tiny-GGUF']);
    for (const act of ['update', 'remove']) {
      const { code, stderr } = await small.modeldock(folder, [act, 'not-tiny']);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `modeldock: Cannot ${act} not-tiny: no model of that key is installed. Installed models: tiny.\n`,
      });
    }
  });

  it('touch nothing by a name that several have, which took them all, and name them', async () => {
    const folder = await small.newFolder();
    for (const name of ['Q4_K_M', 'Q8_0'])
      await small.modeldock(folder, ['get', 'me/tiny-GGUF', '--quantization', name]);
    for (const act of ['update', 'remove']) {
      for (const name of ['me/tiny-GGUF', 'me/tiny']) {
        expect(await small.modeldock(folder, [act, name])).toEqual({
          code: 1,
          stdout: '',
          stderr: `modeldock: Cannot find one model ${name}: several have this name (tiny, tiny@q4_k_m). Use one of their keys.\n`,
        });
      }
    }
    expect((await small.modeldock(folder, ['remove', 'me/tiny-GGUF@Q4_K_M'])).code).toBe(0);
    expect(existsSync(join(folder, 'me/tiny-GGUF/tiny-Q4_K_M.gguf'))).toBe(false);
    expect((await small.modeldock(folder, ['remove', 'me/tiny-GGUF'])).code).toBe(0);
    expect(existsSync(join(folder, 'me/tiny-GGUF'))).toBe(false);
  });

  it('show names that would give orders to a terminal as text', async () => {
    const folder = await small.newFolder();
    await small.modeldock(folder, ['get', 'me/tiny-GGUF']);
    const [other, broken] = [join(folder, 'me/o\u001b[2Jther-GGUF'), join(folder, 'me/no\u009b2Jne-GGUF')];
    await mkdir(other);
    await copyFile(join(folder, 'me/tiny-GGUF/tiny-Q4_K_M.gguf'), join(other, 'other-Q4_K_M.gguf'));
    await mkdir(broken);
    await writeFile(join(broken, 'none-Q4_K_M.gguf'), 'none');
    const listed = await small.modeldock(folder, ['list']);
    expect(listed.stdout).toContain('o?[2jther');
    expect(listed.stderr).toContain('no?2Jne');
    const refused = await small.modeldock(folder, ['remove', 'nothing']);
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    expect(listed.stdout + listed.stderr + refused.stderr).toMatch(/^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$/);
  });

  it('keep files of other programs, unless they are forced', async () => {
    const folder = await small.newFolder();
    await small.modeldock(folder, ['get', 'me/tiny-GGUF']);
    const other = join(folder, 'me/other-GGUF');
    await mkdir(other);
    await copyFile(join(folder, 'me/tiny-GGUF/tiny-Q4_K_M.gguf'), join(other, 'other-Q4_K_M.gguf'));
    await writeFile(join(other, 'notes.txt'), 'mine');
    const { stdout } = await small.modeldock(folder, ['list', '--json']);
    const { models } = JSON.parse(stdout) as { models: { key: string }[] };
    const { key } = models.find((model) => model.key.includes('other'))!;
    const refused = await small.modeldock(folder, ['remove', key]);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('force');
    expect((await small.modeldock(folder, ['remove', key, '--force'])).code).toBe(0);
    expect(existsSync(join(other, 'other-Q4_K_M.gguf'))).toBe(false);
    expect(existsSync(join(other, 'notes.txt'))).toBe(true);
  });
});
