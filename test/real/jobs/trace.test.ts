import { describe, expect, it } from 'vitest';
import { createTrace, type Trace } from '../../../src/real/jobs/trace.js';
import { parseScenario } from '../../../src/simulator/scenario.js';
import { inWords, setStage } from '../../simulator/stage.js';

const TOTAL = 1000;

function record(act: (trace: Trace, at: (ms: number) => void) => void, failure?: Parameters<Trace['end']>[0]) {
  let now = 7_000_000;
  const trace = createTrace({ model: 'a/model', totalBytes: TOTAL }, () => now);
  act(trace, (ms) => {
    now = 7_000_000 + ms;
  });
  return parseScenario(JSON.parse(JSON.stringify(trace.end(failure))));
}

describe('the trace of a download', () => {
  it('is played by the simulator as it was', async () => {
    const scenario = record((trace, at) => {
      for (let second = 1; second <= 10; second++) {
        at(500 + second * 1000);
        trace.note(second * 100);
      }
      at(12_500);
    });
    const stage = setStage(scenario, { size: TOTAL });
    await stage.start();
    expect(inWords(await stage.at(1500))).toBe('0 at 0/s');
    expect(inWords(await stage.at(2500))).toBe('200 at 200/s');
    expect(inWords(await stage.at(6500))).toMatch(/^600 at /);
    expect(inWords(await stage.at(10_500))).toMatch(/^1000 at /);
    expect(inWords(await stage.at(12_499))).toMatch(/^1000 at /);
    expect(inWords(await stage.at(12_500))).toBe('1000 completed at 12500');
  });

  it('knows pauses, with what they were for', async () => {
    const scenario = record((trace, at) => {
      at(100);
      trace.note(10);
      at(5000);
      trace.note(500);
      trace.pause('disk_full', 'There is no room.');
      at(20_000);
      trace.note(600);
      trace.resume();
      at(21_000);
      trace.note(550);
      at(25_000);
      trace.note(TOTAL);
    });
    expect(scenario.steps.map(({ type }) => type)).toEqual(['connect', 'trace', 'pause', 'connect', 'trace']);
    const stage = setStage(scenario, { size: TOTAL });
    await stage.start();
    expect(inWords(await stage.at(6000))).toBe('500 paused (disk_full)');
    expect(inWords(await stage.at(60_000))).toBe('1000 completed at 25000');
  });

  it('ends with the failure', async () => {
    const failure = { code: 'hub_error', reason: 'It broke.' } as const;
    const scenario = record((trace, at) => {
      trace.note(1);
      at(4000);
      trace.note(400);
      at(6000);
    }, failure);
    const stage = setStage(scenario, { size: TOTAL });
    await stage.start();
    expect(inWords(await stage.at(10_000))).toBe('400 failed (hub_error) at 6000');
  });

  it('holds a bounded number of samples, however long it took', () => {
    const scenario = record((trace, at) => {
      for (let step = 1; step <= 50_000; step++) {
        at(step * 20);
        trace.note(Math.ceil(step / 50));
      }
      trace.note(TOTAL);
    });
    const samples = scenario.steps.flatMap((phase) => (phase.type === 'trace' ? phase.samples : []));
    expect(samples.length).toBeLessThanOrEqual(2001);
    expect(samples.length).toBeGreaterThan(500);
    expect(samples.at(-1)).toEqual([expect.any(Number), TOTAL]);
  });

  it('is playable when nothing was fetched at all', () => {
    expect(record(() => undefined).steps).toEqual([]);
  });
});
