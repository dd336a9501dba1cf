import { describe, expect, it } from 'vitest';
import type { ScenarioStep } from '../../src/index.js';
import { inWords, setStage } from './stage.js';

interface Story {
  of: string;
  steps: ScenarioStep[];
  size?: number;
  /** What the job shows, by milliseconds since it was started. */
  shows: Record<number, string>;
}

const connect: ScenarioStep = { type: 'connect', ms: 100 };
const transfer: ScenarioStep = { type: 'transfer', bytesPerSecond: 100 };
const half: ScenarioStep = { ...transfer, until: 0.5 };

const scenarios: Story[] = [
  {
    of: 'a connection before the first byte, which the speed does not count',
    steps: [connect, transfer],
    shows: {
      0: '0 at 0/s',
      100: '0 at 0/s',
      109: '0 at 0/s',
      110: `1 at ${1 / 0.01}/s`,
      1100: '100 at 100/s',
      10_099: `999 at ${999 / 9.999}/s`,
      10_100: '1000 completed at 10100',
      99_999: '1000 completed at 10100',
    },
  },
  {
    of: 'a transfer until a fraction, and the rest at its pace',
    steps: [half],
    shows: { 4999: `499 at ${499 / 4.999}/s`, 5000: '500 at 100/s', 10_000: '1000 completed at 10000' },
  },
  {
    of: 'a transfer until a number of bytes, then a faster one',
    steps: [
      { ...transfer, until: { bytes: 200 } },
      { ...transfer, bytesPerSecond: 400 },
    ],
    shows: { 2000: '200 at 100/s', 3000: '600 at 200/s', 4000: '1000 completed at 4000' },
  },
  {
    of: 'a number of bytes that the model does not have',
    steps: [
      { ...transfer, until: { bytes: 5000 } },
      { type: 'fail', code: 'hub_error' },
    ],
    shows: { 9999: `999 at ${999 / 9.999}/s`, 10_000: '1000 failed (hub_error) at 10000' },
  },
  {
    of: 'a fraction that is the nearest whole byte',
    steps: [{ ...transfer, until: 0.57 }, { type: 'stall' }],
    size: 100,
    shows: { 60_000: '57 at 0/s' },
  },
  {
    of: 'a fraction below 1, which is never the whole file',
    steps: [{ ...transfer, until: 0.999 }, { type: 'stall' }],
    size: 10,
    shows: { 60_000: '9 at 0/s' },
  },
  {
    of: 'a speed that takes the file apart in no whole milliseconds',
    steps: [{ ...transfer, bytesPerSecond: 300 }],
    shows: { 3333: `999 at ${999 / 3.333}/s`, 3334: '1000 completed at 3334' },
  },
  {
    of: 'no steps at all: 40 MB/s',
    steps: [],
    size: 80_000_000,
    shows: { 1000: '40000000 at 40000000/s', 2000: '80000000 completed at 2000' },
  },
  {
    of: 'a stall, which the speed counts',
    steps: [half, { type: 'stall', ms: 15_000 }, transfer],
    shows: {
      5000: '500 at 100/s',
      7500: `500 at ${500 / 7.5}/s`,
      10_000: '500 at 50/s',
      12_500: '500 at 25/s',
      15_000: '500 at 0/s',
      20_000: '500 at 0/s',
      21_000: '600 at 10/s',
      25_000: '1000 completed at 25000',
    },
  },
  {
    of: 'a stall without an end',
    steps: [half, { type: 'stall' }],
    shows: { 5000: '500 at 100/s', 1e12: '500 at 0/s' },
  },
  {
    of: 'a pause, which the speed does not count',
    steps: [half, { type: 'pause', ms: 60_000 }, transfer],
    shows: {
      4999: `499 at ${499 / 4.999}/s`,
      5000: '500 paused',
      64_999: '500 paused',
      65_000: '500 at 100/s',
      67_500: '750 at 100/s',
      70_000: '1000 completed at 70000',
    },
  },
  {
    of: 'a pause that somebody has to end',
    steps: [half, { type: 'pause', code: 'disk_full', reason: 'Full.' }, transfer],
    shows: { 5000: '500 paused (disk_full)', 1e12: '500 paused (disk_full)' },
  },
  {
    of: 'a rewind, which the speed does not count',
    steps: [half, { type: 'rewind', to: 0.1 }, transfer],
    shows: {
      4999: `499 at ${499 / 4.999}/s`,
      5000: '100 at 100/s',
      6000: '200 at 100/s',
      14_000: '1000 completed at 14000',
    },
  },
  {
    of: 'a rewind to a place that is not reached yet',
    steps: [half, { type: 'rewind', to: { bytes: 900 } }, transfer],
    shows: { 5000: '500 at 100/s', 10_000: '1000 completed at 10000' },
  },
  {
    of: 'finalizing: all bytes there, and still downloading',
    steps: [transfer, { type: 'finalize', ms: 20_000 }],
    shows: {
      9999: `999 at ${999 / 9.999}/s`,
      10_000: '1000 at 100/s',
      15_000: '1000 at 50/s',
      20_000: '1000 at 0/s',
      29_999: '1000 at 0/s',
      30_000: '1000 completed at 30000',
    },
  },
  {
    of: 'finalizing without an end',
    steps: [transfer, { type: 'finalize' }],
    shows: { 1e12: '1000 at 0/s' },
  },
  {
    of: 'a recording, with what lies between its samples',
    steps: [
      {
        type: 'trace',
        samples: [
          [0, 0],
          [1000, 100],
          [2000, 100],
          [4000, 1000],
        ],
      },
    ],
    shows: {
      0: '0 at 0/s',
      500: '50 at 100/s',
      1500: `100 at ${100 / 1.5}/s`,
      2000: '100 at 50/s',
      3000: `550 at ${550 / 3}/s`,
      4000: '1000 completed at 4000',
    },
  },
  {
    of: 'a recording that does not begin at 0',
    steps: [
      {
        type: 'trace',
        samples: [
          [1000, 500],
          [2000, 1000],
        ],
      },
    ],
    shows: { 500: '250 at 500/s', 1500: '750 at 500/s', 2000: '1000 completed at 2000' },
  },
  {
    of: 'a recording with a jump',
    steps: [
      {
        type: 'trace',
        samples: [
          [1000, 0],
          [1000, 600],
          [2000, 1000],
        ],
      },
    ],
    shows: { 999: '0 at 0/s', 1000: '600 at 600/s', 2000: '1000 completed at 2000' },
  },
  {
    of: 'a recording of a smaller file: the rest comes at 40 MB/s',
    steps: [{ type: 'trace', samples: [[2000, 1000]] }],
    size: 40_001_000,
    shows: { 1000: '500 at 500/s', 2000: '1000 at 500/s', 3000: '40001000 completed at 3000' },
  },
  {
    of: 'a recording of a smaller file before it finalizes: all bytes are there by then',
    steps: [
      { type: 'trace', samples: [[2000, 1000]] },
      { type: 'finalize', ms: 100 },
    ],
    size: 40_001_000,
    shows: { 2000: '1000 at 500/s', 3000: `40001000 at ${40_001_000 / 3}/s`, 3100: '40001000 completed at 3100' },
  },
  {
    of: 'a recording of a larger file: over once all of this one is there',
    steps: [{ type: 'trace', samples: [[4000, 4000]] }],
    shows: { 999: `999 at ${999 / 0.999}/s`, 1000: '1000 completed at 1000' },
  },
  {
    of: 'a recording of everything at once',
    steps: [{ type: 'trace', samples: [[0, Number.MAX_SAFE_INTEGER]] }],
    shows: { 0: '1000 completed at 0', 1: '1000 completed at 0' },
  },
  {
    of: 'a recording after bytes that are there already: it waits until it has as many',
    steps: [
      half,
      {
        type: 'trace',
        samples: [
          [1000, 400],
          [2000, 600],
        ],
      },
      { type: 'stall' },
    ],
    shows: {
      5000: '500 at 100/s',
      6000: `500 at ${500 / 6}/s`,
      6500: `500 at ${500 / 6.5}/s`,
      6750: `550 at ${550 / 6.75}/s`,
      7000: `600 at ${600 / 7}/s`,
    },
  },
  {
    of: 'a failure',
    steps: [half, { type: 'fail', code: 'network_error' }],
    shows: {
      4999: `499 at ${499 / 4.999}/s`,
      5000: '500 failed (network_error) at 5000',
      1e12: '500 failed (network_error) at 5000',
    },
  },
  {
    of: 'a failure before anything else',
    steps: [{ type: 'fail', code: 'token_missing' }],
    shows: { 0: '0 failed (token_missing) at 0' },
  },
  {
    of: 'a cancellation by the scenario, which drops the bytes',
    steps: [half, { type: 'fail', code: 'cancelled' }],
    shows: { 5000: '0 failed (cancelled) at 5000' },
  },
];

describe('a scenario', () => {
  it.each(scenarios.map((scenario) => [scenario.of, scenario] as const))(
    'of %s',
    async (_of, { steps, size, shows }) => {
      const stage = setStage(steps, size === undefined ? {} : { size });
      await stage.start();
      const seen: Record<string, string> = {};
      for (const ms of Object.keys(shows)) seen[ms] = inWords(await stage.at(Number(ms)));
      expect(seen).toEqual(shows);
    },
  );

  it('tells why it failed: in its own words, or by the code', async () => {
    for (const [reason, told] of [
      ['The cat unplugged it.', 'The cat unplugged it.'],
      [undefined, 'The download failed: hub_error.'],
    ] as const) {
      const stage = setStage([{ type: 'fail', code: 'hub_error', ...(reason !== undefined && { reason }) }]);
      expect(await stage.start()).toMatchObject({ state: 'failed', reason: told });
    }
  });

  it('estimates its completion from now, what remains and the speed', async () => {
    const stage = setStage([connect, transfer]);
    await stage.start();
    expect(await stage.at(100)).not.toHaveProperty('estimatedCompletion');
    expect(await stage.at(1100)).toMatchObject({ estimatedCompletion: (await stage.at(1100)).startedAt + 10_100 });
  });
});

describe('a wobble', () => {
  const wobbling: ScenarioStep = { ...transfer, bytesPerSecond: 100_000, wobble: 0.6 };
  const size = 6_000_000;

  it('keeps the speed within its bounds and lets it move, and the end where it was', async () => {
    const stage = setStage([wobbling], { size });
    await stage.start();
    const speeds: number[] = [];
    for (let ms = 10_000; ms < 60_000; ms += 500) {
      const job = await stage.at(ms);
      speeds.push(job.state === 'downloading' ? job.bytesPerSecond : Number.NaN);
    }
    expect(Math.min(...speeds)).toBeGreaterThanOrEqual(40_000);
    expect(Math.max(...speeds)).toBeLessThanOrEqual(160_000);
    expect(Math.max(...speeds) - Math.min(...speeds)).toBeGreaterThan(10_000);
    expect(inWords(await stage.at(60_000))).toBe('6000000 completed at 60000');
  });

  it('is the same for one seed and another for another', async () => {
    const bytesWith = async (seed: string) => {
      const stage = setStage([wobbling], { size, seed });
      await stage.start();
      return (await stage.at(17_000)).downloadedBytes;
    };
    expect(await bytesWith('one')).toBe(await bytesWith('one'));
    expect(await bytesWith('one')).not.toBe(await bytesWith('two'));
  });
});
