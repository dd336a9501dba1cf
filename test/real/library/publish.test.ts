import * as files from 'node:fs/promises';
import { readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createDigester } from '../../../src/real/disk/digester.js';
import { DownloadError } from '../../../src/real/download-error.js';
import type { FileLayer } from '../../../src/real/file-layer.js';
import { fingerprintOf } from '../../../src/real/library/fingerprint.js';
import { preparePublication, publish, type Publication } from '../../../src/real/library/publish.js';
import { createVolatileFiles } from '../power-loss/volatile-files.js';
import { crashBefore, failing } from './crashing-files.js';
import { planned, put, temporaryFolder } from './folders.js';

// They touch the disk thousands of times; a slow one must not make them fail.
const digester = createDigester();
afterAll(() => digester.close());

const contents: Record<string, string> = {
  'mmproj-chat-F16.gguf': 'what it sees with',
  'BF16/chat-00002-of-00002.gguf': 'the second shard',
  'BF16/chat-00001-of-00002.gguf': 'the first shard',
};

/** Three verified parts, in the order in which they are published. */
async function stage(): Promise<{ root: string; folder: string; staging: string; publication: Publication }> {
  const root = await temporaryFolder();
  const [folder, staging] = [join(root, 'acme', 'Chat-GGUF'), join(root, '.modeldock', 'job_1')];
  const staged = await Promise.all(
    Object.entries(contents).map(async ([path, text], index) => ({
      file: planned(path, text),
      part: await put(join(staging, `${index}.part`), text),
    })),
  );
  return { root, folder, staging, publication: await preparePublication(files, folder, staged) };
}

/** @param hashed gets the path of each file that is read to its end */
function publishWith(publication: Publication, layer: FileLayer = files, hashed: string[] = []) {
  return publish(publication, {
    files: layer,
    digestOf: (file, options) => {
      hashed.push(file.path);
      return digester.digestOf(file, options);
    },
  });
}

/** A file layer that notes which part gets which name in a folder, and which part goes. */
function noting(steps: string[], folder: string): FileLayer {
  return {
    ...files,
    link: (part, target) => {
      steps.push(`${basename(String(part))} is linked to ${relative(folder, String(target))}`);
      return files.link(part, target);
    },
    rm: (path, options) => {
      const name = basename(String(path));
      if (name.endsWith('.part')) steps.push(`${name} goes`);
      return files.rm(path, options);
    },
  };
}

async function expectPublished(folder: string): Promise<void> {
  for (const [path, text] of Object.entries(contents)) {
    expect(await readFile(join(folder, path), 'utf8')).toBe(text);
  }
}

describe('a publication', () => {
  it('names each part in the order of the plan, what makes it a model last, and leaves no part', async () => {
    const { folder, staging, publication } = await stage();
    const steps: string[] = [];
    const recorded = await publishWith(publication, noting(steps, folder));
    await expectPublished(folder);
    expect(await readdir(staging)).toEqual([]);
    expect(steps).toEqual(
      Object.keys(contents).flatMap((path, index) => [`${index}.part is linked to ${path}`, `${index}.part goes`]),
    );
    const last = await stat(join(folder, 'BF16/chat-00001-of-00002.gguf'));
    expect(recorded.at(-1)).toEqual({
      ...planned('BF16/chat-00001-of-00002.gguf', 'the first shard'),
      ...fingerprintOf(last),
    });
  });

  it('is completed by the same call wherever it was interrupted, without reading the files again', async () => {
    const hashed: string[] = [];
    let interrupted = 0;
    for (let steps = 0; ; steps++) {
      const { folder, staging, publication } = await stage();
      const stored = JSON.parse(JSON.stringify(publication)) as Publication;
      const done = await publishWith(stored, crashBefore(steps)).then(
        () => true,
        () => false,
      );
      const recorded = await publishWith(stored, files, hashed);
      await expectPublished(folder);
      expect(await readdir(staging)).toEqual([]);
      expect(recorded.map(({ path }) => path)).toEqual(Object.keys(contents));
      if (done) break;
      interrupted += 1;
    }
    expect(interrupted).toBeGreaterThan(12);
    expect(hashed).toEqual([]);
  });

  it('loses nothing with the power, and leaves no wrong file under a name', async () => {
    const staged = await stage();
    const measured = await createVolatileFiles(staged.root);
    await publishWith(staged.publication, measured.files);
    expect(measured.steps()).toBeGreaterThan(10);

    for (let cut = 0; cut <= measured.steps(); cut++) {
      const { root, publication } = await stage();
      const disk = await createVolatileFiles(root);
      disk.cutAfter(cut);
      await publishWith(publication, disk.files).catch(() => undefined);
      const after = await temporaryFolder();
      await disk.rebuild(after, cut);
      const stored = JSON.stringify(publication).replaceAll(JSON.stringify(root).slice(1, -1), after);
      for (const [path, text] of Object.entries(contents)) {
        const found = await readFile(join(after, 'acme', 'Chat-GGUF', path), 'utf8').catch(() => text);
        expect(found).toBe(text);
      }
      await publishWith(JSON.parse(stored) as Publication);
      await expectPublished(join(after, 'acme', 'Chat-GGUF'));
    }
  });

  it.each([
    ['there are no links', { link: 'EPERM' } as const],
    ['the repo’s folder is on another disk', { link: 'EXDEV' } as const],
  ])('is completed wherever it was interrupted when %s', async (_, codes) => {
    // Between the two disks only a copy is refused a link; the copy itself has its disk for itself.
    const layer = (): FileLayer => {
      const broken = failing(codes);
      const link: FileLayer['link'] = (from, to) =>
        String(from).endsWith('.part') ? broken.link(from, to) : files.link(from, to);
      return { ...files, link };
    };
    for (let steps = 0; ; steps++) {
      const { folder, staging, publication } = await stage();
      const done = await publishWith(publication, crashBefore(steps, layer())).then(
        () => true,
        () => false,
      );
      await publishWith(publication, layer());
      await expectPublished(folder);
      expect(await readdir(staging)).toEqual([]);
      expect((await readdir(folder)).sort()).toEqual(['BF16', 'mmproj-chat-F16.gguf']);
      if (done) break;
    }
  });

  it('leaves other files of the folder alone', async () => {
    const { folder, publication } = await stage();
    await put(join(folder, 'BF16', 'notes.txt'), 'mine');
    await put(join(folder, 'chat-Q8_0.gguf'), 'another quantization');
    await publishWith(publication);
    expect(await readFile(join(folder, 'BF16', 'notes.txt'), 'utf8')).toBe('mine');
    expect(await readFile(join(folder, 'chat-Q8_0.gguf'), 'utf8')).toBe('another quantization');
  });

  it('keeps a file that appeared meanwhile with the same contents', async () => {
    const { folder, staging, publication } = await stage();
    const theirs = await put(join(folder, 'mmproj-chat-F16.gguf'), contents['mmproj-chat-F16.gguf']!);
    const { ino } = await stat(theirs);
    const [recorded] = await publishWith(publication);
    expect((await stat(theirs)).ino).toBe(ino);
    expect(recorded!.inode).toBe(ino);
    expect(await readdir(staging)).toEqual([]);
  });

  it.each(['as long as the other', 'shorter'])(
    'keeps both when a file appeared meanwhile that is another one, %s',
    async (length) => {
      const { folder, staging, publication } = await stage();
      const text = length === 'shorter' ? 'x' : 'x'.repeat(contents['mmproj-chat-F16.gguf']!.length);
      const theirs = await put(join(folder, 'mmproj-chat-F16.gguf'), text);
      const error = await publishWith(publication).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DownloadError);
      expect(error).toMatchObject({ code: 'target_exists' });
      expect(await readFile(theirs, 'utf8')).toBe(text);
      expect(await readdir(staging)).toHaveLength(3);

      await rm(theirs);
      await publishWith(publication);
      await expectPublished(folder);
    },
  );

  it('replaces the outdated file that the plan names, which stays until the new one is there', async () => {
    for (let steps = 0; ; steps++) {
      const root = await temporaryFolder();
      const folder = join(root, 'acme', 'Chat-GGUF');
      const target = await put(join(folder, 'chat.gguf'), 'old');
      const part = await put(join(root, '.modeldock', 'job_1', '0.part'), 'new contents');
      const replaces = fingerprintOf(await stat(target));
      const staged = [{ file: planned('chat.gguf', 'new contents'), part, replaces }];
      const publication = await preparePublication(files, folder, staged);
      const done = await publishWith(publication, crashBefore(steps)).then(
        () => true,
        () => false,
      );
      expect(['old', 'new contents']).toContain(await readFile(target, 'utf8'));
      await publishWith(publication);
      expect(await readFile(target, 'utf8')).toBe('new contents');
      if (done) break;
    }
  });

  it('does not replace an outdated file that has changed since', async () => {
    const root = await temporaryFolder();
    const folder = join(root, 'acme', 'Chat-GGUF');
    const target = await put(join(folder, 'chat.gguf'), 'old');
    const part = await put(join(root, '.modeldock', 'job_1', '0.part'), 'new contents');
    const replaces = fingerprintOf(await stat(target));
    const publication = await preparePublication(files, folder, [
      { file: planned('chat.gguf', 'new contents'), part, replaces },
    ]);
    await writeFile(target, 'changed by its owner');
    await expect(publishWith(publication)).rejects.toMatchObject({ code: 'target_exists' });
    expect(await readFile(target, 'utf8')).toBe('changed by its owner');
  });

  it('refuses a folder that became a link while the download ran', async () => {
    const { folder, publication } = await stage();
    const elsewhere = await temporaryFolder();
    await put(join(folder, 'keep.txt'), '');
    await symlink(elsewhere, join(folder, 'BF16'));
    await expect(publishWith(publication)).rejects.toMatchObject({ code: 'unsafe_path' });
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('says that the disk is full when it is', async () => {
    const { publication } = await stage();
    await expect(publishWith(publication, failing({ link: 'ENOSPC' }))).rejects.toMatchObject({ code: 'disk_full' });
    await expect(publishWith(publication, failing({ link: 'EIO' }))).rejects.toMatchObject({ code: 'disk_error' });
  });
});
