import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DownloadEngine, DownloadRequest, JobControl } from '../../src/core/engine.js';
import type { JobSnapshot } from '../../src/core/job.js';

/** Models that a world under test has, by what downloading them is like. */
export interface TestModels {
  /** Takes a while: long enough to be looked at, paused and cancelled. */
  slow: DownloadRequest;
  quick: DownloadRequest;
  /** Fails on its way, with a part of its bytes there, until the world is healed. */
  failing: DownloadRequest;
  /** Two of one repo, and the same as the first without asking for a quantization. */
  quantizations: readonly [first: DownloadRequest, second: DownloadRequest, preferred: DownloadRequest];
  /** A catalog id that nobody has. */
  unknown: DownloadRequest;
  /** Of a repo that is there. */
  noSuchQuantization: DownloadRequest;
  catalogWithQuantization: DownloadRequest;
}

/** One engine with nothing downloaded yet. */
export interface TestedEngine {
  engine: DownloadEngine;
  jobs: JobControl;
  models: TestModels;
  /** Lets some time go by: a moment of a download. */
  pass(): Promise<void>;
  /** What was wrong is over. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** What every engine does, simulated or real. */
export function describeDownloadEngine(name: string, open: () => Promise<TestedEngine>): void {
  describe(name, () => {
    let world: TestedEngine;
    /** The most bytes that were seen of each job. */
    let seen: Map<string, number>;
    beforeEach(async () => {
      seen = new Map();
      world = await open();
    });
    afterEach(() => world.close());

    describe('a start', () => {
      it('gives a job that is downloading, with its facts', async () => {
        const job = await start(world.models.slow);
        expect(job).toMatchObject({ state: 'downloading', id: expect.stringMatching(/^job_[0-9a-f]{10}$/) as string });
        expect(job.totalBytes).toBeGreaterThan(0);
        expect(await look(job.id)).toMatchObject({ id: job.id, model: job.model, startedAt: job.startedAt });
      });

      it('of the same model gives the same job while it is downloading, and while it is paused', async () => {
        const job = await start(world.models.slow);
        expect((await start(world.models.slow)).id).toBe(job.id);
        await world.jobs.pause(job.id);
        expect(await start(world.models.slow)).toMatchObject({ id: job.id, state: 'paused' });
        expect(await listed()).toHaveLength(1);
      });

      it('gives one job however many ask at once', async () => {
        const jobs = await Promise.all(Array.from({ length: 20 }, () => start(world.models.slow)));
        expect(new Set(jobs.map(({ id }) => id)).size).toBe(1);
        expect(await listed()).toHaveLength(1);
      });

      it('says so once the model is there, and makes no job any more', async () => {
        const job = await start(world.models.quick);
        await until(job.id, ({ state }) => state === 'completed');
        expect(await world.engine.start(world.models.quick)).toBe('already_downloaded');
        expect(await listed()).toHaveLength(1);
      });

      it('keeps quantizations of one repo apart, and knows the preferred one by its name', async () => {
        const [first, second, preferred] = await Promise.all(world.models.quantizations.map(start));
        expect(first!.id).not.toBe(second!.id);
        expect(first!.model).not.toBe(second!.model);
        expect(preferred!.id).toBe(first!.id);
        expect(await listed()).toHaveLength(2);
      });

      it.each([
        ['unknown', 'model_not_found'],
        ['noSuchQuantization', 'no_compatible_option'],
        ['catalogWithQuantization', 'catalog_quantization'],
      ] as const)('refuses a model that is %s, and makes no job', async (which, code) => {
        await expect(world.engine.start(world.models[which])).rejects.toMatchObject({ name: 'RefusedError', code });
        expect(await listed()).toEqual([]);
      });
    });

    describe('a job', () => {
      it('completes with all of its bytes, and stays completed, with one completion time', async () => {
        const job = await start(world.models.slow);
        const completed = await until(job.id, ({ state }) => state === 'completed');
        expect(completed).toMatchObject({ downloadedBytes: job.totalBytes, startedAt: job.startedAt });
        await world.pass();
        expect(await look(job.id)).toEqual(completed);
      });

      it('has a speed and an estimate while bytes move', async () => {
        const job = await start(world.models.slow);
        const moving = await until(job.id, (now) => now.state === 'downloading' && now.bytesPerSecond > 0);
        expect(moving).toMatchObject({ estimatedCompletion: expect.any(Number) as number });
      });

      it('with an unknown id is undefined', async () => {
        expect(await world.engine.status('job_0000000000')).toBeUndefined();
        expect(await world.engine.status('../job.json')).toBeUndefined();
        expect(await world.jobs.find('')).toBeUndefined();
      });

      it('that failed keeps its bytes and its code, and the next one continues from there', async () => {
        const job = await start(world.models.failing);
        const failed = await until(job.id, ({ state }) => state === 'failed');
        expect(failed).toMatchObject({
          code: expect.any(String) as string,
          reason: expect.stringMatching(/./) as string,
          failedAt: expect.any(Number) as number,
        });
        expect(failed.downloadedBytes).toBeGreaterThan(0);
        expect(failed.downloadedBytes).toBeLessThan(failed.totalBytes);

        await world.heal();
        const retry = await start(world.models.failing);
        expect(retry.id).not.toBe(job.id);
        expect(retry.model).toBe(job.model);
        expect(retry.downloadedBytes).toBe(failed.downloadedBytes);
        expect(await until(retry.id, ({ state }) => state === 'completed')).toMatchObject({
          downloadedBytes: job.totalBytes,
        });
        expect(await look(job.id)).toEqual(failed);
      });
    });

    describe('the control of jobs', () => {
      it('pauses a job, which then stands still, and lets it go on to its end', async () => {
        const job = await start(world.models.slow);
        const moving = await until(job.id, ({ downloadedBytes }) => downloadedBytes > 0);
        const paused = await world.jobs.pause(job.id);
        expect(paused).toMatchObject({ id: job.id, state: 'paused' });
        expect(paused).not.toHaveProperty('code');
        expect(paused.downloadedBytes).toBeGreaterThanOrEqual(moving.downloadedBytes);
        await world.pass();
        expect(await look(job.id)).toEqual(paused);

        expect(await world.jobs.resume(job.id)).toMatchObject({ state: 'downloading' });
        const completed = await until(job.id, ({ state }) => state === 'completed');
        expect(completed.downloadedBytes).toBe(job.totalBytes);
      });

      it('cancels a job, which drops its bytes; the next start is another job', async () => {
        const job = await start(world.models.slow);
        await until(job.id, ({ downloadedBytes }) => downloadedBytes > 0);
        const cancelled = await world.jobs.cancel(job.id);
        expect(cancelled).toMatchObject({ state: 'failed', code: 'cancelled', downloadedBytes: 0 });
        expect(await look(job.id)).toEqual(cancelled);
        expect((await start(world.models.slow)).id).not.toBe(job.id);
      });

      it('cancels a job that is paused', async () => {
        const job = await start(world.models.slow);
        await world.jobs.pause(job.id);
        expect(await world.jobs.cancel(job.id)).toMatchObject({ state: 'failed', code: 'cancelled' });
      });

      it('lists every job, oldest first, and changes none by it', async () => {
        const jobs = [
          await start(world.models.slow),
          await start(world.models.quantizations[1]),
          await start(world.models.quantizations[0]),
        ];
        await world.jobs.pause(jobs[0]!.id);
        expect((await listed()).map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
        expect((await listed())[0]).toMatchObject({ state: 'paused' });
      });

      it('pauses a job once for any number of simultaneous calls', async () => {
        const job = await start(world.models.slow);
        const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => world.jobs.pause(job.id)));
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await look(job.id)).toMatchObject({ state: 'paused' });
      });

      it.each([
        ['resume', 'downloading', []],
        ['pause', 'paused', ['pause']],
        ['pause', 'failed', ['cancel']],
        ['resume', 'failed', ['cancel']],
        ['cancel', 'failed', ['cancel']],
      ] as const)('cannot %s a job that is %s', async (verb, state, before) => {
        const { id } = await start(world.models.slow);
        for (const act of before) await world.jobs[act](id);
        await expect(world.jobs[verb](id)).rejects.toMatchObject({
          code: 'wrong_job_state',
          subject: id,
          message: expect.stringContaining(`Cannot ${verb} ${id}: it is ${state}, and only`) as string,
        });
      });

      it.each(['pause', 'resume', 'cancel'] as const)('cannot %s a job that is completed', async (verb) => {
        const { id } = await start(world.models.quick);
        await until(id, ({ state }) => state === 'completed');
        await expect(world.jobs[verb](id)).rejects.toMatchObject({ code: 'wrong_job_state', subject: id });
      });

      it.each(['pause', 'resume', 'cancel'] as const)('cannot %s a job that is not there', async (verb) => {
        await expect(world.jobs[verb]('job_0000000000')).rejects.toMatchObject({
          code: 'job_not_found',
          subject: 'job_0000000000',
        });
      });
    });

    async function start(request: DownloadRequest): Promise<JobSnapshot> {
      const job = await world.engine.start(request);
      if (job === 'already_downloaded') throw new Error('The model is there already, and there is no job for it.');
      return checked(job);
    }

    async function look(id: string): Promise<JobSnapshot> {
      const job = await world.engine.status(id);
      if (!job) throw new Error(`There is no job ${id}.`);
      return checked(job);
    }

    async function until(id: string, is: (job: JobSnapshot) => boolean): Promise<JobSnapshot> {
      for (let moments = 0; moments < 2000; moments++) {
        const job = await look(id);
        if (is(job)) return job;
        if (job.state === 'failed') throw new Error(`${id} failed meanwhile: ${job.code}: ${job.reason}`);
        await world.pass();
      }
      throw new Error(`${id} did not get there: ${JSON.stringify(await look(id))}`);
    }

    async function listed(): Promise<JobSnapshot[]> {
      const jobs: JobSnapshot[] = [];
      for await (const job of world.jobs.list()) jobs.push(checked(job));
      return jobs;
    }

    /** What holds at every moment of every job. */
    function checked(job: JobSnapshot): JobSnapshot {
      expect(job.downloadedBytes).toBeLessThanOrEqual(job.totalBytes);
      if (job.state === 'downloading') {
        expect(job.bytesPerSecond).toBeGreaterThanOrEqual(0);
        expect(Object.hasOwn(job, 'estimatedCompletion')).toBe(job.bytesPerSecond > 0);
      } else expect(job).not.toHaveProperty('bytesPerSecond');
      if (job.state === 'completed') {
        expect(job.downloadedBytes).toBe(job.totalBytes);
        expect(job.completedAt).toBeGreaterThanOrEqual(job.startedAt);
      }
      const isDropped = job.state === 'failed' && job.code === 'cancelled';
      if (!isDropped) expect(job.downloadedBytes).toBeGreaterThanOrEqual(seen.get(job.id) ?? 0);
      seen.set(job.id, job.downloadedBytes);
      return job;
    }
  });
}
