import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HubFault } from '../../../src/hub/index.js';
import { createBandwidth } from '../../../src/real/transfer/bandwidth.js';
import { createConnectionSlots } from '../../../src/real/transfer/connection-slots.js';
import { until } from '../../until.js';
import { createMemorySink } from './memory-sink.js';
import { createStage, fetchInto, KiB, MiB, quickLimits, type Fetching, type Stage } from './stage.js';

const SIZE = 6 * MiB + 99;
const SEGMENT = quickLimits.segmentBytes;
let stage: Stage;

beforeAll(async () => {
  stage = await createStage(SIZE);
});
afterEach(() => stage.hub.control.reset());
afterAll(() => stage.close());

async function expectWhole({ sink, done, counters }: Fetching): Promise<void> {
  await done;
  expect([sink.missing(), sink.repeated(), counters.connections]).toEqual([0, 0, 0]);
  expect(sink.sha256()).toBe(stage.sha256);
}

const starts = (): number[] =>
  stage.reads().map(({ headers }) => Number(/=(\d+)-/.exec(headers.range ?? '')?.[1] ?? -1));
const atOnce = (): number => stage.hub.journal.summary().files[0]?.atOnce ?? 0;

describe('a transfer', () => {
  it('asks for nothing when nothing is missing', async () => {
    const fetching = fetchInto(stage, { sink: { stored: (_, length) => length } });
    await expectWhole(fetching);
    expect(stage.reads()).toEqual([]);
    await fetchInto(stage, { into: createMemorySink({ size: 0, segmentBytes: SEGMENT }) }).done;
  });

  it('begins each segment where the sink has ended', async () => {
    const stored = (segment: number, length: number): number => [length, 1000, 0, 0, 5][segment % 5]!;
    const fetching = fetchInto(stage, { sink: { stored: (s, n) => Math.min(n, stored(s, n)) } });
    await expectWhole(fetching);
    const served = stage.hub.journal.summary().files[0]!;
    expect(served.bytesTwice).toBe(0);
    expect(starts()).toContain(SEGMENT + 1000);
  });

  it('fetches only the segments that the sink lacks', async () => {
    const sink = createMemorySink({ size: SIZE, segmentBytes: SEGMENT, stored: (_, n) => n, content: stage.content });
    for (const segment of [3, 9]) sink.forget(segment);
    const fetching = fetchInto(stage, { into: sink });
    await expectWhole(fetching);
    expect(fetching.counters.bytes).toBe(2 * SEGMENT);
  });

  it('begins a segment again that is emptied while its bytes come', async () => {
    stage.hub.faults.add({ when: { route: 'cdn' }, effect: { type: 'slow-body', bytesPerSecond: 2_000_000 } });
    const fetching = fetchInto(stage, { sink: { stored: (_, length) => Math.min(length, 1000) } });
    await until(() => fetching.sink.taken(1) > 1000);
    fetching.sink.forget(1);
    stage.hub.faults.clear();
    await expectWhole(fetching);
  });

  it('reports its phases in their order', async () => {
    stage.hub.faults.add({ when: { route: 'cdn', nth: { from: 1, to: 6 } }, effect: { type: 'reset' } });
    const fetching = fetchInto(stage, { limits: { connectionsAtStart: 1 } });
    await expectWhole(fetching);
    expect(fetching.phases).toEqual(['connecting', 'offline', 'transferring']);
  });

  it('keeps the connections of requests that ended well', async () => {
    const limits = { connectionsAtStart: 4, connectionsPerFile: 4, runMs: 1 };
    await expectWhole(fetchInto(stage, { limits }));
    expect(stage.reads().length).toBeGreaterThan(20);
    expect(stage.hub.journal.summary().connections.cdn).toBeLessThanOrEqual(4);
  });

  it('leaves with the reason it was aborted for, and with no connection', async () => {
    stage.hub.faults.add({ when: { route: 'cdn' }, effect: { type: 'slow-body', bytesPerSecond: 500_000 } });
    const leaving = new AbortController();
    const fetching = fetchInto(stage, { signal: leaving.signal });
    await until(() => fetching.counters.bytes > 0);
    const reason = new Error('paused');
    leaving.abort(reason);
    await expect(fetching.done).rejects.toBe(reason);
    expect(fetching.counters.connections).toBe(0);
    const rest = fetchInto(stage, { into: fetching.sink });
    stage.hub.faults.clear();
    await expectWhole(rest);
    await expect(fetchInto(stage, { signal: leaving.signal }).done).rejects.toBe(reason);
  });
});

describe('connections', () => {
  it('grow where each brings its own share', async () => {
    stage.hub.faults.add({ when: { route: 'cdn' }, effect: { type: 'slow-body', bytesPerSecond: 1_000_000 } });
    await expectWhole(fetchInto(stage, { limits: { doublingMs: 100 } }));
    expect(atOnce()).toBeGreaterThan(8);
  });

  it('share the slots of the process', async () => {
    stage.hub.faults.add({ when: { route: 'cdn' }, effect: { type: 'slow-body', bytesPerSecond: 2_000_000 } });
    const slots = createConnectionSlots({ connectionsPerHost: 3, connectionsInAll: 48 });
    const both = [fetchInto(stage, { slots }), fetchInto(stage, { slots })];
    await until(() => both.every(({ counters }) => counters.connections > 0));
    await Promise.all(both.map(expectWhole));
    expect(atOnce()).toBe(3);
    const next = slots.join(() => undefined);
    const { host } = new URL(stage.hub.cdn);
    expect([next.take(host), next.take(host), next.take(host)]).toEqual(Array(3).fill(expect.any(Function)));
  });

  it('divide a long run when they have nothing else to do', async () => {
    // Each run may take the whole file, so that a later request has to take a part of it.
    stage.hub.faults.add({ when: { route: 'cdn' }, effect: { type: 'slow-body', bytesPerSecond: 3_000_000 } });
    const limits = { shortestRunBytes: 64 * MiB, longestRunBytes: 64 * MiB, connectionsAtStart: 2 };
    await expectWhole(fetchInto(stage, { limits }));
    expect(stage.reads().filter(({ outcome }) => outcome === 'left').length).toBeGreaterThan(0);
    expect(new Set(starts()).size).toBe(starts().length);
  });

  it('take over from one that is far slower than the others', async () => {
    stage.hub.faults.add({ when: { route: 'cdn', nth: 2 }, effect: { type: 'slow-body', bytesPerSecond: 20_000 } });
    stage.hub.faults.add({ when: { route: 'cdn' }, effect: { type: 'slow-body', bytesPerSecond: 4_000_000 } });
    const fetching = fetchInto(stage, { limits: { slowMs: 300 } });
    await expectWhole(fetching);
    expect(fetching.counters.retries).toBeGreaterThan(0);
    // At its own speed, that one would have taken 13 s for its segment.
    const slow = stage.reads().find(({ faults }) => faults.length === 2)!;
    expect(slow.outcome).toBe('left');
    expect(slow.served!.end - slow.served!.start).toBeLessThan(SEGMENT);
  });

  it('become fewer when the server has too much to do', async () => {
    stage.hub.faults.add({ when: { route: 'cdn', nth: { from: 1, to: 4 } }, effect: { type: 'server-error' } });
    stage.hub.faults.add({ when: { route: 'cdn' }, effect: { type: 'slow-body', bytesPerSecond: 4_000_000 } });
    await expectWhole(fetchInto(stage, { limits: { adjustingMs: 60_000 } }));
    const later = stage.reads().slice(4);
    expect(Math.max(...later.map((read) => read.atOnce))).toBeLessThanOrEqual(2);
  });
});

describe('what holds reading back', () => {
  it('stops while the sink wants nothing, and silence is not held against the server', async () => {
    const fetching = fetchInto(stage, { limits: { silenceMs: 300 } });
    fetching.sink.block();
    await until(() => fetching.counters.bytes > 0);
    await stage.clock.sleep(1000);
    const { bytes } = fetching.counters;
    expect(bytes).toBeLessThan(2 * MiB);
    expect(fetching.counters.stalls).toBe(0);
    fetching.sink.unblock();
    await expectWhole(fetching);
  });

  it.each<[string, HubFault, (fetching: Fetching) => boolean]>([
    [
      'as silence',
      { when: { route: 'cdn', nth: 1 }, effect: { type: 'stall', afterBytes: 1000, ms: 200 } },
      ({ counters }) => counters.bytes > 0,
    ],
    [
      'as time in which nothing answers',
      { when: { route: 'cdn', nth: { from: 1, to: 8 } }, effect: { type: 'reset' } },
      ({ counters }) => counters.retries > 3,
    ],
  ])('does not count the time it was asleep %s', async (_, fault, isTime) => {
    stage.hub.faults.add(fault);
    stage.hub.faults.add({ when: { route: 'cdn' }, effect: { type: 'slow-body', bytesPerSecond: 4_000_000 } });
    let asleepMs = 0;
    const clock = { ...stage.clock, monotonic: () => stage.clock.monotonic() + asleepMs };
    const fetching = fetchInto(stage, { clock, limits: { silenceMs: 5000, unreachableMs: 20_000, retryMs: 50 } });
    await until(() => isTime(fetching));
    asleepMs = 3_600_000;
    await expectWhole(fetching);
    expect(fetching.counters.stalls).toBe(0);
  });

  it('fails with what the sink fails with', async () => {
    const fetching = fetchInto(stage);
    fetching.sink.block();
    await until(() => fetching.counters.bytes > 0);
    const full = new Error('no space left');
    fetching.sink.unblock(full);
    fetching.sink.block();
    fetching.sink.unblock(full);
    await expect(fetching.done).rejects.toBe(full);
    expect(fetching.counters.connections).toBe(0);
  });

  it('lets a sink breathe', async () => {
    await expectWhole(fetchInto(stage, { sink: { breatheEvery: 100 * KiB } }));
  });

  it('keeps to a bandwidth limit, with as many connections as that is worth', async () => {
    const { clock } = stage;
    const began = clock.monotonic();
    const fetching = fetchInto(stage, { bandwidth: [createBandwidth(8 * MiB, { clock }), createBandwidth()] });
    await expectWhole(fetching);
    expect((clock.monotonic() - began) / 1000).toBeGreaterThan((SIZE / (8 * MiB)) * 0.7);
    expect(fetching.counters.stalls + fetching.counters.retries).toBe(0);
    expect(stage.reads().at(-1)!.atOnce).toBeLessThanOrEqual(2);
  });

  it('follows a limit that is changed and lifted', async () => {
    const limit = createBandwidth(1000, { clock: stage.clock });
    const fetching = fetchInto(stage, { bandwidth: [limit] });
    await until(() => limit.binds());
    const before = fetching.counters.bytes;
    expect(before).toBeLessThan(2 * MiB);
    limit.setLimit(20 * MiB);
    await until(() => fetching.counters.bytes > before + MiB);
    limit.setLimit(undefined);
    await expectWhole(fetching);
  });

  it('refuses a limit that is none', () => {
    expect(() => createBandwidth(0)).toThrow(
      'Cannot limit the bandwidth: expected a number of bytes per second above 0',
    );
    expect(() => createBandwidth().setLimit(NaN)).toThrow(RangeError);
  });
});
