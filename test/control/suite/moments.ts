import { describe, expect } from 'vitest';
import type { StartMoment } from '../../../src/index.js';
import { refusal, stagedIn, START, type Door } from './door.js';

const model = 'ibm/granite-4-micro';
const STEADY = 'simulate/steady';

export function theMoments(door: Door): void {
  const staged = stagedIn(door);

  describe('a download at a moment', () => {
    staged('is held there from the first answer on, and looks as if it went on', { speed: 1 }, async (stage) => {
      const { control, attach, poll } = stage;
      const first = await attach('simulate/held-at-42');
      expect(first).toMatchObject({
        status: 'downloading',
        downloaded_bytes: 420_000_000,
        bytes_per_second: 100_000_000,
      });
      await expect.poll(async () => (await control.clock.get()).now).toBeGreaterThan(START + 60);
      const later = await poll(first.job_id!);
      expect(later).toMatchObject({ downloaded_bytes: 420_000_000, bytes_per_second: 100_000_000 });
      // 4.3 s are behind it and 5.8 s before it, whenever a client looks.
      for (const { started_at, estimated_completion } of [first, later]) {
        expect(Date.parse(estimated_completion!) - Date.parse(started_at!)).toBe(10_100);
      }
      expect(Date.parse(later.estimated_completion!)).toBeGreaterThan(Date.parse(first.estimated_completion!));
      expect(await control.jobs.get(first.job_id!)).toMatchObject({ isHeld: true });
    });

    staged('goes on once it is resumed', { speed: 0 }, async ({ control, start }) => {
      const job = await start('simulate/held-at-42');
      expect(await control.jobs.resume(job)).not.toHaveProperty('isHeld');
      expect(await control.clock.advance({ until: { job, status: 'completed' } })).toMatchObject({
        clock: { now: START + 5800 },
        transitions: [{ type: 'completed', job }],
      });
    });

    staged.each([
      { step: { ms: 1000 }, bytes: 520_000_000 },
      { step: { until: { model: 'simulate/held-at-42', progress: 0.6 } }, bytes: 600_000_000 },
    ])('goes on once control advances the clock:', { speed: 0 }, async ({ control, start }, { step, bytes }) => {
      const job = await start('simulate/held-at-42');
      await control.clock.advance(step);
      const report = await control.jobs.get(job);
      expect(report).toMatchObject({ downloadedBytes: bytes });
      expect(report).not.toHaveProperty('isHeld');
    });

    staged('stays held where an advance is refused', { speed: 0 }, async ({ control, start }) => {
      const job = await start('simulate/held-at-42');
      const never = control.clock.advance({ until: { job, status: 'failed' } });
      expect(await refusal(never)).toMatchObject({ code: 'never' });
      expect(await control.jobs.get(job)).toMatchObject({ isHeld: true });
    });

    staged('pauses, fails and is cancelled where it is held', { speed: 0 }, async ({ control, start }) => {
      const job = await start('simulate/held-at-42');
      expect(await control.jobs.pause(job)).toMatchObject({ state: 'paused', downloadedBytes: 420_000_000 });
      expect(await control.jobs.resume(job)).not.toHaveProperty('isHeld');
      const other = await start('simulate/held-at-42-run-2');
      expect(await control.jobs.fail(other, { code: 'disk_full' })).toMatchObject({ downloadedBytes: 420_000_000 });
    });

    staged('begins there and goes on', { speed: 0 }, async ({ control, attach }) => {
      const first = await attach('simulate/steady-from-42');
      expect(first).toMatchObject({ downloaded_bytes: 420_000_000, bytes_per_second: 100_000_000 });
      expect(await control.clock.advance({ until: 'idle' })).toMatchObject({ clock: { now: START + 5800 } });
    });

    staged.each<{ moment: StartMoment; job: object }>([
      { moment: 0.42, job: { status: 'downloading' } },
      { moment: '42%', job: { status: 'downloading' } },
      { moment: { progress: 0.42 }, job: { status: 'downloading' } },
      { moment: 'paused@42%', job: { status: 'paused' } },
      { moment: { status: 'paused', progress: 0.42, code: 'disk_full' }, job: { status: 'paused' } },
      { moment: 'stalled@42%', job: { status: 'downloading', bytes_per_second: 0 } },
      { moment: 'failed@42%', job: { status: 'failed' } },
    ])('is held in the first answer by choice:', { speed: 0 }, async (stage, { moment, job }) => {
      const { control, attach, poll } = stage;
      expect(await control.scenario.set({ hold: { 'ibm/*': moment } })).toMatchObject({ hold: { 'ibm/*': moment } });
      const first = await attach(model);
      expect(first).toMatchObject(job);
      expect(first.downloaded_bytes! / 2_279_145_003).toBeCloseTo(0.42, 4);
      expect(await poll(first.job_id!)).toEqual(first);
      // What no pattern fits begins at its beginning.
      expect(await attach(STEADY)).toMatchObject({ downloaded_bytes: 0 });
    });

    staged('is held finalizing, or complete', { speed: 0 }, async ({ control, attach }) => {
      await control.scenario.set({ hold: { 'ibm/*': 'finalizing', 'simulate/*': 'completed' } });
      const whole = { downloaded_bytes: 2_279_145_003 };
      expect(await attach(model)).toMatchObject({ ...whole, status: 'downloading', bytes_per_second: 0 });
      expect(await attach(STEADY)).toMatchObject({ status: 'completed' });
    });

    staged('goes on from there when it failed and is asked for again', { speed: 0 }, async ({ control, attach }) => {
      await control.scenario.set({ hold: { [STEADY]: 'failed@42%' } });
      await attach(STEADY);
      expect(await attach(STEADY)).toMatchObject({ status: 'downloading', downloaded_bytes: 420_000_000 });
      expect(await control.clock.advance({ until: 'idle' })).toMatchObject({ transitions: [{ type: 'completed' }] });
    });

    staged(
      'is held as the dock is opened with it',
      { speed: 0, hold: { [STEADY]: 0.42 } },
      async ({ control, attach }) => {
        expect(await attach(STEADY)).toMatchObject({ downloaded_bytes: 420_000_000 });
        expect(await control.scenario.set({ hold: {} })).toMatchObject({ hold: {} });
        expect(await attach(`${STEADY}-run-2`)).toMatchObject({ downloaded_bytes: 0 });
      },
    );

    staged('is refused where it is none', { speed: 0 }, async ({ control }) => {
      for (const moment of [1.5, '142%', 'tea-time', '', { progress: 2 }, { status: 'stalled', code: 'disk_full' }]) {
        const hold = { [model]: moment as StartMoment };
        const refused = await refusal(control.scenario.set({ hold }));
        expect(refused).toMatchObject({ status: 400, code: 'invalid_request' });
        expect(refused.message).toContain(`hold["${model}"]`);
        expect(await refusal(control.jobs.start(model, { at: moment as StartMoment }))).toMatchObject({ status: 400 });
      }
      const both = control.jobs.start(model, { at: 0.4, hold: 0.4 });
      expect((await refusal(both)).message).toContain('leave one of them out');
    });
  });

  describe('control', () => {
    staged('starts a download, which a client then finds under way', { speed: 0 }, async ({ control, attach }) => {
      const job = await control.jobs.start(STEADY, { at: '42%' });
      expect(job).toMatchObject({ state: 'downloading', downloadedBytes: 420_000_000, startedAt: START - 4300 });
      expect(await attach(STEADY)).toMatchObject({ downloaded_bytes: 420_000_000 });
      expect(await control.jobs.start(STEADY)).toEqual(job);
      expect((await refusal(control.jobs.start(STEADY, { at: 0.9 }))).code).toBe('wrong_job_state');
      expect(await control.jobs.start('simulate/already-downloaded')).toBe('already_downloaded');
      expect(await refusal(control.jobs.start('simulate/gated'))).toMatchObject({
        status: 403,
        code: 'gated_no_token',
      });
      expect(await refusal(control.jobs.start('Not A Name'))).toMatchObject({ status: 400 });
      expect(await control.journal.list()).toHaveLength(1);
    });

    staged('starts a download that is held', { speed: 0 }, async ({ control, attach }) => {
      expect(await control.jobs.start(model, { hold: 'stalled@99%' })).toMatchObject({ bytesPerSecond: 0 });
      expect(await attach(model)).toMatchObject({ bytes_per_second: 0 });
      const quantized = control.jobs.start('https://huggingface.co/bartowski/Some-GGUF', {
        quantization: 'Q8_0',
        at: 0.5,
      });
      expect(await quantized).toMatchObject({ model: 'bartowski/some-gguf@q8_0', state: 'downloading' });
    });

    staged(
      'begins a moment at the pace of a scenario that never has it',
      { speed: 0, scenario: 'fails' },
      async ({ control }) => {
        expect(await control.jobs.start(model, { at: 0.9 })).toMatchObject({ state: 'downloading' });
        expect(await control.jobs.start('qwen/qwen3-8b', { at: 0.3 })).toMatchObject({ state: 'downloading' });
        expect(await control.clock.advance({ until: { model: 'qwen/*', status: 'failed' } })).toMatchObject({
          transitions: [
            { type: 'completed', model },
            { type: 'failed', model: 'qwen/qwen3-8b' },
          ],
        });
      },
    );

    staged('waits for a download that a client has yet to start', { speed: 100 }, async ({ control, start }) => {
      const waiting = control.jobs.waitFor({ model: 'simulate/*', progress: 0.5 });
      const job = await start(STEADY);
      expect(await waiting).toMatchObject({ id: job, state: 'downloading' });
      expect(await control.jobs.waitFor({ model: STEADY, status: 'completed' })).toMatchObject({ id: job });
    });

    staged('waits on when a download fails, for the one after it', { speed: 0 }, async ({ control, start }) => {
      const first = await start('simulate/fails-at-50');
      const waiting = control.jobs.waitFor({ model: 'simulate/fails-at-50', status: 'completed' });
      await control.clock.advance({ until: { job: first, status: 'failed' } });
      const second = await start('simulate/fails-at-50');
      await control.clock.advance({ until: 'idle' });
      expect(await waiting).toMatchObject({ id: second, state: 'completed' });
    });

    staged('says what there was when a wait for a model runs out', { speed: 0 }, async ({ control, start }) => {
      const none = await refusal(control.jobs.waitFor({ model, progress: 0.5, timeoutMs: 5 }));
      expect(none).toMatchObject({ status: 408, code: 'timeout' });
      expect(none.message).toContain(
        'Waited 5 ms for a download of ibm/granite-4-micro to be 50 %: no download of it has begun.',
      );
      const job = await start('simulate/held-at-42');
      const held = await refusal(control.jobs.waitFor({ model: 'simulate/*', progress: 0.5, timeoutMs: 5 }));
      expect(held.message).toContain(`${job} is downloading at 42 %, held there`);
    });

    staged('advances a download by its model', { speed: 0 }, async ({ control, start }) => {
      expect(await refusal(control.clock.advance({ until: { model: STEADY, progress: 0.5 } }))).toMatchObject({
        status: 404,
        code: 'not_found',
      });
      const job = await start(STEADY);
      await control.clock.advance({ until: { model: STEADY, progress: 0.42 } });
      expect(await control.jobs.get(job)).toMatchObject({ downloadedBytes: 420_000_000 });
      await control.clock.advance({ until: { model: '*', bytes: 500_000_001 } });
      expect((await control.jobs.get(job)).downloadedBytes).toBe(500_100_000);
      await control.clock.advance({ until: { model: STEADY, status: 'completed' } });
      expect(await control.jobs.get(job)).toMatchObject({ state: 'completed' });
    });

    staged('reports what happened, with how to come back', { speed: 0 }, async ({ control, client, start }) => {
      const job = await start('simulate/held-at-42');
      await client('GET', '/api/v1/models/download/status/undefined');
      const report = await control.report();
      expect(report).toContain(`${job}  simulate/held-at-42  downloading at 42 %, held there`);
      expect(report).toContain('POST /api/v1/models/download {"model":"simulate/held-at-42"} → 200');
      expect(report).toContain('[status-of-undefined]');
      expect(report).toMatch(/modeldock --replay mdk1\.\S+\n$/);
    });
  });
}
