import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LONGEST_TIMER_MS } from '../../src/core/wall-timer.js';
import { createHub, faultKinds, parseHubFault, type HubFault, type Hub } from '../../src/hub/index.js';
import { createStoryClock, type StoryClock } from './stepped-clock.js';
import { ask, locate, type Exchange } from './wire-client.js';
import { soon } from './soon.js';

const REPO = 'modeldock/tiny-chat-GGUF';
const FILE = 'tiny-chat-Q4_K_M.gguf';
const SIZE = 3 * 1024 * 1024;
const PATH = `/${REPO}/resolve/main/${FILE}`;
const MOVING = '/modeldock/moving-chat-GGUF/resolve';
const MOVING_FILE = 'moving-chat-Q4_K_M.gguf';

let hub: Hub;
let clock: StoryClock;
let whole: Buffer;

beforeAll(async () => {
  clock = createStoryClock();
  hub = await createHub({ clock, digestCache: false });
  whole = (await ask(await locate(hub.endpoint, PATH))).body;
});
afterEach(() => {
  hub.control.reset();
  clock.reset();
});
afterAll(() => hub.close());

const file = async (headers: Record<string, string> = {}): Promise<Exchange> =>
  ask(await locate(hub.endpoint, PATH), { headers });
const part = (from: number, to: number): Promise<Exchange> => file({ Range: `bytes=${from}-${to}` });
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const longestWait = (): number => Math.max(0, ...clock.sleeps);

async function expectWholeFile(exchange: Exchange): Promise<void> {
  expect([exchange.status, exchange.failure, exchange.body.length]).toEqual([200, undefined, SIZE]);
  expect(sha256(exchange.body)).toBe(sha256(whole));
}

async function refusedOnce(status: number): Promise<void> {
  const refused = await file();
  expect(refused.status).toBe(status);
  expect(refused.headers['content-type']).toBe('application/xml');
  expect(refused.body.toString()).toMatch(/^<\?xml .*\n<Error><Code>\w+<\/Code>/);
  await expectWholeFile(await file());
}

/** What each row of the table in docs/testing-downloaders.md looks like from the other end of the socket. */
const witnesses: Record<string, () => Promise<void>> = {
  'signatures that live for seconds': async () => {
    const url = await locate(hub.endpoint, PATH);
    const expires = Number(new URL(url).searchParams.get('Expires')) * 1000;
    expect(expires).toBe(clock.now() + 2000);
    expect((await ask(url, { method: 'HEAD' })).status).toBe(200);
    clock.advance(2000);
    const late = await ask(url);
    expect([late.status, late.headers['content-type']]).toEqual([403, 'application/xml']);
    expect(late.body.toString()).toContain('Request has expired');
  },
  'CDN refuses with 403': () => refusedOnce(403),
  'CDN refuses with 401': () => refusedOnce(401),
  'CDN refuses with 410': () => refusedOnce(410),
  'CDN refuses with 400': () => refusedOnce(400),
  'rate limit': async () => {
    const { status, headers } = await ask(hub.endpoint + PATH);
    expect([status, headers['retry-after']]).toEqual([429, '7']);
    expect(headers.ratelimit).toMatch(/;r=0;t=7$/);
  },
  'rate limit without headers': async () => {
    const { status, headers } = await ask(`${hub.endpoint}/api/models/${REPO}/tree/main`);
    expect([status, headers['retry-after'], headers.ratelimit]).toEqual([429, undefined, undefined]);
  },
  'rate limit with only one header': async () => {
    const { status, headers } = await ask(hub.endpoint + PATH);
    expect([status, headers['retry-after'], headers.ratelimit]).toEqual([429, '30', undefined]);
    hub.faults.add({ id: hub.faults.list()[0]!.id, effect: { type: 'rate-limit', headers: 'RateLimit' } });
    const { headers: others } = await ask(hub.endpoint + PATH);
    expect([others['retry-after'], others.ratelimit]).toEqual([undefined, '"resolvers";r=0;t=30']);
  },
  'server error': async () => {
    expect([(await file()).status, (await file()).status]).toEqual([502, 502]);
    await expectWholeFile(await file());
  },
  'reset before an answer': async () => {
    const { status, failure } = await file();
    expect([status, failure]).toEqual([0, 'ECONNRESET']);
    await expectWholeFile(await file());
  },
  'reset at a byte': async () => {
    const { status, headers, body, failure } = await file();
    expect([status, headers['content-length'], failure]).toEqual([200, String(SIZE), 'ECONNRESET']);
    expect(body.length).toBeLessThanOrEqual(1_500_000);
    expect(body.equals(whole.subarray(0, body.length))).toBe(true);
    expect(hub.journal.entries().at(-1)).toMatchObject({ served: { start: 0, end: 1_500_000 }, outcome: 'cut' });
    expect((await part(1_500_001, 1_500_100)).failure).toBeUndefined();
  },
  'stall before an answer': async () => {
    const url = await locate(hub.endpoint, PATH);
    const asked = ask(url, { onRequest: (leave) => void fired().then(leave) });
    expect(await asked).toMatchObject({ status: 0, failure: 'ECONNRESET' });
    await expectOutcome('left');
  },
  'stall at a byte': async () => {
    const { body, failure } = await ask(await locate(hub.endpoint, PATH), { leaveAfter: 1_000_000 });
    expect([body.length, failure]).toEqual([1_000_000, 'ECONNRESET']);
    await expectOutcome('left');
    expect(longestWait()).toBe(LONGEST_TIMER_MS);
  },
  'stall for a while': async () => {
    await expectWholeFile(await file());
    expect(clock.sleeps).toContain(45_000);
  },
  'truncated body': async () => {
    const { status, headers, body, failure } = await file();
    expect([status, headers['content-length'], failure]).toEqual([200, String(SIZE), 'ECONNRESET']);
    expect(body.equals(whole.subarray(0, 2_000_000))).toBe(true);
    expect(hub.journal.entries().at(-1)).toMatchObject({ served: { start: 0, end: 2_000_000 }, outcome: 'cut' });
  },
  'short 206': async () => {
    const { status, headers, body } = await part(500, 99_999);
    expect([status, headers['content-range'], headers['content-length']]).toEqual([
      206,
      `bytes 500-1499/${SIZE}`,
      '1000',
    ]);
    expect(body.equals(whole.subarray(500, 1500))).toBe(true);
  },
  '200 with the whole file': async () => {
    const exchange = await part(500, 999);
    expect(exchange.headers['content-range']).toBeUndefined();
    await expectWholeFile(exchange);
  },
  '200 with the part': async () => {
    const { status, headers, body } = await part(500, 999);
    expect([status, headers['content-range'], headers['content-length']]).toEqual([200, undefined, '500']);
    expect(body.equals(whole.subarray(500, 1000))).toBe(true);
  },
  '200 with a web page': async () => {
    const { status, headers, body } = await part(500, 999);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body.toString()).toMatch(/^<!doctype html>/);
  },
  'Content-Range moved': async () => {
    const { status, headers, body } = await part(500, 999);
    expect([status, headers['content-range']]).toEqual([206, `bytes 516-1015/${SIZE}`]);
    expect(body.equals(whole.subarray(500, 1000))).toBe(true);
  },
  'Content-Range with another total': async () => {
    const { headers, body } = await part(500, 999);
    expect([headers['content-range'], body.length]).toEqual(['bytes 500-999/999', 500]);
  },
  'flipped bit, once': async () => {
    expect((await part(0, 99)).body.equals(whole.subarray(0, 100))).toBe(true);
    const damaged = (await file()).body;
    expect(damaged[1_234_567]! ^ whole[1_234_567]!).toBe(0b1000);
    damaged[1_234_567]! ^= 0b1000;
    expect(damaged.equals(whole)).toBe(true);
    await expectWholeFile(await file());
  },
  'flipped bit, always': async () => {
    for (let time = 0; time < 3; time++) {
      expect((await part(1_234_567, 1_234_567)).body[0]! ^ whole[1_234_567]!).toBe(1);
    }
  },
  'one slow connection of many': async () => {
    await file();
    expect(sum(clock.sleeps)).toBe(0);
    await file();
    expect(sum(clock.sleeps)).toBeCloseTo(SIZE / 1000, 0);
    clock.sleeps.length = 0;
    await file();
    expect(sum(clock.sleeps)).toBe(0);
  },
  'slow connections': async () => {
    await Promise.all([file(), file()]);
    // Two lines: together they sleep for both files, and neither waits for the other.
    expect(sum(clock.sleeps)).toBeLessThan((2 * SIZE) / 1000 + 1);
    expect(Math.max(...clock.sleeps)).toBeCloseTo(50, 0);
  },
  'slow line': async () => {
    const before = clock.now();
    await Promise.all([file(), file()]);
    expect(clock.now() - before).toBeGreaterThanOrEqual((2 * SIZE) / 1000 - 1);
  },
  latency: async () => {
    await expectWholeFile(await file());
    expect(clock.sleeps).toEqual([300]);
  },
  'no HEAD': async () => {
    const url = await locate(hub.endpoint, PATH);
    for (const place of [hub.endpoint + PATH, url]) {
      const { status, headers } = await ask(place, { method: 'HEAD' });
      expect([status, headers.allow]).toEqual([405, 'GET']);
    }
    await expectWholeFile(await ask(url));
  },
  'no Content-Length': async () => {
    const exchange = await file();
    expect([exchange.headers['content-length'], exchange.headers['transfer-encoding']]).toEqual([undefined, 'chunked']);
    await expectWholeFile(exchange);
  },
  'no Content-Length, end by closing': async () => {
    const exchange = await file();
    const { headers } = exchange;
    expect([headers['content-length'], headers['transfer-encoding'], headers.connection]).toEqual([
      undefined,
      undefined,
      'close',
    ]);
    await expectWholeFile(exchange);
  },
  'gzip although identity was asked for': async () => {
    const { headers, body } = await file({ 'Accept-Encoding': 'identity' });
    expect([headers['content-encoding'], headers['content-length']]).toEqual(['gzip', undefined]);
    expect(sha256(gunzipSync(body))).toBe(sha256(whole));
  },
  'a branch moves': async () => {
    const first = await ask(`${hub.endpoint}${MOVING}/main/${MOVING_FILE}`, { method: 'HEAD' });
    const second = await ask(`${hub.endpoint}${MOVING}/main/${MOVING_FILE}`, { method: 'HEAD' });
    expect([first.status, second.status]).toEqual([302, 302]);
    expect(second.headers['x-repo-commit']).not.toBe(first.headers['x-repo-commit']);
    expect(second.headers['x-linked-etag']).not.toBe(first.headers['x-linked-etag']);
  },
  'a commit disappears': async () => {
    const { headers } = await ask(`${hub.endpoint}${MOVING}/main/${MOVING_FILE}`);
    const pinned = await ask(`${hub.endpoint}${MOVING}/${String(headers['x-repo-commit'])}/${MOVING_FILE}`);
    expect([pinned.status, pinned.headers['x-error-code']]).toEqual([404, 'RevisionNotFound']);
  },
  'redirect to another protocol': async () => {
    const { status, headers } = await ask(hub.endpoint + PATH);
    expect([status, headers.location]).toEqual([302, hub.endpoint.replace('http:', 'ftp:') + PATH]);
  },
  'redirect to a private address': async () => {
    const { status, headers } = await ask(hub.endpoint + PATH);
    expect([status, headers.location]).toEqual([302, `http://10.255.255.1${PATH}`]);
  },
  'redirect in a loop': async () => {
    const { status, headers } = await ask(hub.endpoint + PATH);
    expect([status, headers.location]).toEqual([302, hub.endpoint + PATH]);
  },
  'a clock that is off by hours': async () => {
    const { headers } = await ask(hub.endpoint + PATH);
    expect(Date.parse(headers.date!)).toBe(clock.now() - 10_800_000);
    expect(Number(new URL(headers.location!).searchParams.get('Expires')) * 1000).toBe(clock.now() - 7_200_000);
  },
  'next page elsewhere': async () => {
    const { headers } = await ask(`${hub.endpoint}/api/models/modeldock/many-files/tree/main?recursive=true`);
    expect(headers.link).toMatch(
      /^<https:\/\/huggingface\.co\/api\/models\/modeldock\/many-files\/tree\/main\?.*>; rel="next"$/,
    );
  },
};

const rows = tableRows();

describe('every row of the table of faults', () => {
  it.each(rows)('$name', async ({ name, fault }) => {
    hub.faults.add(fault);
    await witnesses[name]!();
    expect(hub.faults.list()[0]!.fired, 'the fault fired').toBeGreaterThan(0);
  });

  it('has a witness, and every witness a row', () => {
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(witnesses));
  });

  it('shows every kind of fault there is', () => {
    expect([...new Set(rows.map(({ fault }) => fault.effect.type))].sort()).toEqual(Object.keys(faultKinds).sort());
  });
});

function tableRows(): { name: string; fault: HubFault }[] {
  const page = readFileSync(new URL('../../docs/testing-downloaders.md', import.meta.url), 'utf8');
  const table = page.slice(page.indexOf('| fault |')).split('\n\n')[0]!.split('\n').slice(2);
  return table.map((line) => {
    const [, name, description] = line.split('|').map((cell) => cell.trim());
    return { name: name!, fault: parseHubFault(JSON.parse(description!.replaceAll('`', ''))) };
  });
}

async function fired(): Promise<void> {
  await soon(() => hub.faults.list()[0]?.fired).toBe(1);
}

async function expectOutcome(outcome: string): Promise<void> {
  await soon(() => hub.journal.entries().at(-1)?.outcome).toBe(outcome);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
