import { spawnSync } from 'node:child_process';
import * as files from 'node:fs/promises';
import { mkdir, readdir, rmdir, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import type { FileLayer } from '../../../src/real/file-layer.js';
import { makeFolder } from '../../../src/real/library/durable-files.js';
import { openModelFolders } from '../../../src/real/library/model-folders.js';
import { failing } from './crashing-files.js';
import { put, temporaryFolder } from './folders.js';

/** A file layer whose `mkdir` is this one, and that tells which folders were made and synced. */
function recorded(make: (path: string) => Promise<void> = (path) => mkdir(path)): {
  layer: FileLayer;
  made: string[];
  synced: string[];
} {
  const [made, synced]: string[][] = [[], []];
  const layer = {
    ...files,
    mkdir: async (path: string, options?: { recursive?: boolean }) => {
      // Node's own way loops for ever where the folder above is there, and the file system says ENOENT all the same.
      if (options?.recursive) throw new Error('A recursive mkdir may never end.');
      await make(path);
      made!.push(path);
    },
    open: (path: string, flags: string) => {
      if (flags === 'r') synced!.push(path);
      return files.open(path, flags);
    },
  } as unknown as FileLayer;
  return { layer, made: made!, synced: synced! };
}

describe('a folder', () => {
  it.runIf(process.platform === 'linux').each(['/proc/nope', '/proc/nope/models'])(
    'that a file system refuses, %s, is reported and not retried forever',
    async (root) => {
      const program = join(await temporaryFolder(), 'program.mjs');
      await build({
        entryPoints: [fileURLToPath(new URL('./make-folder-program.ts', import.meta.url))],
        ...{ outfile: program, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
      });
      const { stdout, signal } = spawnSync(process.execPath, [program, root], {
        ...{ timeout: 10_000, killSignal: 'SIGKILL', encoding: 'utf8' },
      });
      expect([stdout, signal]).toEqual([
        `Cannot use ${root} as a models folder: no folder can be created in /proc. Choose another folder.`,
        null,
      ]);
    },
  );

  it('is made with those above it, one by one, and each outlasts a power cut', async () => {
    const root = await temporaryFolder();
    const { layer, made, synced } = recorded();
    await makeFolder(layer, join(root, 'a', 'b', 'c'));
    expect(made).toEqual([join(root, 'a'), join(root, 'a', 'b'), join(root, 'a', 'b', 'c')]);
    expect(synced).toEqual(made.map(dirname));
    await makeFolder(layer, join(root, 'a', 'b', 'c'));
    expect([made.length, synced.length]).toEqual([3, 3]);
  });

  it('that another process makes at the same time is as good as its own', async () => {
    const folder = join(await temporaryFolder(), 'a', 'b');
    const { layer } = recorded(async (path) => {
      await mkdir(path);
      await mkdir(path);
    });
    await makeFolder(layer, folder);
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(files, join(folder, 'c', 'd'))));
    expect((await stat(join(folder, 'c', 'd'))).isDirectory()).toBe(true);
  });

  it('is made although the one above it was removed meanwhile', async () => {
    const root = await temporaryFolder();
    let removals = 0;
    const { layer } = recorded(async (path) => {
      if (path.endsWith('b') && removals++ === 0) await rmdir(dirname(path));
      await mkdir(path);
    });
    await makeFolder(layer, join(root, 'a', 'b'));
    expect(await readdir(join(root, 'a'))).toEqual(['b']);
  });

  it('is not made where a file is, or a link to nothing', async () => {
    const root = await temporaryFolder();
    const file = await put(join(root, 'file'), '');
    await symlink(join(root, 'nothing'), join(root, 'link'));
    await expect(makeFolder(files, file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(files, join(file, 'a'))).rejects.toMatchObject({
      code: 'EEXIST',
    });
    await expect(makeFolder(files, join(root, 'link', 'a'))).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it.each(['EACCES', 'EROFS', 'ENOSPC'])('keeps the reason why it cannot be made: %s', async (code) => {
    const root = join(await temporaryFolder(), 'a');
    await expect(makeFolder(failing({ mkdir: code }), root)).rejects.toMatchObject({ code });
    await expect(openModelFolders({ files: failing({ mkdir: code }), roots: [root] })).rejects.toMatchObject({
      code: 'disk_error',
      subject: root,
    });
  });
});
