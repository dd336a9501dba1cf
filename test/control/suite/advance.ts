import { describe, expect } from 'vitest';
import type { CatalogModel, Condition, ScenarioStep } from '../../../src/index.js';
import { refusal, stagedIn, START, type Door, type Stage } from './door.js';

/** A story with every kind of stretch in it, over 1000 bytes. */
const steps: ScenarioStep[] = [
  { type: 'connect', ms: 100 },
  { type: 'transfer', bytesPerSecond: 100, until: 0.3, wobble: 0.5 },
  { type: 'stall', ms: 700 },
  { type: 'transfer', bytesPerSecond: 70, until: { bytes: 601 } },
  { type: 'pause', ms: 900 },
  { type: 'rewind', to: 0.5 },
  { type: 'transfer', bytesPerSecond: 333, wobble: 1 },
  { type: 'finalize', ms: 500 },
];

export function advancing(door: Door): void {
  const staged = stagedIn(door);
  const model = 'simulate/steady';
  const played = { scenario: { steps }, seed: 'advance' };

  describe('advancing', () => {
    staged('by milliseconds moves every job', {}, async ({ control, start, poll }) => {
      const jobs = [await start(model), await start(`${model}-run-2`)];
      const { clock, transitions } = await control.clock.advance(1100);
      expect(clock).toEqual({
        mode: 'frozen',
        now: START + 1100,
        date: new Date(START + 1100).toISOString(),
        dates: 'dock',
      });
      expect(transitions).toEqual([]);
      for (const job of jobs) expect((await poll(job)).downloaded_bytes).toBe(100_000_000);
    });

    staged('takes a number for milliseconds', {}, async ({ control }) => {
      expect(await control.clock.advance(5)).toEqual({
        clock: await control.clock.get(),
        transitions: [],
      });
      expect((await control.clock.advance({ ms: 0 })).clock.now).toBe(START + 5);
    });

    staged('returns the transitions that were passed, in order, with their times', {}, async ({ control, start }) => {
      const failing = await start('simulate/fails-at-50');
      const pausing = await start('simulate/pauses-at-30');
      const steady = await start(model);
      const { transitions } = await control.clock.advance(20_000);
      expect(transitions).toEqual([
        { at: START + 3100, job: pausing, model: 'simulate/pauses-at-30', type: 'paused' },
        { at: START + 5100, job: failing, model: 'simulate/fails-at-50', type: 'failed' },
        { at: START + 10_100, job: steady, model, type: 'completed' },
      ]);
    });

    staged('returns each transition once', { ...played, catalog: [tiny] }, async ({ control, start }) => {
      await start('tiny/model');
      const begin = await control.snapshot();
      const { transitions } = await control.clock.advance(1e12);
      expect(transitions.map(({ type }) => type)).toEqual([
        'stalled',
        'moving',
        'paused',
        'resumed',
        'finalizing',
        'completed',
      ]);
      await control.restore(begin);
      const one: unknown[] = [];
      for (const { at } of transitions) {
        const { clock, transitions: crossed } = await control.clock.advance({ until: 'next-transition' });
        expect(clock.now).toBe(at);
        one.push(...crossed);
      }
      expect(one).toEqual(transitions);
    });

    const byProgress = [0, 0.1, 0.3, 0.55, 0.6, 0.601, 0.9, 1].map((progress) => ({ progress }));
    const byBytes = [1, 299, 300, 301, 601, 602, 999, 1000].map((bytes) => ({ bytes }));
    const byStatus = (['downloading', 'paused', 'completed'] as const).map((status) => ({ status }));
    staged(
      'until a condition ends at the first millisecond at which it holds',
      { ...played, catalog: [tiny] },
      async (stage) => {
        const job = await stage.start('tiny/model');
        const begin = await stage.control.snapshot();
        for (const goal of [...byProgress, ...byBytes, ...byStatus]) {
          const until = { job, ...goal } as Condition;
          await stage.control.restore(begin);
          const { now } = (await stage.control.clock.advance({ until })).clock;
          expect(await holds(stage, job, goal), JSON.stringify(goal)).toBe(true);
          if (now === START) continue;
          await stage.control.restore(begin);
          await stage.control.clock.advance(now - 1 - START);
          expect(await holds(stage, job, goal), `${JSON.stringify(goal)}, 1 ms before`).toBe(false);
          // Asked from any moment before, the answer is the same.
          expect((await stage.control.clock.advance({ until })).clock.now).toBe(now);
        }
      },
    );

    staged('until idle ends when the last download does', {}, async ({ control, start, poll }) => {
      const jobs = [await start('simulate/fails-at-50'), await start('simulate/pauses-at-30'), await start(model)];
      expect((await control.clock.advance({ until: 'idle' })).clock.now).toBe(START + 10_100);
      expect(await Promise.all(jobs.map(async (job) => (await poll(job)).status))).toEqual([
        'failed',
        'paused',
        'completed',
      ]);
    });

    staged('until something that holds already does not move the clock', {}, async ({ control, start }) => {
      const job = await start(model);
      await control.clock.advance(2100);
      const conditions: Condition[] = [
        { job, progress: 0.1 },
        { job, bytes: 0 },
        { job, status: 'downloading' },
      ];
      for (const until of conditions) expect((await control.clock.advance({ until })).clock.now).toBe(START + 2100);
      await control.clock.advance({ until: 'idle' });
      const idle = await control.clock.advance({ until: 'idle' });
      expect(idle).toMatchObject({ clock: { now: START + 10_100 }, transitions: [] });
    });

    staged(
      'until an impossible condition is refused with the reason, and the clock stays',
      {},
      async ({ control, start }) => {
        const failing = await start('simulate/fails-at-50');
        const stalling = await start('simulate/stalls-at-99');
        const pausing = await start('simulate/pauses-at-30');
        const held = await start(model);
        await control.jobs.pause(held);
        const before = await control.clock.get();
        const impossible: [Condition, string][] = [
          [{ job: failing, progress: 0.63 }, 'fails at 50 % with network_error'],
          [{ job: failing, status: 'completed' }, 'fails at 50 % with network_error'],
          [{ job: stalling, progress: 1 }, 'is stalled at 99 %'],
          [{ job: pausing, bytes: 300_000_001 }, 'until a control call resumes it'],
          [{ job: held, progress: 0.1 }, 'is paused by a control call; resume it first'],
          [{ job: held, bytes: 2_000_000_000 }, held],
          ['idle', 'is stalled at 99 %'],
        ];
        for (const [until, reason] of impossible) {
          const refused = await refusal(control.clock.advance({ until }));
          expect(refused).toMatchObject({ name: 'ControlError', status: 409, code: 'never' });
          expect(refused.message).toContain(`Cannot advance until ${JSON.stringify(until)}`);
          expect(refused.message).toContain(reason);
          expect(await control.clock.get()).toEqual(before);
        }
      },
    );

    staged('reports on the session’s clock when the job was completed', { msPerPoll: 1000 }, async (stage) => {
      const { control, poll, start } = stage;
      const job = await start('simulate/steady');
      for (let count = 0; count < 20; count++) await poll(job);
      const refused = await refusal(control.clock.advance({ until: { job, status: 'paused' } }));
      // The job is 20 s ahead of the clock, and took 10.1 s.
      expect(refused.message).toContain(`completed from ${new Date(START + 10_100 - 20_000).toISOString()} on`);
    });

    staged('until a condition of an unknown job is refused', {}, async ({ control }) => {
      const refused = await refusal(control.clock.advance({ until: { job: 'job_of_nobody', progress: 0 } }));
      expect(refused).toMatchObject({ status: 404, code: 'not_found' });
    });

    staged('twice at once until the same moment ends at that moment', {}, async ({ control, start }) => {
      const job = await start('simulate/steady');
      const until = { job, progress: 0.5 };
      const before = await control.clock.get();
      await Promise.all([control.clock.advance({ until }), control.clock.advance({ until })]);
      expect((await control.clock.get()).now - before.now).toBe(5100);
    });

    staged(
      'until a transfer of a thousand years and more has come far is refused, not looked for',
      {},
      async (stage) => {
        const { control, start } = stage;
        for (const [index, bytesPerSecond] of [0.0002, 1e-6, 1e-9, 5e-324].entries()) {
          await control.scenario.set({ scenario: { steps: [{ type: 'transfer', bytesPerSecond }] } });
          const job = await start(`https://huggingface.co/me/model-${index}-GGUF`);
          expect(await refusal(control.jobs.wait(job, { progress: 0.5, timeoutMs: 5 }))).toMatchObject({
            code: 'timeout',
          });
          for (const goal of [{ progress: 0.5 }, { status: 'completed' as const }]) {
            const refused = await refusal(control.clock.advance({ until: { job, ...goal } }));
            expect(refused).toMatchObject({ status: 409, code: 'never' });
            expect(refused.message).toContain('year 9999');
          }
        }
      },
    );

    staged('until a moment beyond all dates is refused', {}, async ({ control, start }) => {
      const endless = { type: 'connect', ms: Number.MAX_SAFE_INTEGER } as const;
      await control.scenario.set({ scenario: { steps: [endless, { type: 'fail', code: 'hub_error' }] } });
      const job = await start('ibm/granite-4-micro');
      for (const status of ['failed', 'completed'] as const) {
        const refused = await refusal(control.clock.advance({ until: { job, status } }));
        expect(refused).toMatchObject({ status: 409, code: 'never' });
        expect(refused.message).toContain('year 9999');
      }
    });

    staged('until the next transition is refused if there is none', {}, async ({ control }) => {
      expect(await refusal(control.clock.advance({ until: 'next-transition' }))).toMatchObject({ code: 'never' });
    });

    staged('refuses an invalid step', {}, async ({ control }) => {
      for (const step of [
        { ms: -1 },
        { ms: 0.5 },
        { until: 'soon' },
        {},
        { ms: 1, until: 'idle' },
        { until: { job: 'a' } },
      ]) {
        expect(await refusal(control.clock.advance(step as never))).toMatchObject({
          status: 400,
          code: 'invalid_request',
        });
      }
      expect((await control.clock.get()).now).toBe(START);
    });

    staged('ten years over a thousand jobs crosses them all', {}, async ({ control, start }) => {
      const jobs: string[] = [];
      for (let run = 0; run < 1000; run += 50) {
        const models = Array.from({ length: 50 }, (_, at) => `simulate/fails-at-${at * 2}-run-${run + at}`);
        jobs.push(...(await Promise.all(models.map(start))));
      }
      const { clock, transitions } = await control.clock.advance(10 * 365 * 24 * 3_600_000);
      expect(clock.now).toBe(START + 10 * 365 * 24 * 3_600_000);
      expect(new Set(transitions.map(({ job }) => job))).toEqual(new Set(jobs));
      expect(transitions.map(({ at }) => at)).toEqual(transitions.map(({ at }) => at).sort((a, b) => a - b));
    });
  });
}

const tiny: CatalogModel = {
  id: 'tiny/model',
  displayName: 'Tiny',
  type: 'llm',
  architecture: 'tiny',
  maxContextLength: 1,
  files: [{ repo: 'tiny/model-GGUF', format: 'gguf', quantization: 'Q4_K_M', sizeBytes: 1000 }],
};

async function holds(
  { control }: Stage,
  jobId: string,
  goal: { progress?: number; bytes?: number; status?: string },
): Promise<boolean> {
  const job = await control.jobs.get(jobId);
  if (goal.status !== undefined) return job.state === goal.status;
  return job.downloadedBytes >= (goal.bytes ?? goal.progress! * job.totalBytes);
}
