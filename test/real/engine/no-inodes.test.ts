import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Downloader } from '../../../src/core/downloader.js';
import type { JobSnapshot } from '../../../src/core/job.js';
import { openRealWorld, startJob, until, type RealWorld } from './real-world.js';

const run = promisify(execFile);
const SMALL = 300_000;
const repos = ['one', 'two', 'three'].map((name) => ({
  id: `stage/${name}-GGUF`,
  files: ['', '-mmproj'].map((suffix) => ({
    path: suffix ? `mmproj-${name}-F16.gguf` : `${name}-Q4_K_M.gguf`,
    size: SMALL,
  })),
}));
const slow = {
  when: { route: 'cdn' },
  effect: { type: 'slow-body', bytesPerSecond: 1_000_000, share: 'total' },
} as const;

let place: string;
let root: string;
let isMounted = false;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'modeldock-inodes-'));
  isMounted = await run('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=60,size=16m', 'tmpfs', place]).then(
    () => true,
    () => false,
  );
});
let world: RealWorld | undefined;
afterEach(async () => {
  await makeRoom();
  await world?.close();
  world = undefined;
  await rm(root, { recursive: true, force: true });
});
afterAll(async () => {
  if (isMounted) await run('umount', [place]);
  await rm(place, { recursive: true, force: true });
});

async function openWorld(options: { faults?: (typeof slow)[] } = {}): Promise<RealWorld> {
  world = await openRealWorld({ repos, ...options });
  root = join(place, 'models');
  await mkdir(root, { recursive: true });
  return world;
}

/** Takes all inodes: no further file can be created, whatever its size. */
async function fill(): Promise<void> {
  for (let index = 0; ; index++) {
    const isFull = await writeFile(join(place, `fill-${index}`), '').then(
      () => false,
      () => true,
    );
    if (isFull) return;
  }
}

async function makeRoom(): Promise<void> {
  for (const name of await readdir(place)) if (name.startsWith('fill-')) await rm(join(place, name));
}

const stopped = ({ state }: JobSnapshot): boolean => state !== 'downloading';

async function expectToGoOn(engine: Downloader, job: JobSnapshot): Promise<void> {
  const resumed = await engine.jobs.resume(job.id);
  expect(resumed.downloadedBytes).toBeGreaterThanOrEqual(job.downloadedBytes);
  expect(await until(engine, job.id, stopped)).toMatchObject({ state: 'completed' });
}

describe('where no further file can be created', () => {
  it('refuses a start as one without room, and starts once there is', async (context) => {
    if (!isMounted) return context.skip('mount is not permitted here');
    const { open, repo } = await openWorld();
    const engine = await open({ modelsDirs: [root] });
    await fill();
    await expect(engine.start(repo('stage/one-GGUF'))).rejects.toMatchObject({
      code: 'insufficient_space',
      message: expect.stringContaining('ENOSPC') as string,
    });
    await makeRoom();
    const job = await startJob(engine, repo('stage/two-GGUF'));
    expect(await until(engine, job.id, stopped)).toMatchObject({ state: 'completed' });
  });

  it('pauses a download that needs one in its middle, with its bytes, and goes on with them', async (context) => {
    if (!isMounted) return context.skip('mount is not permitted here');
    const { open, repo } = await openWorld({ faults: [slow] });
    const engine = await open({ modelsDirs: [root], limits: { shortestRunBytes: 64 * 1024 } });
    const job = await startJob(engine, repo('stage/one-GGUF'));
    await until(engine, job.id, ({ downloadedBytes }) => downloadedBytes > 100_000);
    // The first file is on its way; the second, or the names in the models folder, find no inode.
    await fill();
    const paused = await until(engine, job.id, stopped);
    expect(paused).toMatchObject({ state: 'paused', code: 'disk_full' });
    expect(paused.downloadedBytes).toBeGreaterThanOrEqual(SMALL);
    for (let again = 0; again < 2; again++) {
      await expect(engine.jobs.resume(job.id)).rejects.toMatchObject({ code: 'insufficient_space' });
      expect(await engine.status(job.id)).toEqual(paused);
    }
    await makeRoom();
    await expectToGoOn(engine, paused);
  });

  it('keeps what a paused job is while its process is replaced', async (context) => {
    if (!isMounted) return context.skip('mount is not permitted here');
    const { open, repo } = await openWorld({ faults: [slow] });
    const first = await open({ modelsDirs: [root], limits: { shortestRunBytes: 64 * 1024 } });
    const job = await startJob(first, repo('stage/one-GGUF'));
    await until(first, job.id, ({ downloadedBytes }) => downloadedBytes > 100_000);
    await fill();
    const paused = await until(first, job.id, stopped);
    await first.close();
    await fill();
    const warnings: string[] = [];
    const second = await open({ modelsDirs: [root], onWarning: (text) => warnings.push(text) });
    expect(await second.status(job.id)).toEqual(paused);
    expect(warnings.join()).toContain('the disk is full');
    await makeRoom();
    await expectToGoOn(second, paused);
  });

  it('opens a server over a download that was cut off, and shows it as paused with its bytes', async (context) => {
    if (!isMounted) return context.skip('mount is not permitted here');
    const { open, repo } = await openWorld({ faults: [slow] });
    const first = await open({ modelsDirs: [root] });
    const job = await startJob(first, repo('stage/one-GGUF'));
    const before = await until(first, job.id, ({ downloadedBytes }) => downloadedBytes > 100_000);
    await first.close();
    await fill();
    const second = await open({ modelsDirs: [root] });
    const paused = await until(second, job.id, stopped);
    expect(paused).toMatchObject({ state: 'paused', code: 'disk_full' });
    expect(paused.downloadedBytes).toBeGreaterThanOrEqual(before.downloadedBytes);
    await makeRoom();
    await expectToGoOn(second, paused);
  });
});
