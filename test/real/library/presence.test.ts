import { findInHubCache } from '../../../src/real/library/hub-cache.js';
import { createHash } from 'node:crypto';
import * as files from 'node:fs/promises';
import { readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adoptFromCache } from '../../../src/real/library/adopt-from-cache.js';
import { findPresence, recordFile } from '../../../src/real/library/presence.js';
import { createModelRecords, modelOf, type ModelRecord } from '../../../src/real/library/records.js';
import { repoFolder } from '../../../src/real/library/safe-path.js';
import type { DownloadPlan, PlannedFile } from '../../../src/real/plan.js';
import { crashBefore, failing } from './crashing-files.js';
import { planned, planOf, put, sha256, temporaryFolder } from './folders.js';

// They touch the disk thousands of times; a slow one must not make them fail.
async function record(root: string, plan: DownloadPlan, paths = plan.files): Promise<ModelRecord> {
  const folder = repoFolder(root, plan.owner, plan.repo);
  const recorded = await Promise.all(paths.map((file) => recordFile(files, file, join(folder, file.path))));
  const { owner, repo, commit, format, quantization } = plan;
  return {
    ...{ model: modelOf(plan), key: 'chat', owner, repo, commit, format, quantization: quantization! },
    files: recorded,
    recordedAt: 1000,
  };
}

async function statesOf(root: string, plan: DownloadPlan, hubCache?: string): Promise<string[]> {
  const found = await findPresence({
    files,
    plan,
    folder: repoFolder(root, plan.owner, plan.repo),
    records: await createModelRecords(files).list(root),
    hubCache,
  });
  return found.map(({ state }) => state);
}

describe('what is there of a plan', () => {
  it('is nothing at first, and recorded once it was verified and written down', async () => {
    const root = await temporaryFolder();
    const plan = planOf(planned('mmproj.gguf', 'projector'), planned('chat-Q4_K_M.gguf', 'model'));
    expect(await statesOf(root, plan)).toEqual(['absent', 'absent']);
    await put(join(root, 'acme/Chat-GGUF/mmproj.gguf'), 'projector');
    await put(join(root, 'acme/Chat-GGUF/chat-Q4_K_M.gguf'), 'model');
    expect(await statesOf(root, plan)).toEqual(['same-size', 'same-size']);
    await createModelRecords(files).write(root, await record(root, plan));
    expect(await statesOf(root, plan)).toEqual(['recorded', 'recorded']);
  });

  it('is a projector that came with another quantization', async () => {
    const root = await temporaryFolder();
    const projector = planned('mmproj.gguf', 'projector');
    await put(join(root, 'acme/Chat-GGUF/mmproj.gguf'), 'projector');
    await createModelRecords(files).write(root, await record(root, planOf(projector)));
    const other = { ...planOf(projector, planned('chat-Q8_0.gguf', 'larger')), quantization: 'Q8_0' };
    expect(await statesOf(root, other)).toEqual(['recorded', 'absent']);
  });

  it.each(['touched', 'rewritten', 'replaced', 'resized'])(
    'is no longer recorded when the file was %s',
    async (how) => {
      const root = await temporaryFolder();
      const plan = planOf(planned('chat-Q4_K_M.gguf', 'model'));
      const path = await put(join(root, 'acme/Chat-GGUF/chat-Q4_K_M.gguf'), 'model');
      await createModelRecords(files).write(root, await record(root, plan));
      const { atime, mtime } = await stat(path);
      if (how === 'touched') await utimes(path, atime, new Date(1000));
      if (how === 'rewritten') await writeFile(path, 'MODEL').then(() => utimes(path, atime, new Date(2000)));
      if (how === 'replaced') {
        const other = await put(join(root, 'other'), 'MODEL');
        await utimes(other, atime, mtime);
        await files.rename(other, path);
      }
      if (how === 'resized') await writeFile(path, 'a longer model');
      expect(await statesOf(root, plan)).toEqual([how === 'resized' ? 'outdated' : 'same-size']);
    },
  );

  it('is outdated, and ours, when the plan has another digest than the record', async () => {
    const root = await temporaryFolder();
    await put(join(root, 'acme/Chat-GGUF/chat-Q4_K_M.gguf'), 'model');
    await createModelRecords(files).write(root, await record(root, planOf(planned('chat-Q4_K_M.gguf', 'model'))));
    const [found] = await findPresence({
      files,
      plan: planOf(planned('chat-Q4_K_M.gguf', 'MODEL')),
      folder: repoFolder(root, 'acme', 'Chat-GGUF'),
      records: await createModelRecords(files).list(root),
    });
    expect(found).toMatchObject({ state: 'outdated', ours: true });
  });

  it('is outdated, and not ours, when a file of another size has its name', async () => {
    const root = await temporaryFolder();
    await put(join(root, 'acme/Chat-GGUF/chat-Q4_K_M.gguf'), 'something else');
    const [found] = await findPresence({
      files,
      plan: planOf(planned('chat-Q4_K_M.gguf', 'model')),
      folder: repoFolder(root, 'acme', 'Chat-GGUF'),
      records: [],
    });
    expect(found).toMatchObject({ state: 'outdated', ours: false, found: { size: 14 } });
  });

  it('is a blob of that name and size in the Hugging Face cache', async () => {
    const [root, cache] = [await temporaryFolder(), await temporaryFolder()];
    const small = Buffer.from('{}');
    const gitSha1 = createHash('sha1').update(`blob ${small.length}\0`).update(small).digest('hex');
    const config: PlannedFile = { path: 'config.json', size: 2, digest: { algorithm: 'git-sha1', hex: gitSha1 } };
    const [there, cut] = [planned('chat.gguf', 'model'), planned('cut.gguf', 'all of it')];
    const blobs = join(cache, 'models--acme--Chat-GGUF', 'blobs');
    await put(join(blobs, there.digest.hex), 'model');
    await put(join(blobs, gitSha1), small);
    await put(join(blobs, cut.digest.hex), 'all');
    expect(await statesOf(root, planOf(there, config, cut), cache)).toEqual(['in-hf-cache', 'in-hf-cache', 'absent']);
    expect(await statesOf(root, planOf(there, config, cut), join(cache, 'not-there'))).toEqual(Array(3).fill('absent'));
  });
});

describe('a Hugging Face cache without links', () => {
  const snapshot = (cache: string, commit: string, ...path: string[]): string =>
    join(cache, 'models--ACME--chat-gguf', 'snapshots', commit, ...path);

  it('has files in its snapshots, the planned commit before others, in a folder of any case', async () => {
    const [root, cache] = [await temporaryFolder(), await temporaryFolder()];
    const plan = planOf(planned('BF16/chat.gguf', 'model'));
    const [file] = plan.files as [PlannedFile];
    const elsewhere = await put(snapshot(cache, '0'.repeat(40), 'BF16', 'chat.gguf'), 'MODEL');
    expect(await findInHubCache(files, cache, plan, file)).toBe(elsewhere);
    const there = await put(snapshot(cache, plan.commit, 'BF16', 'chat.gguf'), 'model');
    expect(await findInHubCache(files, cache, plan, file)).toBe(there);
    expect(await statesOf(root, plan, cache)).toEqual(['in-hf-cache']);
  });

  it('lends nothing of another size, and nothing of another repo', async () => {
    const [root, cache] = [await temporaryFolder(), await temporaryFolder()];
    const plan = planOf(planned('chat.gguf', 'model'));
    await put(snapshot(cache, plan.commit, 'chat.gguf'), 'larger than that');
    await put(join(cache, 'models--acme--Other-GGUF', 'snapshots', plan.commit, 'chat.gguf'), 'model');
    expect(await statesOf(root, plan, cache)).toEqual(['absent']);
  });
});

describe('a file of the Hugging Face cache', () => {
  it('is taken over by a second name, and the cache stays as it was when that is removed', async () => {
    const folder = await temporaryFolder();
    const blob = await put(join(folder, 'blobs', 'abc'), 'model');
    const path = join(folder, 'chat.gguf');
    expect(await adoptFromCache(files, blob, path)).toBe('linked');
    expect((await stat(path)).ino).toBe((await stat(blob)).ino);
    expect(await adoptFromCache(files, blob, path)).toBe('linked');
    await files.unlink(path);
    expect(await readFile(blob, 'utf8')).toBe('model');
  });

  it('is taken over itself where its name in the cache is a link', async () => {
    const folder = await temporaryFolder();
    const real = await put(join(folder, 'store', 'abc'), 'model');
    await put(join(folder, 'blobs', 'x'), '');
    await symlink(real, join(folder, 'blobs', 'abc'));
    await adoptFromCache(files, join(folder, 'blobs', 'abc'), join(folder, 'chat.gguf'));
    await files.unlink(join(folder, 'blobs', 'abc'));
    expect((await files.lstat(join(folder, 'chat.gguf'))).isFile()).toBe(true);
    expect(await readFile(join(folder, 'chat.gguf'), 'utf8')).toBe('model');
  });

  it.each(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'])('is copied where it cannot be linked: %s', async (code) => {
    const folder = await temporaryFolder();
    const blob = await put(join(folder, 'blobs', 'abc'), 'model');
    const path = join(folder, 'chat.gguf');
    expect(['cloned', 'copied']).toContain(await adoptFromCache(failing({ link: code }), blob, path));
    await writeFile(path, 'MODEL');
    expect(await readFile(blob, 'utf8')).toBe('model');
  });

  it('cannot be taken over when it is gone', async () => {
    const folder = await temporaryFolder();
    await expect(adoptFromCache(files, join(folder, 'gone'), join(folder, 'chat.gguf'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

describe('the records of what was put there', () => {
  it('are kept in the models folder, one for each model', async () => {
    const root = await temporaryFolder();
    const records = createModelRecords(files);
    const plan = planOf(planned('chat-Q4_K_M.gguf', 'model'));
    await put(join(root, 'acme/Chat-GGUF/chat-Q4_K_M.gguf'), 'model');
    const first = await record(root, plan);
    const second = { ...first, model: 'acme/chat-gguf@q8_0', quantization: 'Q8_0', catalogId: 'acme/chat' };
    await records.write(root, first);
    await records.write(root, second);
    await records.write(root, { ...first, commit: 'd'.repeat(40) });
    expect(await records.list(root)).toEqual([{ ...first, commit: 'd'.repeat(40) }, second]);
    expect(await records.find(root, 'acme/chat-gguf@q8_0')).toEqual(second);
    await records.remove(root, second.model);
    expect(await records.find(root, second.model)).toBeUndefined();
    expect(await records.list(await temporaryFolder())).toEqual([]);
  });

  it('that cannot be read are passed over with a warning', async () => {
    const root = await temporaryFolder();
    const warnings: string[] = [];
    const records = createModelRecords(files, (text) => warnings.push(text));
    const plan = planOf(planned('chat-Q4_K_M.gguf', 'model'));
    await put(join(root, 'acme/Chat-GGUF/chat-Q4_K_M.gguf'), 'model');
    const good = await record(root, plan);
    await records.write(root, good);
    const folder = join(root, '.modeldock', 'installed');
    const spoilt = ['{"version":1,"mod', '[]', 'null', '{"version":2}', '{"version":1,"model":"x"}', ''];
    for (const [index, text] of spoilt.entries()) await put(join(folder, `spoilt-${index}.json`), text);
    await put(join(folder, 'readme.txt'), 'not a record');
    expect(await records.list(root)).toEqual([good]);
    expect(warnings).toHaveLength(spoilt.length);
    expect(warnings[0]).toContain('spoilt-0.json');
  });

  it('are the old ones or the new ones, wherever writing them was interrupted', async () => {
    for (let steps = 0; ; steps++) {
      const root = await temporaryFolder();
      await put(join(root, 'acme/Chat-GGUF/chat-Q4_K_M.gguf'), 'model');
      const before = await record(root, planOf(planned('chat-Q4_K_M.gguf', 'model')));
      await createModelRecords(files).write(root, before);
      const after = { ...before, commit: sha256('later').slice(0, 40) };
      const done = await createModelRecords(crashBefore(steps))
        .write(root, after)
        .then(
          () => true,
          () => false,
        );
      const [found] = await createModelRecords(files).list(root);
      expect([before.commit, after.commit]).toContain(found?.commit);
      if (done) break;
    }
    expect(await readdir(await temporaryFolder())).toEqual([]);
  });
});
