import * as nodeFiles from 'node:fs/promises';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Downloader } from '../../../src/core/downloader.js';
import type { JobSnapshot } from '../../../src/core/job.js';
import { watchFiles } from '../watched-files.js';
import { openRealWorld, pass, startJob, until, type RealWorld } from './real-world.js';

const MB = 1_000_000;
const completed = ({ state }: JobSnapshot): boolean => state === 'completed';
const model = (name: string) => ({ id: `stage/${name}-GGUF`, files: [{ path: `${name}-Q4_K_M.gguf`, size: MB }] });
const SLOW = 'slow line';

let world: RealWorld;
beforeEach(async () => {
  world = await openRealWorld({
    repos: ['one', 'two', 'three', 'four'].map(model),
    faults: [{ id: SLOW, when: { route: 'cdn' }, effect: { type: 'slow-body', bytesPerSecond: MB, share: 'total' } }],
  });
});
afterEach(() => world.close());

const served = (name: string): number =>
  world.hub.journal.summary().files.find(({ file }) => file === `${name}-Q4_K_M.gguf`)?.bytesServed ?? 0;
const start = (engine: Downloader, name: string): Promise<JobSnapshot> =>
  startJob(engine, world.repo(`stage/${name}-GGUF`));
const underWay = (engine: Downloader, job: JobSnapshot): Promise<JobSnapshot> =>
  until(engine, job.id, ({ downloadedBytes }) => downloadedBytes > 200_000);

describe('an engine that is closed and opened again', () => {
  it('goes on with its jobs under their ids, with what they had', async () => {
    const first = await world.open();
    const job = await start(first, 'one');
    const before = await underWay(first, job);
    await first.close();

    const second = await world.open();
    const after = (await second.status(job.id))!;
    expect(after).toMatchObject({ id: job.id, state: 'downloading', startedAt: job.startedAt, model: job.model });
    expect(after.downloadedBytes).toBeGreaterThanOrEqual(before.downloadedBytes);
    await until(second, job.id, completed);
    // What was on the wire when it was closed comes again.
    expect(served('one')).toBeLessThan(1.6 * MB);
    expect(await world.sha256('stage/one-GGUF/one-Q4_K_M.gguf')).toBe(
      await world.announced('stage/one-GGUF', 'one-Q4_K_M.gguf'),
    );
  });

  it('keeps paused jobs paused', async () => {
    const first = await world.open();
    const job = await start(first, 'one');
    await underWay(first, job);
    const paused = await first.jobs.pause(job.id);
    await first.close();

    const second = await world.open();
    expect(await second.status(job.id)).toEqual(paused);
    await second.jobs.resume(job.id);
    await until(second, job.id, completed);
  });

  it('keeps the order of those that wait', async () => {
    const limits = { jobsAtOnce: 1 };
    const first = await world.open({ limits });
    const jobs = [];
    for (const name of ['one', 'two', 'three', 'four']) jobs.push(await start(first, name));
    const [one, two, three, four] = jobs.map(({ id }) => id);
    expect(await first.jobs.details(four!)).toMatchObject({ phase: 'queued', queuePosition: 2 });
    expect(await first.status(four!)).toMatchObject({ state: 'downloading', bytesPerSecond: 0 });
    await first.jobs.move(four!, 0);
    await expect(first.jobs.move(one!, 0)).rejects.toMatchObject({ code: 'wrong_job_state' });
    await first.close();

    const second = await world.open({ limits });
    const positions = await Promise.all(jobs.map(async ({ id }) => (await second.jobs.details(id))?.queuePosition));
    expect(positions).toEqual([undefined, 1, 2, 0]);
    world.hub.faults.remove(SLOW);
    const ended: string[] = [];
    second.subscribe(({ type, job }) => {
      if (type === 'completed') ended.push(job);
    });
    for (const { id } of jobs) await until(second, id, completed);
    // A job is seen to be completed a moment before the event says so.
    await expect.poll(() => ended).toEqual([one, four, two, three]);
  });

  it('completes a publication that was interrupted', async () => {
    const first = await world.open();
    world.hub.faults.remove(SLOW);
    const job = await start(first, 'one');
    await first.jobs.pause(job.id);
    await first.close();
    // A process that is killed between the record `publishing` and the first link.
    const second = await world.open({
      files: {
        ...nodeFiles,
        link: async (from, to) => {
          if (String(to).endsWith('one-Q4_K_M.gguf')) throw Object.assign(new Error('cut'), { code: 'ENOSPC' });
          await nodeFiles.link(from, to);
        },
      },
    });
    await second.jobs.resume(job.id);
    const held = await until(second, job.id, ({ state }) => state !== 'downloading');
    expect(held).toMatchObject({ state: 'paused', code: 'disk_full' });
    await second.close();
    const path = join(world.root, '.modeldock', job.id, 'job.json');
    const record = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    expect(record).toMatchObject({ publishing: { files: [{ part: {} }] } });
    await writeFile(`${path}.${Number(record.version) + 1}`, 'half of what a process wrote that was killed');
    const { code: _, reason: __, ...going } = { ...record, state: 'downloading' } as Record<string, unknown>;
    await writeFile(path, JSON.stringify(going));

    world.hub.faults.add({ when: { route: ['cdn', 'resolve'] }, effect: { type: 'server-error' } });
    const third = await world.open();
    await until(third, job.id, completed);
    expect(await world.published()).toEqual(['stage/one-GGUF/one-Q4_K_M.gguf']);
    expect(await third.start(world.repo('stage/one-GGUF'))).toBe('already_downloaded');
  });

  it('keeps no token and no signed URL on the disk', async () => {
    const engine = await world.open({ environment: { HF_TOKEN: 'hf_member' } });
    const job = await start(engine, 'one');
    await underWay(engine, job);
    await engine.jobs.pause(job.id);
    const path = join(world.root, '.modeldock');
    for (const name of await world.staged()) {
      if (name.endsWith('.part')) continue;
      const text = await readFile(join(path, name), 'latin1');
      expect(text).not.toMatch(/hf_member|Signature|Expires=|\?/);
    }
  });
});

describe('two engines over one folder', () => {
  it('never run the same job: the second names the process that has it, and lists it', async () => {
    const first = await world.open();
    const job = await start(first, 'one');
    await underWay(first, job);
    const second = await world.open();
    expect(await second.status(job.id)).toMatchObject({ id: job.id, state: 'downloading', bytesPerSecond: 0 });
    expect((await second.jobs.details(job.id))!.connections).toBe(0);
    await expect(start(second, 'one')).rejects.toMatchObject({
      code: 'model_busy',
      message: expect.stringMatching(new RegExp(`process ${process.pid} .*\\d+ % done`)) as string,
    });
    await expect(second.jobs.pause(job.id)).rejects.toMatchObject({ code: 'model_busy' });
    await expect(second.jobs.cancel(job.id)).rejects.toMatchObject({ code: 'model_busy' });
    world.hub.faults.remove(SLOW);
    const other = await start(second, 'two');
    await until(first, job.id, completed);
    await until(second, other.id, completed);
    expect(await start(second, 'one').catch(String)).toContain('already');
  });
});

describe('a server that opens while another one is on its way out', () => {
  it('goes on with the jobs of that one by itself as soon as they are free', async () => {
    const limits = { lockStaleMs: 1000, lockTouchMs: 20 };
    const first = await world.open({ limits });
    const job = await start(first, 'one');
    await underWay(first, job);
    let locksRead = 0;
    const files = watchFiles({
      after: ({ name, path }) => {
        if (name === 'open' && path.endsWith('.lock')) locksRead++;
      },
    });
    const second = await world.open({ limits, files });
    // It looks when it opens, and again after a while.
    const once = locksRead;
    expect(once).toBeGreaterThan(0);
    await expect.poll(() => locksRead).toBeGreaterThan(once);
    expect((await second.jobs.details(job.id))!.connections).toBe(0);
    await first.close();
    await until(second, job.id, completed);
    expect(await world.published()).toEqual(['stage/one-GGUF/one-Q4_K_M.gguf']);
  });

  it('continues a job whose lock was removed', async () => {
    const engine = await world.open({ limits: { lockStaleMs: 200, lockTouchMs: 20 } });
    const job = await start(engine, 'one');
    await underWay(engine, job);
    await nodeFiles.rm(join(world.root, '.modeldock/locks'), { recursive: true });
    await until(engine, job.id, completed);
    expect(served('one')).toBeLessThan(1.9 * MB);
  });
});

describe('a command', () => {
  it('leaves the jobs of others alone, pauses its own when it closes, and goes on with it when it is called again', async () => {
    const server = await world.open();
    const others = await start(server, 'two');
    await server.close();

    const command = await world.open({ owner: 'command' });
    expect(await command.jobs.details(others.id)).toMatchObject({ connections: 0 });
    const job = await start(command, 'one');
    await underWay(command, job);
    await command.close();

    const again = await world.open({ owner: 'command' });
    expect(await again.status(job.id)).toMatchObject({ state: 'paused' });
    world.hub.faults.remove(SLOW);
    expect(await again.get(world.repo('stage/one-GGUF'))).toMatchObject({ id: job.id, state: 'downloading' });
    await until(again, job.id, completed);
    expect(await again.status(others.id)).toMatchObject({ state: 'downloading' });
    await pass(again);
    expect(await again.status(others.id)).toMatchObject({
      state: 'downloading',
      downloadedBytes: expect.any(Number) as number,
    });
    expect(await world.published()).toEqual(['stage/one-GGUF/one-Q4_K_M.gguf']);
  });
});
