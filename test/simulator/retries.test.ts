import { describe, expect, it } from 'vitest';
import type { ScenarioStep, Scenario } from '../../src/index.js';
import { inWords, setStage } from './stage.js';

const transfer: ScenarioStep = { type: 'transfer', bytesPerSecond: 100 };
const half: ScenarioStep = { ...transfer, until: 0.5 };
const failure: ScenarioStep = { type: 'fail', code: 'network_error' };

/** Starts the model again whenever its job has failed, at the given moments, and tells how each job stands just before. */
async function retry(scenario: ScenarioStep[] | Scenario, moments: number[]): Promise<string[]> {
  const stage = setStage(scenario);
  await stage.start();
  const seen: string[] = [];
  for (const ms of moments) {
    seen.push(inWords(await stage.at(ms)));
    await stage.start();
  }
  return seen;
}

describe('a retry', () => {
  it('plays the steps after the failure, from the bytes reached', async () => {
    expect(await retry([half, failure, { ...transfer, bytesPerSecond: 250 }], [5000, 6000, 7000])).toEqual([
      '500 failed (network_error) at 5000',
      '750 at 250/s',
      '1000 completed at 7000',
    ]);
  });

  it('plays each failure of a scenario in its turn', async () => {
    expect(
      await retry(
        [half, failure, { ...transfer, until: 0.7 }, { type: 'fail', code: 'hub_error' }, transfer],
        [5000, 7000, 10_000],
      ),
    ).toEqual(['500 failed (network_error) at 5000', '700 failed (hub_error) at 7000', '1000 completed at 10000']);
  });

  it('runs steadily to the end when the scenario has nothing left', async () => {
    const stage = setStage([{ ...half, bytesPerSecond: 1e9 }, failure], { size: 400_000_000 });
    await stage.start();
    expect(inWords(await stage.at(200))).toBe('200000000 failed (network_error) at 200');
    await stage.start();
    expect(inWords(await stage.at(200))).toBe('200000000 at 0/s');
    // 200 MB at 40 MB/s, after 250 ms to connect.
    expect(inWords(await stage.at(60_000))).toBe('400000000 completed at 5450');
  });

  it('counts no bytes that it found into its speed', async () => {
    const stage = setStage([half, failure, transfer]);
    await stage.start();
    await stage.at(5000);
    await stage.start();
    expect(inWords(await stage.at(6000))).toBe('600 at 100/s');
  });

  it('starts from 0 after a checksum mismatch', async () => {
    expect(await retry([transfer, { type: 'fail', code: 'checksum_mismatch' }, transfer], [10_000, 11_000])).toEqual([
      '1000 failed (checksum_mismatch) at 10000',
      '100 at 100/s',
    ]);
  });

  it('fails again where the scenario repeats itself', async () => {
    expect(await retry({ steps: [half, failure], repeat: true }, [5000, 6000, 7000])).toEqual([
      '500 failed (network_error) at 5000',
      '500 failed (network_error) at 5000',
      '500 failed (network_error) at 6000',
    ]);
  });

  it('begins the scenario anew after a cancellation', async () => {
    const stage = setStage([half, failure, transfer]);
    const first = await stage.start();
    await stage.at(2000);
    await stage.simulation.jobs.cancel(first === 'already_downloaded' ? '' : first.id);
    await stage.start();
    expect(inWords(await stage.at(3000))).toBe('100 at 100/s');
    expect(inWords(await stage.at(60_000))).toBe('500 failed (network_error) at 7000');
  });

  it('continues the scenario after a failure by a control call', async () => {
    const stage = setStage([half, failure, { ...transfer, bytesPerSecond: 200 }]);
    const first = await stage.start();
    await stage.at(2000);
    await stage.simulation.jobs.fail(first === 'already_downloaded' ? '' : first.id, 'disk_full');
    await stage.start();
    expect(inWords(await stage.at(6000))).toBe('1000 completed at 6000');
  });

  it('is not needed once the model is there', async () => {
    const stage = setStage([half, failure, transfer]);
    await stage.start();
    await stage.at(5000);
    await stage.start();
    await stage.at(60_000);
    expect(await stage.start()).toBe('already_downloaded');
    expect((await stage.library.installed()).map(({ key }) => key)).toEqual(['stage/model']);
  });

  it('leaves the failed job as it was', async () => {
    const stage = setStage([half, failure, transfer]);
    const first = await stage.start();
    const failed = inWords(await stage.at(5000));
    await stage.start();
    const id = first === 'already_downloaded' ? '' : first.id;
    expect(inWords(await stage.at(60_000, id))).toBe(failed);
  });
});
