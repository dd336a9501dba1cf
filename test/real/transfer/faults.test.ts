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
    'a refusal with 403 in the middle': { on: { ...cdn, nth: [3, 4] }, do: { type: 'refuse', status: 403 } },
    'a refusal with 401': { on: { ...cdn, nth: 5 }, do: { type: 'refuse', status: 401 } },
    'a refusal with 410': { on: { ...cdn, nth: 5 }, do: { type: 'refuse', status: 410 } },
    'a refusal with 400 and XML': { on: { ...cdn, nth: 5 }, do: { type: 'refuse', status: 400 } },
    '503 four times': { on: cdn, times: 4, do: { type: 'server-error' } },
    '429 without headers': { on: cdn, times: 4, do: { type: 'rate-limit', headers: false } },
    'resets before any answer': { on: { ...cdn, nth: [1, 2, 6] }, do: { type: 'reset' } },
    'resets in the middle': { on: { ...cdn, nth: [1, 3, 6] }, do: { type: 'reset', afterBytes: 100_000 } },
    'a reset whenever one byte is reached, three times': { times: 3, do: { type: 'reset', atByte: 1_000_000 } },
    'silence before any answer': { on: { ...cdn, nth: 2 }, do: { type: 'stall' } },
    'silence in the middle': { on: { ...cdn, nth: [1, 4] }, do: { type: 'stall', afterBytes: 70_000 } },
    'answers that are cut short': { on: { ...cdn, nth: { from: 2, to: 6 } }, do: { type: 'truncate', afterBytes: 99 } },
    'honest answers that are shorter than asked': { do: { type: 'short-range', bytes: 50_000 } },
    'wrong Content-Ranges, for a while': { times: 3, do: { type: 'wrong-content-range', shift: 7 } },
    'another total, once': { times: 1, do: { type: 'wrong-content-range', total: 99 } },
    'gzip, once': { on: cdn, times: 1, do: { type: 'gzip' } },
    'no Content-Length': { on: cdn, do: { type: 'no-content-length' } },
    'no Content-Length, and the end by closing': { on: cdn, do: { type: 'no-content-length', end: 'close' } },
    'a slow start': { on: cdn, do: { type: 'latency', ms: 30 } },
    'a page of HTML, once': { times: 2, do: { type: 'ignore-range', body: 'html' } },
    'a part with status 200, once': { times: 1, do: { type: 'ignore-range', body: 'part' } },
  };
  it.each(Object.entries(faults))('%s', async (_, fault) => {
    await expectWhole(fetchWith(fault));
  });
});

describe('a transfer that cannot succeed', () => {
  const fails: Record<string, [HubFault, string]> = {
    'a CDN that refuses every address': [{ on: { route: 'cdn' }, do: { type: 'refuse' } }, 'cdn_refused'],
    '503 for ever': [{ on: { route: 'cdn' }, do: { type: 'server-error' } }, 'hub_error'],
    'wrong Content-Ranges for ever': [{ do: { type: 'wrong-content-range', shift: -1 } }, 'bad_range'],
    'gzip for ever': [{ on: { route: 'cdn' }, do: { type: 'gzip' } }, 'encoded_body'],
    'HTML for ever': [{ do: { type: 'ignore-range', body: 'html' } }, 'not_the_file'],
    'parts with status 200 for ever': [{ do: { type: 'ignore-range', body: 'part' } }, 'not_the_file'],
    'answers that break off before their first byte': [
      { on: { route: 'cdn' }, do: { type: 'truncate', afterBytes: 0 } },
      'network_error',
    ],
    'resets before any answer for ever': [{ on: { route: 'cdn' }, do: { type: 'reset' } }, 'network_error'],
    '429 for ever': [{ on: { route: 'cdn' }, do: { type: 'rate-limit', headers: false } }, 'rate_limited'],
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
    const fetching = fetchWith({ do: { type: 'ignore-range' } });
    await expectWhole(fetching);
    expect(stage.reads().length).toBeLessThanOrEqual(4);
  });

  it('is read again after a break, up to the mark without taking a byte', async () => {
    const fetching = fetchWith([
      { do: { type: 'ignore-range' } },
      { on: { route: 'cdn' }, times: 6, do: { type: 'reset', afterBytes: 3 * MiB } },
    ]);
    await expectWhole(fetching);
  });

  it('fails with ranges_unsupported after three breaks without a new byte', async () => {
    const fetching = fetchWith([
      { do: { type: 'ignore-range' } },
      { on: { route: 'cdn' }, do: { type: 'reset', afterBytes: 3 * MiB } },
    ]);
    expect(await codeOf(fetching)).toBe('ranges_unsupported');
    expect(fetching.sink.missing()).toBe(SIZE - 3 * MiB);
  });

  it('leaves holes and ends of segments as they were', async () => {
    const stored = (segment: number, length: number): number => [length, 1000, 0, 77_777][segment % 4]!;
    await expectWhole(
      fetchWith({ do: { type: 'ignore-range' } }, { sink: { stored: (s, n) => Math.min(n, stored(s, n)) } }),
    );
  });
});

describe('what is asked for again', () => {
  it('begins at the high-water mark of what broke', async () => {
    const fetching = fetchWith({ on: { route: 'cdn', nth: 1 }, do: { type: 'reset', afterBytes: 100 * KiB } });
    await expectWhole(fetching);
    const { served } = stage.hub.journal.summary().files[0]!;
    expect(served).toEqual([[0, SIZE]]);
    const starts = stage.reads().map(({ headers }) => Number(/=(\d+)-/.exec(headers.range ?? '')?.[1]));
    expect(starts.filter((start) => start % (256 * KiB) !== 0)).toEqual([100 * KiB]);
  });

  it('waits as long as RateLimit says, and nothing is asked for meanwhile', async () => {
    const fetching = fetchWith({
      on: { route: 'cdn', nth: { from: 1, to: 4 } },
      do: { type: 'rate-limit', headers: 'RateLimit', retryAfterSeconds: 0 },
    });
    await expectWhole(fetching);
    const times = stage.reads().map(({ at }) => at);
    expect(times[4]! - times[3]!).toBeGreaterThanOrEqual(990);
    expect(fetching.phases).toContain('waiting-rate-limit');
  });
});
