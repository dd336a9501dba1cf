import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Downloader } from '../../../src/core/downloader.js';
import type { JobSnapshot } from '../../../src/core/job.js';
import { watchFiles } from '../watched-files.js';
import { openRealWorld, startJob, until, type RealWorld } from './real-world.js';

const MODEL = 'stage/one-GGUF';
const FILE = 'one-Q4_K_M.gguf';
const SIZE = 600_000;
const stopped = ({ state }: JobSnapshot): boolean => state !== 'downloading';

let world: RealWorld;
let warnings: string[];
beforeEach(async () => {
  warnings = [];
  world = await openRealWorld({
    repos: [MODEL, 'stage/two-GGUF'].map((id) => ({
      id,
      files: [{ path: id === MODEL ? FILE : 'two-Q4_K_M.gguf', size: SIZE }],
    })),
    faults: [
      {
        id: 'slow',
        when: { route: 'cdn' },
        effect: { type: 'slow-body', bytesPerSecond: 500_000, share: 'total' },
      },
    ],
  });
});
afterEach(() => world.close());

const open = (): Promise<Downloader> =>
  world.open({ onWarning: (text) => warnings.push(text), limits: { checkpointMs: 20, lockTouchMs: 20 } });

/** A download that has some bytes of its file. */
async function download(engine: Downloader): Promise<JobSnapshot> {
  const { id } = await startJob(engine, world.repo(MODEL));
  return until(engine, id, ({ downloadedBytes }) => downloadedBytes > 100_000);
}

async function stagedFile(id: string, kind: 'part' | 'journal'): Promise<string> {
  const folder = join(world.root, '.modeldock', id);
  return join(
    folder,
    (await readdir(folder)).find((name) => name.endsWith(`.${kind}`))!,
  );
}

async function expectCompleted(engine: Downloader, id: string): Promise<void> {
  world.hub.faults.clear();
  expect(await until(engine, id, stopped)).toMatchObject({ state: 'completed' });
  expect(await world.sha256(`${MODEL}/${FILE}`)).toBe(await world.announced(MODEL, FILE));
}

const away = (): string => `${world.root}-away`;

describe('while a download runs', () => {
  it('a models folder that is renamed away pauses it with its bytes; put back, it goes on', async () => {
    const engine = await open();
    const before = await download(engine);
    await rename(world.root, away());
    const paused = await until(engine, before.id, stopped);
    expect(paused).toMatchObject({
      ...{ state: 'paused', code: 'disk_error' },
      reason: `The models folder ${world.root} is gone. Put it back, then resume.`,
    });
    expect(paused.downloadedBytes).toBeGreaterThanOrEqual(before.downloadedBytes);
    const refusal = { code: 'disk_error', message: expect.stringContaining('is gone. Put it back') as string };
    await expect(engine.jobs.resume(before.id)).rejects.toMatchObject(refusal);
    await expect(engine.start(world.repo('stage/two-GGUF'))).rejects.toMatchObject(refusal);
    // Nothing makes the folder again, where a disk may be mounted later.
    await expect(stat(world.root)).rejects.toMatchObject({ code: 'ENOENT' });
    await rename(away(), world.root);
    expect(await engine.status(before.id)).toEqual(paused);
    expect((await engine.jobs.resume(before.id)).downloadedBytes).toBeGreaterThanOrEqual(paused.downloadedBytes);
    await expectCompleted(engine, before.id);
  });

  it('a folder of it that is deleted pauses it and says so; resumed, it begins anew', async () => {
    const engine = await open();
    const { id } = await download(engine);
    await rm(join(world.root, '.modeldock', id), { recursive: true });
    expect(await until(engine, id, stopped)).toMatchObject({
      ...{ state: 'paused', code: 'disk_error', reason: expect.stringMatching(/was deleted.*then resume/) as string },
    });
    await engine.jobs.resume(id);
    await expectCompleted(engine, id);
  });

  it.each(['deleted', 'replaced'])('a part that is %s pauses it and says how much is lost', async (how) => {
    const engine = await open();
    const { id } = await download(engine);
    const part = await stagedFile(id, 'part');
    if (how === 'replaced') {
      await writeFile(`${part}.other`, Buffer.alloc(SIZE, 'x'));
      await rename(`${part}.other`, part);
    } else await rm(part);
    const paused = await until(engine, id, stopped);
    expect(paused).toMatchObject({
      ...{ state: 'paused', code: 'disk_error', downloadedBytes: 0 },
      reason: expect.stringMatching(/was deleted, renamed or replaced .* \d+ bytes are lost.*then resume/) as string,
    });
    await engine.jobs.resume(id);
    await expectCompleted(engine, id);
  });

  it('a part that is replaced while it is verified never gets its name', async () => {
    let isReplaced = false;
    const files = watchFiles({
      before: async ({ name, path }) => {
        if (name !== 'datasync' || !path.endsWith('.part') || isReplaced) return undefined;
        isReplaced = true;
        await writeFile(`${path}.other`, Buffer.alloc(SIZE, 'x'));
        await rename(`${path}.other`, path);
        return undefined;
      },
    });
    const engine = await world.open({ files, limits: { checkpointMs: 60_000 } });
    world.hub.faults.clear();
    const { id } = await startJob(engine, world.repo(MODEL));
    expect(await until(engine, id, stopped)).toMatchObject({ state: 'paused', code: 'disk_error' });
    expect(isReplaced).toBe(true);
    expect(await world.published()).toEqual([]);
    await engine.jobs.resume(id);
    await expectCompleted(engine, id);
  });

  it.each(['deleted', 'replaced'])('a journal that is %s is written anew, and says so', async (how) => {
    const engine = await open();
    const { id } = await download(engine);
    const journal = await stagedFile(id, 'journal');
    if (how === 'replaced') {
      await writeFile(`${journal}.other`, 'what is this?');
      await rename(`${journal}.other`, journal);
    } else await rm(journal);
    await expect.poll(() => warnings.join()).toContain('is written anew');
    const before = (await engine.status(id))!;
    await engine.close();
    const again = await open();
    expect((await again.status(id))!.downloadedBytes).toBeGreaterThanOrEqual(before.downloadedBytes);
    await expectCompleted(again, id);
  });
});

describe('while a download is paused', () => {
  it('a models folder that is renamed away is named; put back, it goes on', async () => {
    const engine = await open();
    const { id } = await download(engine);
    const paused = await engine.jobs.pause(id);
    await rename(world.root, away());
    expect(await engine.status(id)).toEqual({
      ...{ ...paused, code: 'disk_error' },
      reason: `The models folder ${world.root} is gone. Put it back, then resume.`,
    });
    await expect(engine.jobs.resume(id)).rejects.toMatchObject({ code: 'disk_error' });
    await rename(away(), world.root);
    expect(await engine.status(id)).toEqual(paused);
    await engine.jobs.resume(id);
    await expectCompleted(engine, id);
  });

  it.each(['part', 'journal'] as const)('a %s that is deleted costs its bytes, and that is said', async (kind) => {
    const first = await open();
    const { id } = await download(first);
    await first.jobs.pause(id);
    await rm(await stagedFile(id, kind));
    await first.jobs.resume(id);
    await expect.poll(() => warnings.join()).toMatch(/^\d+ bytes of one-Q4_K_M.gguf are not in .* any more/);
    await expectCompleted(first, id);
  });
});

it('a models folder that is moved while no process runs brings its downloads along', async () => {
  const first = await open();
  const { id, downloadedBytes } = await download(first);
  await first.close();
  await rename(world.root, away());
  const engine = await world.open({ modelsDirs: [away()] });
  expect((await engine.status(id))!.downloadedBytes).toBeGreaterThanOrEqual(downloadedBytes);
  world.hub.faults.clear();
  expect(await until(engine, id, stopped)).toMatchObject({ state: 'completed' });
  expect(await readdir(join(away(), MODEL))).toEqual([FILE]);
  await expect(stat(world.root)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('an empty folder in the place of a models folder is not filled by a download that runs', async () => {
  const engine = await open();
  const { id } = await download(engine);
  await rename(world.root, away());
  await mkdir(world.root);
  expect(await until(engine, id, stopped)).toMatchObject({ state: 'paused', code: 'disk_error' });
  expect(await world.staged()).toEqual([]);
});
