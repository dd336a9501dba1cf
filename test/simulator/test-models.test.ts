import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/core/errors.js';
import { createDock, testModels, type JobSnapshot } from '../../src/index.js';
import { inWords, openSimulator, RISE } from './stage.js';

const GB = 1_000_000_000;
const HOUR = 3_600_000;

/** A simulator whose `at` moves its clock and reads the job that was started last. */
function openWorld() {
  const simulator = openSimulator();
  let newest = '';
  return {
    ...simulator,
    ask: async (name: string, link = false): Promise<JobSnapshot | 'already_downloaded'> => {
      const job = await simulator.engine.start({
        model: link
          ? { source: 'huggingface', owner: 'simulate', repo: name, url: `https://huggingface.co/simulate/${name}` }
          : { source: 'catalog', id: `simulate/${name}` },
      });
      if (job !== 'already_downloaded') newest = job.id;
      return job;
    },
    at: async (ms: number): Promise<JobSnapshot> => {
      simulator.clock.set(RISE + ms);
      return (await simulator.engine.status(newest))!;
    },
    resume: () => simulator.simulation.jobs.resume(newest),
  };
}

type World = ReturnType<typeof openWorld>;

const completes = async ({ at }: World, atMs: number) =>
  expect(inWords(await at(atMs))).toBe(`${GB} completed at ${atMs}`);
const refuses = async ({ ask }: World, name: string, code: string) => {
  const asking = ask(name);
  await expect(asking).rejects.toBeInstanceOf(RefusedError);
  await expect(asking).rejects.toMatchObject({ code });
};

/** What each family promises, with its parameter at 40. */
const promises: Record<string, (world: World) => Promise<unknown>> = {
  instant: async (world) => {
    await world.ask('instant');
    await completes(world, 0);
  },
  steady: async (world) => {
    await world.ask('steady');
    expect(inWords(await world.at(5100))).toBe('500000000 at 100000000/s');
    await completes(world, 10_100);
  },
  'steady-from-N': async (world) => {
    expect(await world.ask('steady-from-40')).toMatchObject({ state: 'downloading', bytesPerSecond: 100_000_000 });
    expect(inWords(await world.at(0))).toBe('400000000 at 100000000/s');
    await completes(world, 6000);
  },
  'held-at-N': async (world) => {
    expect(await world.ask('held-at-40')).toMatchObject({ state: 'downloading', bytesPerSecond: 100_000_000 });
    expect(await world.at(HOUR)).toMatchObject({
      downloadedBytes: 400_000_000,
      estimatedCompletion: RISE + HOUR + 6000,
    });
    await world.resume();
    await completes(world, HOUR + 6000);
  },
  slow: async (world) => {
    await world.ask('slow');
    expect(inWords(await world.at(500_100))).toBe('500000000 at 1000000/s');
    await completes(world, 1_000_100);
  },
  'stalls-at-N': async (world) => {
    await world.ask('stalls-at-40');
    expect(inWords(await world.at(HOUR))).toBe('400000000 at 0/s');
  },
  'fails-at-N': async (world) => {
    await world.ask('fails-at-40');
    expect(inWords(await world.at(HOUR))).toBe('400000000 failed (network_error) at 4100');
    expect(await world.ask('fails-at-40')).toMatchObject({ downloadedBytes: 400_000_000 });
    await completes(world, HOUR + 6100);
  },
  'always-fails-at-N': async (world) => {
    await world.ask('always-fails-at-40');
    expect(inWords(await world.at(HOUR))).toBe('400000000 failed (network_error) at 4100');
    for (let hour = 1; hour < 4; hour++) {
      await world.ask('always-fails-at-40');
      expect(inWords(await world.at((hour + 1) * HOUR))).toBe(
        `400000000 failed (network_error) at ${hour * HOUR + 100}`,
      );
    }
  },
  'pauses-at-N': async (world) => {
    await world.ask('pauses-at-40');
    expect(inWords(await world.at(HOUR))).toBe('400000000 paused');
    await world.resume();
    await completes(world, HOUR + 6000);
  },
  'rewinds-at-N': async (world) => {
    await world.ask('rewinds-at-40');
    expect(inWords(await world.at(4099))).toMatch(/^399900000 at /);
    expect(inWords(await world.at(4100))).toBe('200000000 at 100000000/s');
    await completes(world, 12_100);
  },
  'checksum-mismatch': async (world) => {
    await world.ask('checksum-mismatch');
    expect(await world.at(10_500)).toMatchObject({ state: 'downloading', downloadedBytes: GB });
    expect(inWords(await world.at(HOUR))).toBe(`${GB} failed (checksum_mismatch) at 11100`);
    expect(await world.ask('checksum-mismatch')).toMatchObject({ downloadedBytes: 0 });
    await completes(world, HOUR + 10_100);
  },
  'disk-full': async (world) => {
    await world.ask('disk-full');
    expect(inWords(await world.at(HOUR))).toBe('700000000 paused (disk_full)');
    await world.resume();
    await completes(world, HOUR + 3000);
  },
  'rate-limited': async (world) => {
    await world.ask('rate-limited');
    expect(inWords(await world.at(2100))).toBe('200000000 at 100000000/s');
    expect(inWords(await world.at(32_099))).toBe('200000000 at 0/s');
    await completes(world, 40_100);
  },
  'finalizes-slowly': async (world) => {
    await world.ask('finalizes-slowly');
    expect(await world.at(20_099)).toMatchObject({ state: 'downloading', downloadedBytes: GB });
    await completes(world, 20_100);
  },
  'finalizes-forever': async (world) => {
    await world.ask('finalizes-forever');
    expect(inWords(await world.at(HOUR))).toBe(`${GB} at 0/s`);
  },
  'already-downloaded': async ({ ask }) => expect(await ask('already-downloaded')).toBe('already_downloaded'),
  'not-found': (world) => refuses(world, 'not-found', 'model_not_found'),
  'no-gguf': (world) => refuses(world, 'no-gguf', 'no_compatible_option'),
  gated: (world) => refuses(world, 'gated', 'gated_no_token'),
  'hub-unavailable': (world) => refuses(world, 'hub-unavailable', 'hub_unavailable'),
};

describe('a test model', () => {
  it.each(testModels.map(({ spelling, description }) => [spelling, description]))(
    'simulate/%s: %s',
    async (spelling) => {
      expect(promises).toHaveProperty([spelling]);
      await promises[spelling]!(openWorld());
    },
  );

  it('exists for each promise made here', () => {
    expect(Object.keys(promises).sort()).toEqual(testModels.map(({ spelling }) => spelling).sort());
  });

  it.each(Array.from({ length: 101 }, (_, percent) => percent))(
    'stops at a round number of bytes: %i %%',
    async (percent) => {
      const world = openWorld();
      await world.ask(`stalls-at-${percent}`);
      expect((await world.at(HOUR)).downloadedBytes).toBe(percent * 10_000_000);
    },
  );

  it('runs the same scenario for a link', async () => {
    const world = openWorld();
    expect(await world.ask('fails-at-40', true)).toMatchObject({
      model: 'simulate/fails-at-40@q4_k_m',
      totalBytes: GB,
    });
    expect(inWords(await world.at(HOUR))).toBe('400000000 failed (network_error) at 4100');
    expect(await world.ask('already-downloaded', true)).toBe('already_downloaded');
    await expect(world.ask('gated', true)).rejects.toMatchObject({ code: 'gated_no_token' });
    await expect(world.ask('no-such-model', true)).rejects.toMatchObject({ code: 'no_compatible_option' });
  });

  it('is another model for each run, with the same scenario', async () => {
    const world = openWorld();
    const ids = new Set<string>();
    for (const name of ['fails-at-40', 'fails-at-40-run-1', 'fails-at-40-run-2', 'fails-at-40-run-a.b-run-c']) {
      const job = await world.ask(name);
      expect(job).toMatchObject({ model: `simulate/${name}`, state: 'downloading' });
      ids.add(job === 'already_downloaded' ? '' : job.id);
      expect(inWords(await world.at(0))).toBe('0 at 0/s');
    }
    expect(ids.size).toBe(4);
  });

  it.each([
    '',
    'fail-at-40',
    'fails-at-',
    'fails-at-101',
    'fails-at-1000',
    'fails-at-4.5',
    'fails-at--4',
    'instant-17',
    'xinstant',
  ])('does not exist by another name: simulate/%s', async (name) => {
    await refuses(openWorld(), name, 'model_not_found');
  });

  it('runs its own scenario, whatever scenario the dock was opened with', async () => {
    const dock = createDock({ scenario: 'stalls', speed: 0 });
    const response = await dock.api.fetch(
      new Request('http://localhost:1234/api/v1/models/download', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"model":"simulate/instant"}',
      }),
    );
    expect(await response.json()).toMatchObject({ status: 'completed' });
  });
});
