import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { ModelReference } from '../../src/core/engine.js';
import { RefusedError } from '../../src/core/errors.js';
import { createDock, type JobSnapshot } from '../../src/index.js';
import type { JobStore } from '../../src/core/store.js';
import type { SimulatedJob } from '../../src/simulator/job.js';
import { MemoryStore } from '../../src/stores/memory.js';
import { runs, SEED } from './arbitraries.js';
import { openSimulator } from './stage.js';

const model = (name: string): ModelReference => ({ source: 'catalog', id: `simulate/${name}` });

/** A store that takes its time: each call waits for as many turns as the next of `delays` says, before and after. */
function slowly(store: JobStore<SimulatedJob>, delays: readonly number[]): JobStore<SimulatedJob> {
  let calls = 0;
  const late = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    const turns = delays[calls++ % delays.length]!;
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    const result = await call();
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    return result;
  };
  return {
    get: (id) => late(() => store.get(id)),
    latestFor: (name) => late(() => store.latestFor(name)),
    insert: (job, previous) => late(() => store.insert(job, previous)),
    replace: (job, version) => late(() => store.replace(job, version)),
    list: () => store.list(),
  };
}

function openSlowly(delays: readonly number[], jobIds: readonly string[] = []) {
  return openSimulator({ store: slowly(new MemoryStore(), delays), jobIds });
}

const delays = fc.array(fc.nat(20), { minLength: 1, maxLength: 40 });
const settings = { seed: SEED, numRuns: runs(100) };
const ids = (jobs: readonly (JobSnapshot | 'already_downloaded')[]) =>
  new Set(jobs.map((job) => (job === 'already_downloaded' ? job : job.id)));

describe('a hundred starts at once', () => {
  it('of one model make one job over the API', async () => {
    const dock = createDock();
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const request = new Request('http://localhost:1234/api/v1/models/download', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"model":"ibm/granite-4-micro"}',
        });
        return (await (await dock.api.fetch(request)).json()) as { job_id: string };
      }),
    );
    expect(new Set(answers.map(({ job_id }) => job_id)).size).toBe(1);
  });

  test.prop([delays], settings)('of one model make one job over a store that takes its time', async (turns) => {
    const { engine, simulation } = openSlowly(turns);
    const jobs = await Promise.all(Array.from({ length: 100 }, () => engine.start({ model: model('steady') })));
    expect(ids(jobs).size).toBe(1);
    let count = 0;
    for await (const job of simulation.jobs.list()) count += job.id === '' ? 0 : 1;
    expect(count).toBe(1);
  });

  test.prop([delays], settings)('of ten models make ten jobs, and use up ten ids', async (turns) => {
    const handedIn = Array.from({ length: 11 }, (_, index) => `job_00000000${String(index).padStart(2, '0')}`);
    const { engine } = openSlowly(turns, handedIn);
    const jobs = await Promise.all(
      Array.from({ length: 100 }, (_, index) => engine.start({ model: model(`steady-run-${index % 10}`) })),
    );
    expect([...ids(jobs)].sort()).toEqual(handedIn.slice(0, 10));
    expect(ids([await engine.start({ model: model('steady') })])).toEqual(new Set(handedIn.slice(10)));
  });

  test.prop([delays], settings)('of a failed model make one retry', async (turns) => {
    const { clock, engine, simulation } = openSlowly(turns);
    await engine.start({ model: model('fails-at-50') });
    clock.advance(60_000);
    const jobs = await Promise.all(Array.from({ length: 100 }, () => engine.start({ model: model('fails-at-50') })));
    expect(ids(jobs).size).toBe(1);
    let count = 0;
    for await (const job of simulation.jobs.list()) count += job.id === '' ? 0 : 1;
    expect(count).toBe(2);
  });
});

describe('a hundred simultaneous control calls', () => {
  test.prop([delays], settings)('pause a job once', async (turns) => {
    const { engine, simulation } = openSlowly(turns);
    const [id] = [...ids([await engine.start({ model: model('steady') })])];
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => simulation.jobs.pause(id!)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(RefusedError);
    }
    expect(await engine.status(id!)).toMatchObject({ state: 'paused' });
  });
});
