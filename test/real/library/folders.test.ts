import { describeBytes } from '../../../src/core/byte-amounts.js';
import * as files from 'node:fs/promises';
import { mkdir, open, readdir, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../../src/core/errors.js';
import type { FileLayer } from '../../../src/real/file-layer.js';
import { openModelFolders } from '../../../src/real/library/model-folders.js';
import { repoFolder, resolveTarget } from '../../../src/real/library/safe-path.js';
import { allocatedBytes, checkSpace, measureSpace, reservedBytes } from '../../../src/real/library/space.js';
import { failing } from './crashing-files.js';
import { put, temporaryFolder } from './folders.js';

describe('the models folders', () => {
  it('are LM Studio’s own when none is named', async () => {
    const HOME = await temporaryFolder();
    const { roots } = await openModelFolders({ files, environment: { HOME } });
    expect(roots).toEqual([join(HOME, '.lmstudio', 'models')]);
    expect(await readdir(join(HOME, '.lmstudio', 'models'))).toEqual(['.modeldock']);
  });

  it('are where LM Studio’s settings put them', async () => {
    const HOME = await temporaryFolder();
    const elsewhere = join(HOME, 'big-disk', 'models');
    await put(join(HOME, '.lmstudio', 'settings.json'), JSON.stringify({ downloadsFolder: elsewhere }));
    expect((await openModelFolders({ files, environment: { HOME } })).roots).toEqual([elsewhere]);
  });

  it('are in the home that LM Studio’s pointer names', async () => {
    const HOME = await temporaryFolder();
    await put(join(HOME, '.lmstudio-home-pointer'), `${join(HOME, 'studio')}\n`);
    await put(join(HOME, 'studio', 'settings.json'), '{ torn');
    expect((await openModelFolders({ files, environment: { HOME } })).roots).toEqual([join(HOME, 'studio', 'models')]);
  });

  it('are in the home of an early LM Studio where there is one', async () => {
    const HOME = await temporaryFolder();
    await mkdir(join(HOME, '.cache', 'lm-studio'), { recursive: true });
    expect((await openModelFolders({ files, environment: { HOME } })).roots).toEqual([
      join(HOME, '.cache', 'lm-studio', 'models'),
    ]);
  });

  it('are refused when one is a file, with what to do', async () => {
    const root = await put(join(await temporaryFolder(), 'models'), 'not a folder');
    const error = await openModelFolders({ files, roots: [root] }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ code: 'disk_error', subject: root });
    expect((error as Error).message).toContain('is a file. Choose a folder');
  });

  it.each(['EACCES', 'EROFS', 'ENOSPC'])('are refused when nothing can be written there: %s', async (code) => {
    const root = await temporaryFolder();
    const attempt = openModelFolders({ files: failing({ open: code }), roots: [root] });
    await expect(attempt).rejects.toMatchObject({ code: 'disk_error', subject: root });
  });

  it('are refused when parts would go to where a link leads', async () => {
    const root = await temporaryFolder();
    await symlink(await temporaryFolder(), join(root, '.modeldock'));
    await expect(openModelFolders({ files, roots: [root] })).rejects.toMatchObject({ code: 'disk_error' });
  });

  it('take a repo where it is already, else where there is room first', async () => {
    const [small, large] = [await temporaryFolder(), await temporaryFolder()];
    const statfs = ((path: string) =>
      Promise.resolve({ bsize: 1, bavail: path === small ? 10 : 1000 })) as unknown as FileLayer['statfs'];
    const folders = await openModelFolders({ files: { ...files, statfs }, roots: [small, large] });

    expect(await folders.choose('acme', 'Chat-GGUF', () => 5)).toBe(small);
    expect(await folders.choose('acme', 'Chat-GGUF', () => 500)).toBe(large);
    expect(await folders.choose('acme', 'Chat-GGUF', () => 5000)).toBe(small);
    await mkdir(join(large, 'acme', 'Chat-GGUF'), { recursive: true });
    expect(await folders.choose('acme', 'Chat-GGUF', () => 5)).toBe(large);
  });
});

describe('the path of a repo’s file', () => {
  it('follows links of the user, down to the repo’s folder', async () => {
    const [root, disk] = [await temporaryFolder(), await temporaryFolder()];
    await symlink(disk, join(root, 'acme'));
    const folder = repoFolder(root, 'acme', 'Chat-GGUF');
    expect(await resolveTarget(files, folder, 'BF16/chat.gguf')).toBe(join(root, 'acme/Chat-GGUF/BF16/chat.gguf'));

    await mkdir(join(disk, 'real'));
    await symlink(join(disk, 'real'), join(disk, 'Chat-GGUF'));
    expect(await resolveTarget(files, folder, 'chat.gguf')).toBe(join(root, 'acme/Chat-GGUF/chat.gguf'));
  });

  it('is refused when it leads through a link below that, or is one', async () => {
    const [root, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
    const folder = repoFolder(root, 'acme', 'Chat-GGUF');
    await mkdir(folder, { recursive: true });
    await symlink(elsewhere, join(folder, 'BF16'));
    await symlink(join(elsewhere, 'not-there'), join(folder, 'chat.gguf'));
    for (const path of ['BF16/chat.gguf', 'BF16', 'chat.gguf']) {
      await expect(resolveTarget(files, folder, path)).rejects.toMatchObject({ code: 'unsafe_path', subject: path });
    }
  });

  it('is refused when a file is where a folder must be, or the other way round', async () => {
    const folder = repoFolder(await temporaryFolder(), 'acme', 'Chat-GGUF');
    await put(join(folder, 'BF16'), '');
    await mkdir(join(folder, 'chat.gguf'));
    for (const path of ['BF16/chat.gguf', 'chat.gguf']) {
      await expect(resolveTarget(files, folder, path)).rejects.toMatchObject({ code: 'unsafe_path' });
    }
  });

  it.each(['../chat.gguf', 'a/../../chat.gguf', '/etc/passwd', '', 'a//b', 'C:chat.gguf', 'a\\b', 'nul\0'])(
    'is refused when it is %j',
    async (path) => {
      const folder = repoFolder(await temporaryFolder(), 'acme', 'Chat-GGUF');
      await expect(resolveTarget(files, folder, path)).rejects.toMatchObject({ code: 'unsafe_path' });
    },
  );

  it.each([
    ['..', 'Chat'],
    ['acme', '..'],
    ['.', 'Chat'],
    ['', 'Chat'],
    ['acme', 'a/b'],
    ['.modeldock', 'installed'],
    ['.MODELDOCK', 'installed'],
  ])('is refused for the repo %s/%s', (owner, repo) => {
    expect(() => repoFolder('/models', owner, repo)).toThrow(RefusedError);
  });
});

describe('room on the disk', () => {
  it('is what a job needs beyond its parts and what others have reserved, with bytes to spare', async () => {
    const root = await temporaryFolder();
    const own = join(root, '.modeldock');
    // Parts are full of holes: only what is allocated counts.
    const part = join(own, 'job_mine', '0.part');
    await put(part, Buffer.alloc(64 * 1024, 1));
    await truncated(part, 1_000_000);
    // A job that goes on is paused until it has its room.
    await put(join(own, 'job_mine', 'job.json'), JSON.stringify({ state: 'paused', totalBytes: 1_000_000 }));
    await put(
      join(own, 'job_other', 'job.json'),
      JSON.stringify({ state: 'downloading', totalBytes: 700_000, presentBytes: 200_000 }),
    );
    await put(join(own, 'job_other', '0.part'), Buffer.alloc(64 * 1024, 1));
    for (const state of ['paused', 'completed', 'failed']) {
      await put(join(own, `job_${state}`, 'job.json'), JSON.stringify({ state, totalBytes: 9e12 }));
    }
    await put(join(own, 'job_torn', 'job.json'), '{"state":"downl');

    const taken = (await stat(part)).blocks * 512;
    expect(taken).toBeLessThan(1_000_000);
    expect(await allocatedBytes(files, part)).toBe(taken);
    const theirs = 500_000 - (await allocatedBytes(files, join(own, 'job_other', '0.part')));
    expect(await reservedBytes(files, root)).toBe(theirs);

    const found = await measureSpace(files, root, [root], {
      bytes: 1_000_000,
      parts: [part],
      spareBytes: 5000,
    });
    expect(found.neededBytes).toBe(1_000_000 - taken + theirs + 5000);
  });

  it('is counted once per disk: what is reserved in another models folder of the same one counts', async () => {
    const [root, other] = [await temporaryFolder(), await temporaryFolder()];
    await put(
      join(other, '.modeldock', 'job_1', 'job.json'),
      JSON.stringify({ state: 'downloading', totalBytes: 4000 }),
    );
    const found = await measureSpace(files, root, [root, other], { bytes: 1000, spareBytes: 0 });
    expect(found.neededBytes).toBe(5000);
  });

  it('is refused with both numbers when it is not there', async () => {
    const root = await temporaryFolder();
    const statfs = (() => Promise.resolve({ bsize: 4096, bavail: 100 })) as unknown as FileLayer['statfs'];
    const need = { subject: 'acme/Chat-GGUF', bytes: 1_500_000, spareBytes: 1000 };
    const error = await checkSpace({ ...files, statfs }, root, [root], need).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'insufficient_space', subject: 'acme/Chat-GGUF' });
    expect((error as Error).message).toContain('1501000 bytes (1.5 MB)');
    expect((error as Error).message).toContain('409600 bytes (410 kB)');
  });

  it('is there for a job that has nothing left to write, on a full disk too', async () => {
    const root = await temporaryFolder();
    const statfs = (() => Promise.resolve({ bsize: 4096, bavail: 0 })) as unknown as FileLayer['statfs'];
    await checkSpace({ ...files, statfs }, root, [root], { subject: 'x', bytes: 0, spareBytes: 1000 });
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [17_990_911_801, '18.0 GB'],
    [999_960, '1.0 MB'],
  ])('is reported in words: %d bytes are %s', (bytes, words) => {
    expect(describeBytes(bytes)).toBe(words);
  });
});

async function truncated(path: string, size: number): Promise<void> {
  const handle = await open(path, 'r+');
  await handle.truncate(size);
  await handle.close();
  await rm(`${path}.journal`, { force: true });
}
