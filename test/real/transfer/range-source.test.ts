import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, EnvHttpProxyAgent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createProxy } from '../../../src/hub/index.js';
import { DownloadError } from '../../../src/real/download-error.js';
import { HubRefusal, HubRequestError } from '../../../src/real/hub/hub-errors.js';
import { createRateGate } from '../../../src/real/hub/rate-gate.js';
import { createRangeSource, type RangeSourceOptions } from '../../../src/real/hub/range-source.js';
import { realClock } from '../../../src/real/real-clock.js';
import type { ByteRange } from '../../../src/real/transfer/byte-source.js';

const SECRET = 'Signature=s3cr3t';
const SIZE = 1000;
const BODY = Buffer.from(Array.from({ length: SIZE }, (_, index) => index % 251));

let answer: (response: ServerResponse) => void;
let asked: IncomingHttpHeaders[] = [];
let sockets = 0;
const server = createServer((request, response) => {
  asked.push(request.headers);
  answer(response);
}).on('connection', () => sockets++);
const agent = new Agent();

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterEach(() => {
  asked = [];
  sockets = 0;
});
afterAll(async () => {
  await agent.destroy();
  server.close();
});

const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const part =
  ({ start, end }: ByteRange, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(206, {
      'Content-Range': `bytes ${start}-${end - 1}/${SIZE}`,
      'Content-Length': String(end - start),
      ...headers,
    });
    response.end(BODY.subarray(start, end));
  };
const say =
  (status: number, headers: Record<string, string | number> = {}, body = '') =>
  (response: ServerResponse): void => {
    response.writeHead(status, headers).end(body);
  };

interface Outcome {
  error: unknown;
  bytes: Buffer;
  started: (ByteRange & { whole: boolean })[];
  refused: string[];
}

async function read(
  range: ByteRange,
  options: Partial<RangeSourceOptions> & { bucket?: 'api' } = {},
): Promise<Outcome> {
  const { bucket, ...given } = options;
  const outcome: Outcome = { error: undefined, bytes: Buffer.alloc(0), started: [], refused: [] };
  const place = { url: `${origin()}/file?${SECRET}`, headers: {}, expiresAt: Infinity, renewAt: Infinity };
  const source = createRangeSource({
    location: {
      current: async () => ({ ...place, ...(bucket !== undefined && { bucket }) }),
      refused: (_, said) => void outcome.refused.push(said),
      delivered: () => undefined,
    },
    file: { path: 'weights.gguf', size: SIZE },
    agent,
    host: 'hub.example',
    endpoint: origin(),
    ...given,
  });
  const receiver = {
    onStart: (started: ByteRange & { whole: boolean }) => void outcome.started.push(started),
    onBytes(bytes: Uint8Array) {
      outcome.bytes = Buffer.concat([outcome.bytes, bytes]);
      return true;
    },
    resumed: async () => undefined,
  };
  await source.read(range, receiver, new AbortController().signal).catch((error: unknown) => (outcome.error = error));
  expect(String(outcome.error)).not.toContain(SECRET);
  return outcome;
}

const RANGE = { start: 100, end: 300 };

describe('a range source', () => {
  it('asks for exactly the range, unencoded, and hands on what comes', async () => {
    answer = part(RANGE);
    const { error, bytes, started } = await read(RANGE);
    expect(error).toBeUndefined();
    expect(bytes).toEqual(BODY.subarray(100, 300));
    expect(started).toEqual([{ ...RANGE, whole: false }]);
    expect(asked[0]).toMatchObject({
      range: 'bytes=100-299',
      'accept-encoding': 'identity',
      'user-agent': 'modeldock',
    });
    expect(asked[0]).not.toHaveProperty('authorization');
  });

  it('follows a redirect of the CDN, without the token where it leads to another origin', async () => {
    const next = createServer((request, response) => {
      asked.push(request.headers);
      part(RANGE)(response);
    });
    await new Promise<void>((resolve) => void next.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      next.closeAllConnections();
      next.close();
    });
    const to = `http://127.0.0.1:${(next.address() as AddressInfo).port}/moved?${SECRET}`;
    answer = say(307, { Location: to });
    const place = { url: origin(), headers: { authorization: 'Bearer hf_x' }, expiresAt: Infinity, renewAt: Infinity };
    const { error, bytes } = await read(RANGE, {
      location: { current: async () => place, refused: () => undefined, delivered: () => undefined },
    });
    expect(error).toBeUndefined();
    expect(bytes).toEqual(BODY.subarray(100, 300));
    expect(asked.map(({ authorization, range }) => [authorization, range])).toEqual([
      ['Bearer hf_x', 'bytes=100-299'],
      [undefined, 'bytes=100-299'],
    ]);
  });

  it('ends a row of redirects, and one in a circle', async () => {
    let hops = 0;
    answer = (response) => say(302, { Location: `/hop-${++hops}` })(response);
    expect((await read(RANGE)).error).toMatchObject({ code: 'redirect_refused' });
    expect(hops).toBe(4);
    answer = say(302, { Location: `/file?${SECRET}` });
    expect((await read(RANGE)).error).toMatchObject({ code: 'redirect_refused' });
  });

  it('sends the headers of the location', async () => {
    answer = part(RANGE);
    const place = { url: origin(), headers: { authorization: 'Bearer hf_x' }, expiresAt: Infinity, renewAt: Infinity };
    await read(RANGE, {
      location: { current: async () => place, refused: () => undefined, delivered: () => undefined },
    });
    expect(asked[0]!.authorization).toBe('Bearer hf_x');
  });

  it('uses a connection again after an answer, and after a short error', async () => {
    const own = new Agent();
    for (const next of [part(RANGE), say(503, { 'Content-Length': 4 }, 'busy'), part(RANGE)]) {
      answer = next;
      await read(RANGE, { agent: own });
    }
    await own.destroy();
    expect(sockets).toBe(1);
  });

  it.each<[string, (response: ServerResponse) => void, string, string]>([
    ['a redirect to another protocol', say(302, { Location: 'ftp://10.0.0.1/' }), 'redirect_refused', 'ftp:'],
    ['a redirect to nowhere', say(302), 'redirect_refused', 'redirects to another'],
    ['a proxy that wants credentials', say(407), 'proxy_auth', 'HTTP_PROXY'],
  ])('refuses for good: %s', async (_, wrong, code, text) => {
    answer = wrong;
    const { error, bytes } = await read(RANGE);
    expect(error).toBeInstanceOf(DownloadError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) as string });
    expect(bytes).toHaveLength(0);
  });

  const chunked = (response: ServerResponse): void => {
    response.writeHead(206, { 'Content-Range': `bytes 100-299/${SIZE}` }).end(BODY.subarray(100, 301));
  };
  it.each<[string, (response: ServerResponse) => void, object, number]>([
    ['the wrong start', part({ start: 0, end: 200 }), { kind: 'violation', code: 'bad_range' }, 0],
    ['more than was asked for', part({ start: 100, end: 301 }), { kind: 'violation', code: 'bad_range' }, 0],
    ['no Content-Range', say(206, { 'Content-Length': 3 }, 'abc'), { kind: 'violation', code: 'bad_range' }, 0],
    [
      'a Content-Length that does not fit',
      part({ start: 100, end: 300 }, { 'Content-Range': `bytes 100-298/${SIZE}` }),
      { kind: 'violation', code: 'bad_range' },
      0,
    ],
    ['a body beyond its Content-Range', chunked, { kind: 'violation', code: 'bad_range' }, 200],
    ['416', say(416), { kind: 'violation', code: 'bad_range' }, 0],
    ['an encoding', part(RANGE, { 'Content-Encoding': 'br' }), { kind: 'violation', code: 'encoded_body' }, 0],
    ['200 without a length', say(200, { 'Transfer-Encoding': 'chunked' }, 'x'), { code: 'not_the_file' }, 0],
    [
      'HTML of the right length',
      say(200, { 'Content-Type': 'Text/HTML; charset=utf-8', 'Content-Length': SIZE }, 'x'.repeat(SIZE)),
      { kind: 'violation', code: 'not_the_file' },
      0,
    ],
    ['404', say(404), { kind: 'refused', code: 'cdn_refused' }, 0],
    ['500', say(500), { kind: 'server', code: 'hub_error' }, 0],
    ['503 with patience', say(503, { 'Retry-After': 7 }), { kind: 'server', retryAfterMs: 7000 }, 0],
    ['429', say(429), { kind: 'rate-limited', code: 'rate_limited', retryAfterMs: undefined }, 0],
    ['429 with a window', say(429, { RateLimit: '"api";r=0;t=3' }), { kind: 'rate-limited', retryAfterMs: 4000 }, 0],
  ])('takes it as worth another try: %s', async (_, wrong, error, bytes) => {
    answer = wrong;
    const outcome = await read(RANGE);
    expect(outcome.error).toMatchObject({ name: 'ReadError', ...error });
    expect(outcome.bytes).toHaveLength(bytes);
    expect(outcome.refused).toHaveLength('kind' in error && error.kind === 'refused' ? 1 : 0);
  });

  it('takes a part with an unknown total, and less than was asked for', async () => {
    answer = part({ start: 100, end: 150 }, { 'Content-Range': 'bytes 100-149/*' });
    const { error, started } = await read(RANGE);
    expect([error, started]).toEqual([undefined, [{ start: 100, end: 150, whole: false }]]);
  });

  it('reports a missing answer by a code, without the address', async () => {
    const url = `http://127.0.0.1:1/file?${SECRET}`;
    const place = { url, headers: {}, expiresAt: Infinity, renewAt: Infinity };
    const location = { current: async () => place, refused: () => undefined, delivered: () => undefined };
    const { error } = await read(RANGE, { location });
    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') as string });
  });

  it.each<[Error, object]>([
    [new HubRequestError('rate-limited', 'later', { retryAfterMs: 9 }), { kind: 'rate-limited', retryAfterMs: 9 }],
    [new HubRequestError('unreachable', 'nobody'), { kind: 'unreachable', code: 'network_error' }],
    [new HubRefusal('gated_no_token', 'gated', 'ask for access'), { name: 'DownloadError', code: 'gated' }],
  ])('passes on why there is no location: %s', async (problem, expected) => {
    const current = async (): Promise<never> => {
      throw problem;
    };
    const location = { current, refused: () => undefined, delivered: () => undefined };
    const { error } = await read(RANGE, { location });
    expect(error).toMatchObject(expected);
    expect(asked).toHaveLength(0);
  });

  it('keeps to what the hub asked for where the hub itself sends the bytes', async () => {
    const gate = createRateGate(realClock);
    answer = say(429, { 'Retry-After': 60 });
    await read(RANGE, { gate, bucket: 'api' });
    const { error } = await read(RANGE, { gate, bucket: 'api' });
    expect(error).toMatchObject({ kind: 'rate-limited' });
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(50_000);
    expect(asked).toHaveLength(1);
    expect((await read(RANGE, { gate })).error).toMatchObject({ retryAfterMs: 60_000 });
  });

  it('goes through a proxy, and fails with proxy_auth where that wants other credentials', async () => {
    answer = part(RANGE);
    for (const credentials of [undefined, 'user:right']) {
      const proxy = await createProxy(credentials === undefined ? {} : { credentials });
      const proxied = new EnvHttpProxyAgent({ httpProxy: proxy.url, noProxy: '', proxyTunnel: false });
      const { error } = await read(RANGE, { agent: proxied });
      expect(error).toEqual(credentials === undefined ? undefined : expect.objectContaining({ code: 'proxy_auth' }));
      expect(proxy.requests().map(({ method }) => method)).toEqual(['GET']);
      await proxied.destroy();
      await proxy.close();
    }
  });
});
