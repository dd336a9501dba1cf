import * as nodeFiles from 'node:fs/promises';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { JobSnapshot } from '../../../src/core/job.js';
import type { HubOptions } from '../../../src/hub/index.js';
import type { FileLayer } from '../../../src/real/index.js';
import { openRealWorld, startJob, until, type RealWorld } from './real-world.js';

const MB = 1_000_000;
const REPO = 'stage/one-GGUF';
const PATH = 'one-Q4_K_M.gguf';
const completed = ({ state }: JobSnapshot): boolean => state === 'completed';
const stopped = ({ state }: JobSnapshot): boolean => state !== 'downloading';
const slow = {
  id: 'slow',
  when: { route: 'cdn' },
  effect: { type: 'slow-body', bytesPerSecond: MB, share: 'total' },
} as const;

let world: RealWorld;
afterEach(() => world.close());

async function openWorld(options: HubOptions = {}): Promise<RealWorld> {
  world = await openRealWorld({ repos: [{ id: REPO, files: [{ path: PATH, size: MB }] }], ...options });
  return world;
}
const served = (): number => world.hub.journal.summary().files.find(({ file }) => file === PATH)?.bytesServed ?? 0;

describe('a start', () => {
  it('calls the hub once for simultaneous starts of one model, and not at all while it is downloading', async () => {
    await openWorld({ faults: [slow] });
    const engine = await world.open();
    const jobs = await Promise.all(Array.from({ length: 20 }, () => startJob(engine, world.repo(REPO))));
    await startJob(engine, world.repo(REPO));
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(1);
    const asked = world.hub.journal.entries().filter(({ origin }) => origin === 'hub');
    expect(asked.map(({ route }) => route)).toEqual(['info', 'tree', 'resolve']);
  });

  it('refuses what the disk has no room for, with both numbers, and takes no lock', async () => {
    await openWorld();
    const engine = await world.open({ limits: { spareBytes: 1e18 } });
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(engine.start(world.repo(REPO))).rejects.toMatchObject({
        code: 'insufficient_space',
        message: expect.stringMatching(/expected 1000000000001000000 bytes .* found \d+ bytes/) as string,
      });
    }
    expect((await world.staged()).filter((path) => path.endsWith('.lock') || path.endsWith('job.json'))).toEqual([]);
  });

  it.each(['cancelled', 'hub_error'] as const)(
    'drops what a job has left that ended as %s when there is no other room',
    async (code) => {
      await openWorld({
        repos: [
          { id: REPO, files: [{ path: PATH, size: MB }] },
          { id: 'stage/two-GGUF', files: [{ path: 'two-Q4_K_M.gguf', size: 100_000 }] },
        ],
        faults:
          code === 'cancelled'
            ? [slow]
            : [{ when: { route: 'cdn', nth: { from: 5 } }, effect: { type: 'server-error' } }],
      });
      let hasRoom = true;
      const files: FileLayer = {
        ...nodeFiles,
        statfs: (async (path: string) => {
          const left = (await world.staged()).some((name) => name.endsWith('.part'));
          return Object.assign(await nodeFiles.statfs(path), { bsize: 1, bavail: hasRoom || !left ? 1e9 : 0 });
        }) as FileLayer['statfs'],
      };
      const engine = await world.open({ files });
      const job = await startJob(engine, world.repo(REPO));
      if (code === 'cancelled') {
        await until(engine, job.id, ({ downloadedBytes }) => downloadedBytes > 100_000);
        await engine.jobs.cancel(job.id);
      }
      expect(await until(engine, job.id, stopped)).toMatchObject({ state: 'failed', code });
      expect((await world.staged()).filter((name) => name.endsWith('.part'))).toHaveLength(1);
      hasRoom = false;
      world.hub.faults.clear();
      const other = await startJob(engine, world.repo('stage/two-GGUF'));
      await until(engine, other.id, completed);
      expect((await world.staged()).filter((name) => name.endsWith('.part'))).toEqual([]);
    },
  );

  it('is answered in time by a hub that is not there, says when to come back, and makes no job', async () => {
    await openWorld({ faults: [{ when: { route: 'info' }, effect: { type: 'stall' } }] });
    const engine = await world.open({ limits: { startMs: 300 } });
    await expect(engine.start(world.repo(REPO))).rejects.toMatchObject({ code: 'hub_unavailable' });
    expect((await world.staged()).filter((path) => path.endsWith('job.json'))).toEqual([]);
  });

  it('refuses a gated repo before there is a job', async () => {
    await openWorld({ repos: [{ id: REPO, gated: 'manual', files: [{ path: PATH, size: MB }] }] });
    const engine = await world.open();
    await expect(engine.start(world.repo(REPO))).rejects.toMatchObject({ code: 'gated_no_token' });
    const reader = await world.open({ environment: { HF_TOKEN: 'hf_reader' } });
    await expect(reader.start(world.repo(REPO))).rejects.toMatchObject({ code: 'gated_not_on_list' });
  });

  it('is refused when the engine is offline, but not for a model that is there', async () => {
    await openWorld();
    const online = await world.open();
    const job = await startJob(online, world.repo(REPO));
    await until(online, job.id, completed);
    await online.close();
    const offline = await world.open({ environment: { HF_HUB_OFFLINE: '1' } });
    expect(await offline.start(world.repo(REPO))).toBe('already_downloaded');
    await expect(offline.start(world.repo('stage/another'))).rejects.toMatchObject({ code: 'offline' });
  });
});

describe('a job', () => {
  it('goes on with the bytes of a cancelled one', async () => {
    await openWorld({ faults: [slow] });
    const engine = await world.open();
    const job = await startJob(engine, world.repo(REPO));
    await until(engine, job.id, ({ downloadedBytes }) => downloadedBytes > 300_000);
    await engine.jobs.cancel(job.id);
    world.hub.faults.clear();
    const next = await startJob(engine, world.repo(REPO));
    expect(next.downloadedBytes).toBeGreaterThan(300_000);
    await until(engine, next.id, completed);
    expect(served()).toBeLessThan(1.6 * MB);
    expect(await world.sha256(`${REPO}/${PATH}`)).toBe(await world.announced(REPO, PATH));
  });

  it('begins anew after bytes that were wrong to the end', async () => {
    await openWorld({ faults: [{ when: { route: 'cdn' }, effect: { type: 'flip-bit', atByte: 555_555 } }] });
    const engine = await world.open();
    const job = await startJob(engine, world.repo(REPO));
    const failed = await until(engine, job.id, stopped);
    expect(failed).toMatchObject({ state: 'failed', code: 'checksum_mismatch' });
    expect((failed as { reason: string }).reason).toContain(await world.announced(REPO, PATH));
    expect((await world.staged()).filter((name) => name.endsWith('.part'))).toEqual([]);
    world.hub.faults.clear();
    const next = await startJob(engine, world.repo(REPO));
    expect(next.downloadedBytes).toBe(0);
    await until(engine, next.id, completed);
    expect(await world.sha256(`${REPO}/${PATH}`)).toBe(await world.announced(REPO, PATH));
  });

  it('pauses by itself when the disk is full, and resumes when there is space', async () => {
    await openWorld();
    let isFull = true;
    const files: FileLayer = { ...nodeFiles, open: fullAfter(400_000, () => isFull) };
    let engine = await world.open({ files });
    const job = await startJob(engine, world.repo(REPO));
    const paused = await until(engine, job.id, stopped);
    expect(paused).toMatchObject({ state: 'paused', code: 'disk_full' });
    await engine.close();
    const crowded = await world.open({ limits: { spareBytes: 1e18 } });
    await expect(crowded.jobs.resume(job.id)).rejects.toMatchObject({ code: 'insufficient_space' });
    expect(await crowded.status(job.id)).toEqual(paused);
    await crowded.close();

    isFull = false;
    engine = await world.open({ files });
    const resumed = await engine.jobs.resume(job.id);
    expect(resumed).not.toHaveProperty('code');
    expect(resumed).toMatchObject({ id: job.id, downloadedBytes: paused.downloadedBytes });
    await until(engine, job.id, completed);
    expect(await world.sha256(`${REPO}/${PATH}`)).toBe(await world.announced(REPO, PATH));
  });

  it('pauses by itself when the token is gone that it needs, and goes on with one', async () => {
    await openWorld({ repos: [{ id: REPO, gated: 'manual', files: [{ path: PATH, size: MB }] }], faults: [slow] });
    const first = await world.open({ environment: { HF_TOKEN: 'hf_member' } });
    const job = await startJob(first, world.repo(REPO));
    await until(first, job.id, ({ downloadedBytes }) => downloadedBytes > 100_000);
    await first.close();
    world.hub.faults.clear();

    const second = await world.open();
    expect(await until(second, job.id, stopped)).toMatchObject({ state: 'paused', code: 'token_missing' });
    await second.close();

    const third = await world.open({ environment: { HF_TOKEN: 'hf_member' } });
    await third.jobs.resume(job.id);
    await until(third, job.id, completed);
    expect(world.hub.journal.summary().authorizationAtCdn).toBe(0);
  });

  it('fails with both files kept when another one takes its place meanwhile', async () => {
    await openWorld({ faults: [slow] });
    const engine = await world.open();
    const job = await startJob(engine, world.repo(REPO));
    await mkdir(join(world.root, REPO), { recursive: true });
    await writeFile(join(world.root, REPO, PATH), 'mine');
    world.hub.faults.clear();
    expect(await until(engine, job.id, stopped)).toMatchObject({ state: 'failed', code: 'target_exists' });
    expect(await nodeFiles.readFile(join(world.root, REPO, PATH), 'utf8')).toBe('mine');
    expect((await world.staged()).filter((name) => name.endsWith('.part'))).toHaveLength(1);
    await nodeFiles.rm(join(world.root, REPO, PATH));
    const fetched = served();
    const next = await startJob(engine, world.repo(REPO));
    await until(engine, next.id, completed);
    expect(served()).toBe(fetched);
  });

  it('keeps to the commit it was planned with, however the branch moves', async () => {
    await openWorld({
      repos: [
        {
          id: REPO,
          commits: [
            { title: 'first', files: [{ path: PATH, size: MB }] },
            { title: 'second', files: [{ path: PATH, size: MB, variant: 'other' }] },
          ],
          branches: { main: 0 },
        },
      ],
      faults: [slow],
    });
    const engine = await world.open();
    const job = await startJob(engine, world.repo(REPO));
    const digest = await world.announced(REPO, PATH);
    world.hub.control.moveBranch(REPO, 'main', 'next');
    world.hub.faults.clear();
    await until(engine, job.id, completed);
    expect(await world.sha256(`${REPO}/${PATH}`)).toBe(digest);
    expect(await engine.start(world.repo(REPO))).toBe('already_downloaded');
  });
});

/** Parts can be written up to a byte; beyond that the disk is full. */
function fullAfter(bytes: number, isFull: () => boolean): FileLayer['open'] {
  return async (...parameters: Parameters<FileLayer['open']>) => {
    const handle = await nodeFiles.open(...parameters);
    if (!String(parameters[0]).endsWith('.part')) return handle;
    let written = 0;
    const check = (buffers: readonly Uint8Array[]): void => {
      written += buffers.reduce((sum, { length }) => sum + length, 0);
      if (isFull() && written > bytes) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    };
    return new Proxy(handle, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          if (name === 'writev') check(given[0] as Uint8Array[]);
          if (name === 'write') check([given[0] as Uint8Array]);
          return await (value as (...all: unknown[]) => unknown).apply(target, given);
        };
      },
    });
  };
}
