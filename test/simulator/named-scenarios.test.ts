import { describe, expect, it } from 'vitest';
import { parseScenario, scenarios, type ScenarioName } from '../../src/index.js';
import { inWords, RISE, setStage, type Stage } from './stage.js';

const GB = 1_000_000_000;
const MINUTE = 60_000;

/** What each description promises, seen on a model of 1 GB. The compiler asks for all of them. */
const promises: Record<ScenarioName, (stage: Stage) => Promise<void>> = {
  'docs-example': async ({ at }) => {
    expect(await at(127)).toMatchObject({ downloadedBytes: 948 });
  },
  steady: async ({ at }) => {
    const job = await at(10_000);
    expect(job).toMatchObject({ state: 'downloading' });
    expect(job.state === 'downloading' && job.bytesPerSecond / 40_000_000).toBeCloseTo(1, 0);
    expect(inWords(await at(MINUTE))).toBe(`${GB} completed at 25250`);
  },
  instant: async ({ at }) => {
    expect(inWords(await at(0))).toBe(`${GB} completed at 0`);
  },
  slow: async ({ at }) => {
    expect(await at(10 * MINUTE)).toMatchObject({ state: 'downloading' });
    expect(inWords(await at(60 * MINUTE))).toBe(`${GB} completed at 2000250`);
  },
  flaky: async ({ at, start }) => {
    expect(inWords(await at(20_000 + 5_000))).toMatch(/^250000000 at /);
    expect(inWords(await at(60 * MINUTE))).toMatch(/^600000000 failed \(network_error\)/);
    await start();
    expect(inWords(await at(120 * MINUTE))).toBe(`${GB} completed at ${60 * MINUTE + 10_250}`);
  },
  stalls: async ({ at }) => {
    expect(inWords(await at(60 * MINUTE))).toBe('990000000 at 0/s');
    expect(await at(60 * MINUTE)).not.toHaveProperty('estimatedCompletion');
  },
  pauses: async ({ at, simulation: { jobs: control } }) => {
    const { id } = await at(60 * MINUTE);
    expect(inWords(await at(60 * MINUTE))).toBe('300000000 paused');
    await control.resume(id);
    expect(inWords(await at(120 * MINUTE))).toMatch(/^1000000000 completed/);
  },
  fails: async ({ at, start }) => {
    expect(inWords(await at(60 * MINUTE))).toMatch(/^500000000 failed \(network_error\)/);
    await start();
    expect(await at(60 * MINUTE)).toMatchObject({ state: 'downloading', downloadedBytes: 500_000_000 });
    expect(inWords(await at(120 * MINUTE))).toMatch(/^1000000000 completed/);
  },
  rewinds: async ({ at }) => {
    expect(await at(15_249)).toMatchObject({ downloadedBytes: expect.closeTo(600_000_000, -5) as number });
    expect(await at(15_250)).toMatchObject({ downloadedBytes: 200_000_000 });
    expect(inWords(await at(60 * MINUTE))).toMatch(/^1000000000 completed/);
  },
  'checksum-mismatch': async ({ at, start }) => {
    expect(await at(26_000)).toMatchObject({ state: 'downloading', downloadedBytes: GB });
    expect(inWords(await at(60 * MINUTE))).toBe(`${GB} failed (checksum_mismatch) at 28250`);
    await start();
    expect(await at(60 * MINUTE)).toMatchObject({ state: 'downloading', downloadedBytes: 0 });
    expect(inWords(await at(120 * MINUTE))).toMatch(/^1000000000 completed/);
  },
  'disk-full': async ({ at, simulation: { jobs: control } }) => {
    const job = await at(60 * MINUTE);
    expect(job).toMatchObject({ downloadedBytes: 700_000_000, reason: 'There is no space left on the disk.' });
    expect(inWords(job)).toBe('700000000 paused (disk_full)');
    await control.resume(job.id);
    expect(inWords(await at(120 * MINUTE))).toMatch(/^1000000000 completed/);
  },
  'finalizes-slowly': async ({ at }) => {
    expect(inWords(await at(25_250 + 29_999))).toBe(`${GB} at 0/s`);
    expect(inWords(await at(60 * MINUTE))).toBe(`${GB} completed at 55250`);
  },
  'finalizes-forever': async ({ at }) => {
    expect(inWords(await at(60 * MINUTE))).toBe(`${GB} at 0/s`);
  },
};

describe('the scenario', () => {
  it.each(Object.entries(scenarios))('%s plays what its description says', async (name, scenario) => {
    const stage = setStage(scenario, { size: GB });
    expect(await stage.start()).toMatchObject({ startedAt: RISE, totalBytes: GB });
    await promises[name as ScenarioName](stage);
  });

  it.each(Object.entries(scenarios))('%s is plain data that passes its own check', (_name, scenario) => {
    expect(parseScenario(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
    expect(scenario.description).toMatch(/^[A-Z].*\.$/);
  });
});
