import * as nodeFiles from 'node:fs/promises';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileStore, type RecordFiles } from '../../src/stores/file.js';
import { describeJobStore, type StoredNote } from '../suites/job-store.suite.js';

let base: string;
let stores = 0;
const newFolder = (): string => join(base, `store-${stores++}`, '.modeldock');
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'job-store-'));
});
afterAll(() => rm(base, { recursive: true }));

const job = (id: string, version = 0): StoredNote => ({ id, model: `model/${id}`, version });

/** A minute from now. */
async function later<Result>(act: () => Promise<Result>): Promise<Result> {
  const now = Date.now;
  Date.now = () => now() + 60_000;
  try {
    return await act();
  } finally {
    Date.now = now;
  }
}

describeJobStore('a store on disk', async () => createFileStore({ folders: [newFolder()] }));

describe('a store on disk', () => {
  it('has the same jobs when it is opened again', async () => {
    const folders = [newFolder()];
    const store = createFileStore<StoredNote>({ folders });
    await store.insert(job('job_2'), undefined);
    await store.insert(job('job_1'), undefined);
    await store.replace({ ...job('job_2', 1), note: 'kept' }, 0);
    const listed: string[] = [];
    for await (const { id, note } of createFileStore<StoredNote>({ folders }).list())
      listed.push(`${id} ${note ?? ''}`);
    expect(listed).toEqual(['job_2 kept', 'job_1 ']);
  });

  it('leaves one readable file per job behind, and nothing else', async () => {
    const folder = newFolder();
    const store = createFileStore<StoredNote>({ folders: [folder] });
    await store.insert(job('job_1'), undefined);
    await store.replace(job('job_1', 1), 0);
    expect(await readdir(join(folder, 'job_1'))).toEqual(['job.json']);
    expect(JSON.parse(await readFile(join(folder, 'job_1', 'job.json'), 'utf8'))).toEqual({
      format: 1,
      sequence: 1,
      ...job('job_1', 1),
    });
  });

  it('lets one of two processes through that replace the same version', async () => {
    const folders = [newFolder()];
    const writers = Array.from({ length: 8 }, () => createFileStore<StoredNote>({ folders }));
    await writers[0]!.insert(job('job_1'), undefined);
    for (let version = 0; version < 10; version++) {
      const outcomes = await Promise.all(
        writers.map((store, index) => store.replace({ ...job('job_1', version + 1), note: String(index) }, version)),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await writers[0]!.get('job_1')).toMatchObject({ note: String(outcomes.indexOf(true)) });
    }
  });

  it('gets past the claim of a process that was killed while it wrote', async () => {
    const folder = newFolder();
    const store = createFileStore<StoredNote>({ folders: [folder] });
    await store.insert(job('job_1'), undefined);
    const claim = join(folder, 'job_1', 'job.json.1');
    await writeFile(claim, 'half a rec');
    expect(await store.replace(job('job_1', 1), 0)).toBe(false);
    expect(await later(() => store.replace(job('job_1', 1), 0))).toBe(true);
    expect(await store.get('job_1')).toMatchObject({ version: 1 });
  });

  it('drops the claim of a killed process for a caller that knows of no other writer', async () => {
    const folder = newFolder();
    const store = createFileStore<StoredNote>({ folders: [folder] });
    await store.insert(job('job_1'), undefined);
    await writeFile(join(folder, 'job_1', 'job.json.1'), '{}');
    expect(await store.replace(job('job_1', 1), 0)).toBe(false);
    await store.dropClaims('job_1');
    await store.dropClaims('job_2');
    expect(await store.replace(job('job_1', 1), 0)).toBe(true);
  });

  it('tidies up after writers that were killed, and leaves alone who may still be writing', async () => {
    const folder = newFolder();
    const store = createFileStore<StoredNote>({ folders: [folder] });
    await store.insert(job('job_1'), undefined);
    await writeFile(join(folder, 'job_1', 'job.json.abc.tmp'), 'half');
    await writeFile(join(folder, 'job_1', 'model.part'), 'bytes');
    await mkdir(join(folder, 'job_2'));
    await mkdir(join(folder, 'locks'));
    await store.tidy();
    expect(await readdir(folder)).toEqual(['job_1', 'job_2', 'locks']);
    await later(() => store.tidy());
    expect(await readdir(folder)).toEqual(['job_1', 'locks']);
    expect(await readdir(join(folder, 'job_1'))).toEqual(['job.json', 'model.part']);
  });

  it('puts a job into the given folder, and finds it in any of its folders', async () => {
    const folders = [newFolder(), newFolder()];
    const store = createFileStore<StoredNote>({ folders, folderFor: ({ note }) => folders[Number(note)]! });
    await store.insert({ ...job('job_1'), note: '1' }, undefined);
    await store.insert({ ...job('job_2'), note: '0' }, undefined);
    expect(await store.folderOf('job_1')).toBe(join(folders[1]!, 'job_1'));
    expect(await store.get('job_2')).toMatchObject({ note: '0' });
    expect(await store.folderOf('job_3')).toBeUndefined();
  });

  it('forgets a job that is removed, with all that is in its folder', async () => {
    const folder = newFolder();
    const store = createFileStore<StoredNote>({ folders: [folder] });
    await store.insert(job('job_1'), undefined);
    await writeFile(join(folder, 'job_1', 'model.part'), 'bytes');
    await store.remove('job_1');
    await store.remove('job_1');
    expect(await store.get('job_1')).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it('warns about a record that it cannot read, and goes on with the others', async () => {
    const folder = newFolder();
    const warnings: string[] = [];
    const store = createFileStore<StoredNote>({ folders: [folder], onWarning: (text) => warnings.push(text) });
    await store.insert(job('job_1'), undefined);
    for (const [id, text] of [
      ['job_2', '{"format": 1, "seq'],
      ['job_3', '{"format": 2, "sequence": 3, "id": "job_3", "model": "m", "version": 0}'],
    ] as const) {
      await mkdir(join(folder, id));
      await writeFile(join(folder, id, 'job.json'), text);
    }
    const ids: string[] = [];
    for await (const { id } of store.list()) ids.push(id);
    expect(ids).toEqual(['job_1']);
    await store.latestFor('m');
    expect(warnings).toHaveLength(2);
    expect(warnings.sort()[0]).toContain(join(folder, 'job_2', 'job.json'));
  });

  it('can still record that the disk is full', async () => {
    const folder = newFolder();
    let room = Infinity;
    const files: RecordFiles = {
      ...nodeFiles,
      open: async (path, flags) => {
        const handle = await nodeFiles.open(path, flags);
        const write = handle.writeFile.bind(handle);
        handle.writeFile = async (contents) => {
          const bytes = (contents as Uint8Array).length;
          if (bytes > room) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
          room -= bytes;
          await write(contents);
        };
        return handle;
      },
      unlink: async (path) => {
        const { size } = await nodeFiles.stat(path);
        await nodeFiles.unlink(path);
        room += size;
      },
    };
    const store = createFileStore<StoredNote>({ folders: [folder], files, reserveBytes: 4096 });
    await store.insert(job('job_1'), undefined);
    room = 0;
    for (let version = 0; version < 3; version++) {
      expect(await store.replace({ ...job('job_1', version + 1), note: 'the disk is full' }, version)).toBe(true);
    }
    expect(await store.get('job_1')).toMatchObject({ version: 3, note: 'the disk is full' });
    await expect(store.insert(job('job_2'), undefined)).rejects.toThrow('no space left');
    expect(await readdir(folder)).toEqual(['job_1']);
  });

  it.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'])(
    'replaces a record where a link is answered with %s',
    async (code) => {
      const folder = newFolder();
      const link = () => Promise.reject(Object.assign(new Error('no links here'), { code }));
      const store = createFileStore<StoredNote>({ folders: [folder], files: { ...nodeFiles, link } });
      await store.insert(job('job_1'), undefined);
      expect(await store.replace(job('job_1', 1), 0)).toBe(true);
      expect(await store.get('job_1')).toMatchObject({ version: 1 });
      expect(await readdir(join(folder, 'job_1'))).toEqual(['job.json']);
    },
  );

  it('takes no path for an id', async () => {
    const folder = newFolder();
    const store = createFileStore<StoredNote>({ folders: [join(folder, 'inner')] });
    await createFileStore<StoredNote>({ folders: [folder] }).insert(job('job_1'), undefined);
    for (const id of ['../job_1', 'job_1/../../job_1', '.', '..', join(folder, 'job_1')]) {
      expect(await store.get(id)).toBeUndefined();
    }
  });
});
