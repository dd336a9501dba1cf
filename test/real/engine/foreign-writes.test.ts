import { open, readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Downloader } from '../../../src/core/downloader.js';
import { watchFiles } from '../watched-files.js';
import { openRealWorld, startJob, until, type RealWorld } from './real-world.js';

const MODEL = 'shared/model-GGUF';
const FILE = 'chat-Q4_K_M.gguf';

let world: RealWorld;
beforeEach(async () => {
  world = await openRealWorld({ repos: [{ id: MODEL, files: [{ path: FILE, size: 400_000 }] }] });
});
afterEach(() => world.close());

/** Writes into a file as another program might, and leaves its times as they were. */
async function writeInto(path: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  const handle = await open(path, 'r+');
  await handle.write(Buffer.from('another program was here'), 0, 24, 1000);
  await handle.close();
  await utimes(path, atime, mtime);
}

async function expectRight(engine: Downloader, id: string): Promise<void> {
  expect(await until(engine, id, ({ state }) => state !== 'downloading')).toMatchObject({ state: 'completed' });
  expect(await world.sha256(`${MODEL}/${FILE}`)).toBe(await world.announced(MODEL, FILE));
}

describe('a file that another program writes into', () => {
  it('after it was hashed, gets its name only with the right bytes, and little is fetched again', async () => {
    let written = 0;
    const files = watchFiles({
      before: async ({ name, path, to }) => {
        const isPublishing = name === 'rename' && to?.endsWith('job.json') && written === 0;
        if (!isPublishing || !(await readFile(path, 'utf8')).includes('"publishing"')) return undefined;
        written++;
        const folder = join(to!, '..');
        const part = (await readdir(folder)).find((each) => each.endsWith('.part'))!;
        await writeInto(join(folder, part));
        return undefined;
      },
    });
    const engine = await world.open({ files });
    const { id } = await startJob(engine, world.repo(MODEL));
    await expectRight(engine, id);
    expect(written).toBe(1);
    expect(engine.metrics().downloadedBytes).toBeLessThan(600_000);
  });

  it('between two runs of a publication, is found by its bytes: its second name has changed its times anyway', async () => {
    const files = watchFiles({
      before: ({ name, path }) => {
        // The process is killed between the new name and the end of the old one.
        if (name === 'rm' && path.endsWith('.part')) throw Object.assign(new Error('killed'), { code: 'EIO' });
        return undefined;
      },
    });
    const first = await world.open({ files });
    const { id } = await startJob(first, world.repo(MODEL));
    await until(first, id, ({ state }) => state !== 'downloading');
    await first.close();
    await writeInto(join(world.root, MODEL, FILE));
    const engine = await world.open();
    const again = await engine.start(world.repo(MODEL));
    if (again !== 'already_downloaded') await expectRight(engine, again.id);
    expect(await world.sha256(`${MODEL}/${FILE}`)).toBe(await world.announced(MODEL, FILE));
  });

  it('after it was published and recorded, is not said to be downloaded', async () => {
    const engine = await world.open();
    const { id } = await startJob(engine, world.repo(MODEL));
    await expectRight(engine, id);
    expect(await engine.start(world.repo(MODEL))).toBe('already_downloaded');
    await writeInto(join(world.root, MODEL, FILE));
    await expectRight(engine, (await startJob(engine, world.repo(MODEL))).id);
    expect(await engine.start(world.repo(MODEL))).toBe('already_downloaded');
  });
});
