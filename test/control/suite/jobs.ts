import { describe, expect } from 'vitest';
import { refusal, stagedIn, START, type Door } from './door.js';

const model = 'simulate/steady';

export function theJobs(door: Door): void {
  const staged = stagedIn(door);

  describe('the jobs', () => {
    staged(
      'are listed oldest first, with their timelines',
      { jobIds: ['job_a', 'job_b'] },
      async ({ control, start }) => {
        await start('simulate/fails-at-50');
        await start(model);
        await control.clock.advance(10_000);
        expect(await control.jobs.list()).toEqual([
          {
            id: 'job_a',
            model: 'simulate/fails-at-50',
            state: 'failed',
            code: 'network_error',
            reason: 'The connection was reset.',
            failedAt: START + 5100,
            startedAt: START,
            totalBytes: 1_000_000_000,
            downloadedBytes: 500_000_000,
            timeline: [
              { type: 'connect', from: START, to: START + 100, fromBytes: 0, toBytes: 0 },
              { type: 'transfer', from: START + 100, to: START + 5100, fromBytes: 0, toBytes: 500_000_000 },
              { type: 'fail', from: START + 5100, fromBytes: 500_000_000, toBytes: 500_000_000 },
            ],
          },
          await control.jobs.get('job_b'),
        ]);
        expect(await control.jobs.get('job_b')).toMatchObject({
          id: 'job_b',
          state: 'downloading',
          downloadedBytes: 990_000_000,
          bytesPerSecond: 100_000_000,
          estimatedCompletion: START + 10_100,
        });
      },
    );

    staged('pause and resume through the control', {}, async ({ control, start, poll }) => {
      const job = await start(model);
      await control.clock.advance(1100);
      expect(await control.jobs.pause(job)).toMatchObject({ id: job, state: 'paused', downloadedBytes: 100_000_000 });
      await control.clock.advance(60_000);
      expect(await poll(job)).toMatchObject({ status: 'paused', downloaded_bytes: 100_000_000 });
      expect(await control.jobs.resume(job)).toMatchObject({ state: 'downloading' });
      const { clock } = await control.clock.advance({ until: { job, status: 'completed' } });
      expect(clock.now).toBe(START + 10_100 + 60_000);
      expect((await control.jobs.get(job)).timeline.at(-1)).toMatchObject({ to: START + 70_100 });
    });

    staged('leave a pause of their own when they are resumed', {}, async ({ control, start }) => {
      const job = await start('simulate/pauses-at-30');
      await control.clock.advance({ until: { job, status: 'paused' } });
      await control.jobs.resume(job);
      expect((await control.clock.advance({ until: 'idle' })).clock.now).toBe(START + 10_100);
    });

    staged('are cancelled, and drop their bytes', {}, async ({ control, start, poll }) => {
      const job = await start(model);
      await control.clock.advance(1100);
      expect(await control.jobs.cancel(job)).toMatchObject({ state: 'failed', code: 'cancelled', downloadedBytes: 0 });
      expect(await poll(job)).toMatchObject({ status: 'failed' });
    });

    staged('are waited for with a goal that has been left out', {}, async ({ control, start }) => {
      const job = await start(model);
      const goal = { status: undefined, progress: 0 } as unknown as { progress: number };
      expect(await control.jobs.wait(job, goal)).toMatchObject({ id: job });
    });

    staged('fail on request, and a retry continues from there', {}, async ({ control, start }) => {
      const job = await start(model);
      await control.clock.advance(1100);
      const failure = { code: 'disk_full', reason: 'No space.' } as const;
      expect(await control.jobs.fail(job, failure)).toMatchObject({ state: 'failed', ...failure });
      const retry = await start(model);
      expect(retry).not.toBe(job);
      expect(await control.jobs.get(retry)).toMatchObject({ downloadedBytes: 100_000_000 });
    });

    staged('refuse what does not fit their state', { jobIds: ['job_a'] }, async ({ control, start }) => {
      await start(model);
      expect(await refusal(control.jobs.resume('job_a'))).toEqual({
        name: 'ControlError',
        status: 409,
        code: 'wrong_job_state',
        message: 'Cannot resume job_a: it is downloading, and only a job that is paused can be.',
      });
      await control.clock.advance({ until: 'idle' });
      const { pause, resume, cancel, fail } = control.jobs;
      for (const act of [pause, resume, cancel, (job: string) => fail(job, { code: 'gated' })]) {
        expect(await refusal(act('job_a'))).toMatchObject({ status: 409, code: 'wrong_job_state' });
      }
    });

    staged('that do not exist cannot be controlled', {}, async ({ control }) => {
      const { get, pause, resume, cancel, fail, wait } = control.jobs;
      const odd = 'job/../#?% ü';
      const acts = [
        get,
        pause,
        resume,
        cancel,
        (job: string) => fail(job, { code: 'gated' }),
        (job: string) => wait(job, {}),
      ];
      for (const act of acts) {
        for (const job of ['job_x', odd]) {
          expect(await refusal(act(job))).toMatchObject({ status: 404, code: 'not_found' });
        }
      }
      expect((await refusal(get(odd))).message).toContain(odd);
    });

    staged('fail only with a known code', {}, async ({ control, start }) => {
      const job = await start(model);
      const refused = await refusal(control.jobs.fail(job, { code: 'bad_luck' as 'gated' }));
      expect(refused).toMatchObject({ status: 400, code: 'invalid_request' });
      expect(refused.message).toContain('"cancelled", "checksum_mismatch"');
      expect((await control.jobs.get(job)).state).toBe('downloading');
    });
  });

  describe('waiting for a job', () => {
    staged('ends at once when it is there already', {}, async ({ control, start }) => {
      const job = await start(model);
      await control.clock.advance(5100);
      expect(await control.jobs.wait(job, { progress: 0.5 })).toMatchObject({ id: job, downloadedBytes: 500_000_000 });
    });

    staged('ends on a frozen clock when it is advanced so far', {}, async ({ control, start }) => {
      const job = await start(model);
      let isOver = false;
      const wait = control.jobs.wait(job, { status: 'completed' }).finally(() => (isOver = true));
      await control.clock.advance(10_099);
      await control.jobs.list();
      expect(isOver).toBe(false);
      await control.clock.advance(1);
      expect(await wait).toMatchObject({ state: 'completed', completedAt: START + 10_100 });
    });

    staged('ends when the control brings the state about', {}, async ({ control, start }) => {
      const job = await start(model);
      const wait = control.jobs.wait(job, { status: 'failed' });
      await control.jobs.cancel(job);
      expect(await wait).toMatchObject({ state: 'failed', code: 'cancelled' });
    });

    staged('ends by itself on a running clock', { speed: 100 }, async ({ control, start }) => {
      const job = await start(model);
      expect((await control.jobs.wait(job, { progress: 0.25 })).downloadedBytes).toBeGreaterThanOrEqual(250_000_000);
      expect(await control.jobs.wait(job, { status: 'completed' })).toMatchObject({ state: 'completed' });
    });

    staged('ends when polls bring it about', { msPerPoll: 6000 }, async ({ control, start, poll }) => {
      const job = await start(model);
      const wait = control.jobs.wait(job, { status: 'completed' });
      await poll(job);
      await poll(job);
      expect(await wait).toMatchObject({ state: 'completed' });
    });

    staged('ends after its time, and says how things stand', { jobIds: ['job_a'] }, async ({ control, start }) => {
      await start(model);
      await control.clock.advance(2100);
      expect(await refusal(control.jobs.wait('job_a', { progress: 0.5, timeoutMs: 20 }))).toEqual({
        name: 'ControlError',
        status: 408,
        code: 'timeout',
        message:
          'Waited 20 ms for 50 %: job_a is downloading at 20 %. On a frozen clock a wait ends when the clock is advanced.',
      });
    });

    staged('for an impossible goal is refused', { jobIds: ['job_a'] }, async ({ control, start }) => {
      await start(model);
      const wait = refusal(control.jobs.wait('job_a', { status: 'paused' }));
      await control.clock.advance({ until: 'idle' });
      expect(await wait).toMatchObject({
        status: 409,
        code: 'never',
        message: 'Cannot wait for paused: job_a is completed at 100 %, which is final.',
      });
    });

    staged('takes a goal', {}, async ({ control, start }) => {
      const job = await start(model);
      for (const goal of [{ progress: 2 }, { status: 'done' as 'paused' }, { timeoutMs: -1 }, { timeoutMs: 700_000 }]) {
        expect(await refusal(control.jobs.wait(job, goal))).toMatchObject({ status: 400, code: 'invalid_request' });
      }
    });
  });
}
