import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.js';
import { dial, say, serveApart, statuses, type Said, type Served } from './served.js';

const MIB = 1 << 20;

let server: Served;

beforeAll(async () => {
  server = await serveApart();
});
afterEach(() => server.stillServes());
afterAll(() => server.stop());

function send(method: string, path: string, body: string | Buffer, type = 'application/json'): Promise<Said> {
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return say(server.port, [`${head.join('\r\n')}\r\n\r\n`, Buffer.from(body)]);
}

async function statusOf(method: string, path: string, body: string | Buffer): Promise<number> {
  const said = await send(method, path, body);
  expect(statuses(said), said.text).toHaveLength(1);
  return statuses(said)[0]!;
}

const deep = (open: string, close: string): string => open.repeat(100_000) + close.repeat(100_000);

/** Bodies that no route wants. */
const nonsense: [name: string, body: string | Buffer][] = [
  ['nothing', ''],
  ['null', 'null'],
  ['a number', '1e999'],
  ['a list', '[]'],
  ['a list of itself', '[[[[[[]]]]]]'],
  ['text', '"text"'],
  ['half of it', '{"model":"simulate/slo'],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
  ['a byte order mark', '\ufeff{"model":"simulate/slow"}'],
  ['NUL', '{"model":"simulate/slow\u0000"}'],
  ['NUL, escaped', '{"model":"simulate/slow\\u0000"}'],
  ['a lone surrogate', '{"model":"\\ud800"}'],
  ['a hundred thousand lists', deep('[', ']')],
  ['a hundred thousand objects', deep('{"model":', '}').replace('{"model":}', '{"model":1}')],
  ['a deep value', `{"model":${deep('[', ']')}}`],
  ['numbers beyond numbers', `{"model":1e400,"ms":-1e400,"until":${'9'.repeat(5000)},"context_length":1e308}`],
  ['__proto__', '{"__proto__":{"model":"simulate/slow","ms":1},"constructor":{"prototype":{"x":1}}}'],
  ['one key many times', `{${'"model":1,'.repeat(50_000)}"model":{}}`],
  ['fifty thousand keys', `{${Array.from({ length: 50_000 }, (_, index) => `"k${index}":1`).join()}}`],
  ['a form', 'model=simulate%2Fslow'],
  ['a long name', JSON.stringify({ model: `${'a-'.repeat(200_000)}/${'b-'.repeat(200_000)}` })],
  ['a long name of slashes', JSON.stringify({ model: '/'.repeat(900_000) })],
  ['a long link', JSON.stringify({ model: `https://huggingface.co/${'%2e'.repeat(200_000)}/x` })],
];

const routes: [method: string, path: string][] = [
  ['POST', '/api/v1/models/download'],
  ['POST', '/api/v1/models/load'],
  ['POST', '/api/v1/models/unload'],
  ['POST', '/s/hostile/api/v1/models/download'],
  ['PUT', '/s/hostile/__modeldock/clock'],
  ['POST', '/s/hostile/__modeldock/clock/advance'],
  ['POST', '/s/hostile/__modeldock/jobs/job_0000000000/fail'],
  ['PUT', '/s/hostile/__modeldock/scenario'],
  ['POST', '/s/hostile/__modeldock/faults'],
  ['POST', '/s/hostile/__modeldock/models'],
  ['POST', '/s/hostile/__modeldock/restore'],
  ['POST', '/s/hostile/__modeldock/fork'],
  ['POST', '/__modeldock/sessions'],
];

describe('nonsense', () => {
  it.each(routes)('is refused by %s %s, never with a 500', async (method, path) => {
    for (const [name, body] of nonsense) {
      const status = await statusOf(method, path, body);
      expect(status, `${name} to ${method} ${path}`).toBeLessThan(500);
    }
  });

  it('leaves no trace in what objects inherit', async () => {
    await send('POST', '/api/v1/models/download', '{"__proto__":{"polluted":true},"model":"simulate/slow-run-proto"}');
    await send('POST', '/__modeldock/faults', '{"__proto__":{"times":1},"effect":{"type":"status","status":503}}');
    const said = await send('DELETE', '/__modeldock/faults', '');
    expect(statuses(said)).toEqual([204]);
    expect((await send('GET', '/__modeldock/session', '')).text).not.toContain('polluted');
  });

  it('in a query is refused', async () => {
    for (const query of [
      'timeoutMs=-1',
      'timeoutMs=1e9',
      'progress=2',
      'status=x',
      '__proto__=1',
      '%zz',
      '&'.repeat(5000),
    ]) {
      for (const path of ['/__modeldock/jobs/none/wait', '/__modeldock/journal', '/__modeldock/findings']) {
        expect(await statusOf('GET', `${path}?${query}`, ''), `${path}?${query.slice(0, 20)}`).toBeLessThan(500);
      }
    }
  });
});

describe('a body of another type', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'json', ''])(
    'is not read by routes of the control API: %s',
    async (type) => {
      const said = await send('POST', '/__modeldock/clock/advance', '{"ms":1}', type);
      expect(statuses(said)).toEqual([415]);
    },
  );
});

describe('a large body', () => {
  const ofSize = (bytes: number): string => `{"model":"${'x'.repeat(bytes - 12)}"}`;

  it.each(['/api/v1/models/download', '/__modeldock/faults'])(
    'may have 1 MiB and not a byte more: %s',
    async (path) => {
      expect(ofSize(MIB)).toHaveLength(MIB);
      expect(await statusOf('POST', path, ofSize(MIB))).toBe(400);
      expect(await statusOf('POST', path, ofSize(MIB + 1))).toBe(413);
    },
  );

  it.each([
    ['whose length is announced', `Content-Length: ${64 * MIB}`],
    ['in chunks', 'Transfer-Encoding: chunked'],
  ])('of 64 MiB %s is refused at once, read to its end, and held nowhere', async (_, announced) => {
    const before = await server.held();
    const socket = await dial(server.port);
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.write(
      `POST /api/v1/models/download HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${announced}\r\n\r\n`,
    );
    const isChunked = announced.includes('chunked');
    let most = 0;
    for (let sent = 0; sent < 64; sent++) {
      if (isChunked) socket.write(`${MIB.toString(16)}\r\n`);
      // Only what the server has taken makes room for more.
      if (!socket.write(Buffer.alloc(MIB, 'x'))) await once(socket, 'drain');
      if (isChunked) socket.write('\r\n');
      // Long before the end.
      if (sent === 8) await until(() => text.includes('HTTP/1.1 413'));
      if (sent % 16 === 15) most = Math.max(most, (await server.held()).rss);
    }
    if (isChunked) socket.write('0\r\n\r\n');
    // The connection is as good as before.
    socket.write('GET /lmstudio-greeting HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await once(socket, 'end');
    socket.destroy();
    expect(statuses({ text, closed: true })).toEqual([413, 200]);
    expect(most - before.rss).toBeLessThan(32 * MIB);
  });

  it('to a route that reads none is thrown away', async () => {
    expect(await statusOf('POST', '/no-such-route', Buffer.alloc(8 * MIB))).toBe(200);
    expect(await statusOf('PUT', '/api/v1/models', Buffer.alloc(8 * MIB))).toBe(404);
  });
});

describe('a hostile pattern', () => {
  it('is matched quickly', async () => {
    const base = '/s/patterns';
    // With the last letter it is as long as a pattern may be.
    const pattern = '*a'.repeat(255);
    const fault = (when: object): string => JSON.stringify({ when, effect: { type: 'latency', ms: 0 } });
    expect(await statusOf('POST', `${base}/__modeldock/faults`, fault({ model: `${pattern}b` }))).toBe(200);
    expect(await statusOf('POST', `${base}/__modeldock/faults`, fault({ path: `${pattern}b` }))).toBe(200);
    const rules = JSON.stringify({ rules: [{ model: `${pattern}b`, scenario: 'instant' }] });
    expect(await statusOf('PUT', `${base}/__modeldock/scenario`, rules)).toBe(200);
    const model = `simulate/${'a'.repeat(100_000)}`;
    expect(await statusOf('POST', `${base}/api/v1/models/download`, JSON.stringify({ model }))).toBe(404);
    expect(await statusOf('GET', `${base}/${'a'.repeat(10_000)}`, '')).toBe(200);
  });
});
