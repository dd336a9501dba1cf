import { describe, expect, it } from 'vitest';
import type { ScenarioStep } from '../../src/index.js';
import { inWords, setStage, type Stage } from './stage.js';

const transfer: ScenarioStep = { type: 'transfer', bytesPerSecond: 100 };
const half: ScenarioStep = { ...transfer, until: 0.5 };

/** Runs a scenario with somebody at the controls; tells what the job shows, by milliseconds since it was started. */
async function operate(
  steps: ScenarioStep[],
  script: Record<number, 'look' | ((stage: Stage, id: string) => Promise<unknown>)>,
): Promise<Record<number, string>> {
  const stage = setStage(steps);
  const job = await stage.start();
  if (job === 'already_downloaded') throw new Error('There is no job to operate.');
  const seen: Record<number, string> = {};
  for (const [ms, act] of Object.entries(script)) {
    await stage.at(Number(ms));
    if (act !== 'look') await act(stage, job.id);
    seen[Number(ms)] = inWords(await stage.at(Number(ms)));
  }
  return seen;
}

const pause = (stage: Stage, id: string) => stage.simulation.jobs.pause(id);
const resume = (stage: Stage, id: string) => stage.simulation.jobs.resume(id);
const cancel = (stage: Stage, id: string) => stage.simulation.jobs.cancel(id);
const fail = (stage: Stage, id: string) => stage.simulation.jobs.fail(id, 'network_error');

describe('the control of simulated jobs', () => {
  it('holds a transfer and lets it go on where it was, with the pause cut out of the speed', async () => {
    expect(
      await operate([transfer], { 2000: pause, 50_000: 'look', 60_000: resume, 62_000: 'look', 68_000: 'look' }),
    ).toEqual({
      2000: '200 paused',
      50_000: '200 paused',
      60_000: '200 at 100/s',
      62_000: '400 at 100/s',
      68_000: '1000 completed at 68000',
    });
  });

  it('holds a stall, which is as long as ever, and counts in the speed', async () => {
    expect(
      await operate([half, { type: 'stall', ms: 5000 }, transfer], {
        7500: pause,
        100_000: resume,
        102_499: 'look',
        102_500: 'look',
        103_500: 'look',
        107_500: 'look',
      }),
    ).toEqual({
      7500: '500 paused',
      100_000: `500 at ${500 / 7.5}/s`,
      102_499: `500 at ${500 / 9.999}/s`,
      102_500: '500 at 50/s',
      103_500: '600 at 50/s',
      107_500: '1000 completed at 107500',
    });
  });

  it('holds a job more than once', async () => {
    expect(
      await operate([transfer], { 1000: pause, 2000: resume, 3000: pause, 4000: resume, 5000: 'look', 12_000: 'look' }),
    ).toEqual({
      1000: '100 paused',
      2000: '100 at 100/s',
      3000: '200 paused',
      4000: '200 at 100/s',
      5000: '300 at 100/s',
      12_000: '1000 completed at 12000',
    });
  });

  it('ends a pause of the scenario, with or without an end of its own', async () => {
    for (const ms of [undefined, 3_600_000]) {
      expect(
        await operate([half, { type: 'pause', ...(ms !== undefined && { ms }) }, transfer], {
          20_000: resume,
          21_000: 'look',
          25_000: 'look',
        }),
      ).toEqual({ 20_000: '500 at 100/s', 21_000: '600 at 100/s', 25_000: '1000 completed at 25000' });
    }
  });

  it('ends two pauses of a scenario, each in its turn', async () => {
    expect(
      await operate([half, { type: 'pause' }, { ...transfer, until: 0.6 }, { type: 'pause' }, transfer], {
        9000: resume,
        10_000: 'look',
        20_000: resume,
        24_000: 'look',
      }),
    ).toEqual({
      9000: '500 at 100/s',
      10_000: '600 paused',
      20_000: '600 at 100/s',
      24_000: '1000 completed at 24000',
    });
  });

  it('ends a pause in the millisecond in which it begins', async () => {
    expect(await operate([half, { type: 'pause' }, transfer], { 5000: resume, 10_000: 'look' })).toEqual({
      5000: '500 at 100/s',
      10_000: '1000 completed at 10000',
    });
  });

  it('cancels a job, which drops its bytes', async () => {
    expect(await operate([transfer], { 2000: cancel, 99_999: 'look' })).toEqual({
      2000: '0 failed (cancelled) at 2000',
      99_999: '0 failed (cancelled) at 2000',
    });
  });

  it('makes a job fail, which keeps its bytes', async () => {
    expect(await operate([transfer], { 2000: fail, 99_999: 'look' })).toEqual({
      2000: '200 failed (network_error) at 2000',
      99_999: '200 failed (network_error) at 2000',
    });
  });

  it('cancels and fails a job that is held', async () => {
    expect(await operate([transfer], { 1000: pause, 2000: cancel })).toMatchObject({
      2000: '0 failed (cancelled) at 2000',
    });
    expect(await operate([transfer], { 1000: pause, 2000: fail })).toMatchObject({
      2000: '100 failed (network_error) at 2000',
    });
  });

  it.each([
    ['pause', 'paused', { 1000: pause, 2000: pause }, 'downloading'],
    ['pause', 'completed', { 20_000: pause }, 'downloading'],
    ['resume', 'downloading', { 1000: resume }, 'paused'],
    ['resume', 'failed', { 1000: cancel, 2000: resume }, 'paused'],
    ['cancel', 'completed', { 20_000: cancel }, 'downloading or paused'],
    ['cancel', 'failed', { 1000: fail, 2000: cancel }, 'downloading or paused'],
    ['fail', 'failed', { 1000: fail, 2000: fail }, 'downloading or paused'],
  ])('cannot %s a job that is %s', async (verb, state, script, needed) => {
    await expect(operate([transfer], script)).rejects.toMatchObject({
      code: 'wrong_job_state',
      message: expect.stringMatching(
        new RegExp(`^Cannot ${verb} job_[0-9a-f]{10}: it is ${state}, and only a job that is ${needed} can be\\.$`),
      ) as string,
    });
  });

  it('cannot do anything to a job that is not there', async () => {
    const stage = setStage([transfer]);
    for (const act of [pause, resume, cancel, fail]) {
      await expect(act(stage, 'job_0000000000')).rejects.toMatchObject({
        code: 'job_not_found',
        subject: 'job_0000000000',
      });
    }
  });

  it('sees every job, oldest first', async () => {
    const stage = setStage([half, { type: 'fail', code: 'hub_error' }]);
    await stage.start();
    await stage.at(5000);
    await stage.start();
    const states: string[] = [];
    for await (const job of stage.simulation.jobs.list()) states.push(inWords(job));
    expect(states).toEqual(['500 failed (hub_error) at 5000', '500 at 0/s']);
  });
});
