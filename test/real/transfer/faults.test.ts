import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HubFault } from '../../../src/hub/index.js';
import { createStage, fetchInto, KiB, MiB, type Fetching, type Stage } from './stage.js';

const SIZE = 5 * MiB + 4321;
let stage: Stage;

beforeAll(async () => {
  stage = await createStage(SIZE);
});
afterEach(() => stage.hub.control.reset());
afterAll(() => stage.close());

function fetchWith(faults: HubFault | HubFault[], options?: Parameters<typeof fetchInto>[1]): Fetching {
  stage.hub.faults.add(faults);
  return fetchInto(stage, options);
}

async function expectWhole({ sink, done, counters }: Fetching): Promise<void> {
  await done;
  expect(sink.missing()).toBe(0);
  expect(sink.repeated()).toBe(0);
  expect(sink.sha256()).toBe(stage.sha256);
  expect(counters.connections).toBe(0);
}

async function codeOf({ done }: Fetching): Promise<unknown> {
  return done.then(
    () => 'completed',
    (error: unknown) => (error as { code?: unknown }).code ?? error,
  );
}

describe('a transfer that meets a fault and completes', () => {
  const cdn = { route: 'cdn' } as const;
  const faults: Record<string, HubFault | HubFault[]> = {
    nothing: [],
    'a refusal with 403 in the middle': { when: { ...cdn, nth: [3, 4] }, effect: { type: 'refuse', status: 403 } },
    'a refusal with 401': { when: { ...cdn, nth: 5 }, effect: { type: 'refuse', status: 401 } },
    'a refusal with 410': { when: { ...cdn, nth: 5 }, effect: { type: 'refuse', status: 410 } },
    'a refusal with 400 and XML': { when: { ...cdn, nth: 5 }, effect: { type: 'refuse', status: 400 } },
    '503 four times': { when: cdn, times: 4, effect: { type: 'server-error' } },
    '429 without headers': { when: cdn, times: 4, effect: { type: 'rate-limit', headers: false } },
    'resets before any answer': { when: { ...cdn, nth: [1, 2, 6] }, effect: { type: 'reset' } },
    'resets in the middle': { when: { ...cdn, nth: [1, 3, 6] }, effect: { type: 'reset', afterBytes: 100_000 } },
    'a reset whenever one byte is reached, three times': { times: 3, effect: { type: 'reset', atByte: 1_000_000 } },
    'answers that are cut short': {
      when: { ...cdn, nth: { from: 2, to: 6 } },
      effect: { type: 'truncated', afterBytes: 99 },
    },
    'honest answers that are shorter than asked': { effect: { type: 'short-range', bytes: 50_000 } },
    'wrong Content-Ranges, for a while': { times: 3, effect: { type: 'wrong-content-range', shift: 7 } },
    'another total, once': { times: 1, effect: { type: 'wrong-content-range', total: 99 } },
    'gzip, once': { when: cdn, times: 1, effect: { type: 'gzip' } },
    'no Content-Length': { when: cdn, effect: { type: 'no-content-length' } },
    'no Content-Length, and the end by closing': { when: cdn, effect: { type: 'no-content-length', end: 'close' } },
    'a slow start': { when: cdn, effect: { type: 'latency', ms: 30 } },
    'a page of HTML, once': { times: 2, effect: { type: 'ignore-range', body: 'html' } },
    'a part with status 200, once': { times: 1, effect: { type: 'ignore-range', body: 'part' } },
  };
  it.each(Object.entries(faults))('%s', async (_, fault) => {
    await expectWhole(fetchWith(fault));
  });

  it.each<[string, HubFault]>([
    ['before any answer', { when: { ...cdn, nth: 2 }, effect: { type: 'stall' } }],
    ['in the middle', { when: { ...cdn, nth: [1, 4] }, effect: { type: 'stall', afterBytes: 70_000 } }],
  ])('silence %s', async (_, fault) => {
    const fetching = fetchWith(fault, { limits: { silenceMs: 300 } });
    await expectWhole(fetching);
    expect(fetching.counters.stalls).toBeGreaterThan(0);
  });
});

describe('a transfer that cannot succeed', () => {
  const fails: Record<string, [HubFault, string]> = {
    'a CDN that refuses every address': [{ when: { route: 'cdn' }, effect: { type: 'refuse' } }, 'cdn_refused'],
    '503 without end': [{ when: { route: 'cdn' }, effect: { type: 'server-error' } }, 'hub_error'],
    'wrong Content-Ranges without end': [{ effect: { type: 'wrong-content-range', shift: -1 } }, 'bad_range'],
    'gzip without end': [{ when: { route: 'cdn' }, effect: { type: 'gzip' } }, 'encoded_body'],
    'HTML without end': [{ effect: { type: 'ignore-range', body: 'html' } }, 'not_the_file'],
    'parts with status 200 without end': [{ effect: { type: 'ignore-range', body: 'part' } }, 'not_the_file'],
    'answers that break off before their first byte': [
      { when: { route: 'cdn' }, effect: { type: 'truncated', afterBytes: 0 } },
      'network_error',
    ],
    'resets before any answer without end': [{ when: { route: 'cdn' }, effect: { type: 'reset' } }, 'network_error'],
    '429 without end': [{ when: { route: 'cdn' }, effect: { type: 'rate-limit', headers: false } }, 'rate_limited'],
  };
  it.each(Object.entries(fails))('%s: nothing is written', async (_, [fault, code]) => {
    const fetching = fetchWith(fault);
    expect(await codeOf(fetching)).toBe(code);
    expect(fetching.sink.missing()).toBe(SIZE);
    expect(fetching.counters.connections).toBe(0);
    await expect(fetching.done).rejects.not.toThrow(/Signature|\?/);
  });
});

describe('a server that only sends whole files', () => {
  it('is read as one stream', async () => {
    const fetching = fetchWith({ effect: { type: 'ignore-range' } });
    await expectWhole(fetching);
    expect(stage.reads().length).toBeLessThanOrEqual(4);
  });

  it('is read again after a break, up to the mark without taking a byte', async () => {
    const fetching = fetchWith([
      { effect: { type: 'ignore-range' } },
      { when: { route: 'cdn' }, times: 6, effect: { type: 'reset', afterBytes: 3 * MiB } },
    ]);
    await expectWhole(fetching);
  });

  it('fails with ranges_unsupported after three breaks without a new byte', async () => {
    const fetching = fetchWith([
      { effect: { type: 'ignore-range' } },
      { when: { route: 'cdn' }, effect: { type: 'reset', afterBytes: 3 * MiB } },
    ]);
    expect(await codeOf(fetching)).toBe('ranges_unsupported');
    expect(fetching.sink.missing()).toBe(SIZE - 3 * MiB);
  });

  it('leaves holes and ends of segments as they were', async () => {
    const stored = (segment: number, length: number): number => [length, 1000, 0, 77_777][segment % 4]!;
    await expectWhole(
      fetchWith({ effect: { type: 'ignore-range' } }, { sink: { stored: (s, n) => Math.min(n, stored(s, n)) } }),
    );
  });
});

describe('what is asked for again', () => {
  it('begins at the high-water mark of what broke', async () => {
    const fetching = fetchWith({ when: { route: 'cdn', nth: 1 }, effect: { type: 'reset', afterBytes: 100 * KiB } });
    await expectWhole(fetching);
    const { served } = stage.hub.journal.summary().files[0]!;
    expect(served).toEqual([[0, SIZE]]);
    const starts = stage.reads().map(({ headers }) => Number(/=(\d+)-/.exec(headers.range ?? '')?.[1]));
    expect(starts.filter((start) => start % (256 * KiB) !== 0)).toEqual([100 * KiB]);
  });

  it('waits as long as RateLimit says, and nothing is asked for meanwhile', async () => {
    const fetching = fetchWith({
      when: { route: 'cdn', nth: { from: 1, to: 4 } },
      effect: { type: 'rate-limit', headers: 'RateLimit', retryAfterSeconds: 0 },
    });
    await expectWhole(fetching);
    const times = stage.reads().map(({ at }) => at);
    expect(times[4]! - times[3]!).toBeGreaterThanOrEqual(990);
    expect(fetching.phases).toContain('waiting-rate-limit');
  });
});
