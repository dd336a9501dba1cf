import { connect as connectSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSessions, type SimulatedSessions, type SimulatedSessionsOptions } from '../../src/index.js';
import { serve, type Serving } from '../../src/server/index.js';
import { connect } from '../../src/testing/index.js';
import type { Received, Sent } from '../suites/transport.js';
import { sendOverHttp } from '../transports/http-exchange.js';

let sessions: SimulatedSessions;
let serving: Serving;
const json = { 'Content-Type': 'application/json' };

async function open(options: SimulatedSessionsOptions = {}): Promise<void> {
  sessions = createSessions({ speed: 0, ...options });
  serving = await serve({ api: sessions.api, port: 0, host: '127.0.0.1' });
  await sessions.open('default').models.add('ibm/granite-4-micro');
}

beforeEach(() => open());
afterEach(async () => {
  sessions.close();
  await serving.close();
});

async function reopen(options: SimulatedSessionsOptions): Promise<void> {
  sessions.close();
  await serving.close();
  await open(options);
}

const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Received> =>
  sendOverHttp(serving.url, { method, path, headers, ...(body !== undefined && { body }) } satisfies Sent);

/** Whether what `open` put there is still there. */
const isUntouched = async (): Promise<boolean> => (await sessions.open('default').models.list()).length === 1;

/** Something to read and something to change, in the default session and in another. */
const calls: [method: string, path: string][] = [
  ['GET', '/__modeldock/session'],
  ['GET', '/__modeldock/journal'],
  ['GET', '/__modeldock/events'],
  ['GET', '/__modeldock/sessions'],
  ['HEAD', '/__modeldock/snapshot'],
  ['POST', '/__modeldock/reset'],
  ['POST', '/s/default/__modeldock/reset'],
  ['DELETE', '/__modeldock/sessions/default'],
  ['DELETE', '/__modeldock/models/ibm%2Fgranite-4-micro'],
];

describe('the control API', () => {
  it.each([
    ['https://shop.example', 'from https://shop.example: start it with --cors https://shop.example '],
    // A page from a file, or in a sandbox: no flag takes that name.
    ['null', 'from a page without an origin: serve the page from a web server, and start modeldock with --cors '],
  ])('says to a page of %s how it could be let in', async (origin, advice) => {
    expect((await send('GET', '/__modeldock/session', { Origin: origin })).body).toContain(advice);
  });

  it.each([
    ['a page of another site', { Origin: 'https://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a page of another port', { Origin: 'http://127.0.0.1:1' }],
    ['a page that looks like ours', { Origin: 'http://127.0.0.1:1234.evil.example' }],
    ['another site that sends no origin', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }],
    ['a name that was rebound to this machine', { Host: 'evil.example' }],
    ['a rebound name with our port', { Host: 'evil.example:1234' }],
    ['a rebound name whose page calls its own origin', { Host: 'evil.example', Origin: 'http://evil.example' }],
    ['a name that begins like ours', { Host: 'localhost.evil.example' }],
    ['a name that ends like ours', { Host: 'evil-localhost' }],
    ['an address that is not this one', { Host: '192.168.0.1' }],
  ])('is closed to %s', async (_, headers) => {
    for (const [method, path] of calls) {
      const { status, body } = await send(method, path, headers);
      expect([method, path, status]).toEqual([method, path, 403]);
      if (method !== 'HEAD') expect(JSON.parse(body)).toMatchObject({ error: { code: 'forbidden' } });
    }
    expect(await isUntouched()).toBe(true);
  });

  it.each([
    ['a program', {}],
    ['its own page', { 'Sec-Fetch-Site': 'same-origin' }],
    ['a person who typed the address', { 'Sec-Fetch-Site': 'none' }],
    ['localhost', { Host: 'localhost' }],
    ['LOCALHOST', { Host: 'LOCALHOST:80' }],
    ['[::1]', { Host: '[::1]:1234' }],
  ])('is open to %s', async (_, headers) => {
    expect((await send('GET', '/__modeldock/session', headers)).status).toBe(200);
    expect((await send('POST', '/__modeldock/reset', headers)).status).toBe(200);
  });

  it('is open to its own page by origin', async () => {
    expect((await send('POST', '/__modeldock/reset', { Origin: serving.url })).status).toBe(200);
  });

  it('lets no form and no plain text in, whatever they hold', async () => {
    const before = await sessions.open('default').clock.get();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '']) {
      const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type };
      const advanced = await send('POST', '/__modeldock/clock/advance', headers, '{"ms":1000}');
      expect([type, advanced.status]).toEqual([type, 415]);
      const added = await send('POST', '/__modeldock/faults', headers, '{"effect":{"type":"network-error"}}');
      expect([type, added.status]).toEqual([type, 415]);
    }
    expect(await sessions.open('default').clock.get()).toEqual(before);
    expect(await sessions.open('default').faults.list()).toEqual([]);
  });

  it('does not take a body of another type for a reset either', async () => {
    const { status } = await send('POST', '/__modeldock/reset', { 'Content-Type': 'text/plain' }, 'x=1');
    expect(status).toBe(415);
    expect(await isUntouched()).toBe(true);
  });

  it('answers a preflight of another site with nothing that opens it', async () => {
    const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' };
    const { headers: answered } = await send('OPTIONS', '/__modeldock/reset', headers);
    expect(Object.keys(answered).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('leaves LM Studio’s own routes as open as LM Studio’s are', async () => {
    expect((await send('GET', '/api/v1/models', { Host: 'evil.example' })).status).toBe(200);
  });
});

describe('the control API of a server with CORS', () => {
  const reset = (origin: string): Promise<Received> => send('POST', '/__modeldock/reset', { Origin: origin });

  it('is open to the origin it was started for, and to no other', async () => {
    await reopen({ cors: 'http://localhost:5173' });
    expect((await reset('http://localhost:5174')).status).toBe(403);
    expect((await reset('http://localhost:5173.evil.example')).status).toBe(403);
    expect((await send('POST', '/__modeldock/reset', { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect(await isUntouched()).toBe(true);
    const answer = await reset('http://localhost:5173');
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBe('http://localhost:5173');
  });

  it('is open to pages of this machine with --cors for all origins, and to no others', async () => {
    await reopen({ cors: '*' });
    const rebound = { Origin: 'http://evil.example', Host: 'evil.example' };
    expect((await send('POST', '/__modeldock/reset', rebound)).status).toBe(403);
    for (const origin of [
      'https://evil.example',
      'http://localhost.evil.example',
      'http://evil.example/#localhost',
      'file://localhost',
      'null',
    ]) {
      expect([origin, (await reset(origin)).status]).toEqual([origin, 403]);
    }
    expect((await send('POST', '/__modeldock/reset', { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect(await isUntouched()).toBe(true);
    for (const origin of ['http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:8080']) {
      expect((await reset(origin)).status).toBe(200);
    }
  });

  it('is open to other origins with the control token', async () => {
    await reopen({ cors: '*', controlToken: 'sesame' });
    const headers = { Origin: 'https://elsewhere.example', 'X-Modeldock-Token': 'sesame' };
    expect((await send('POST', '/__modeldock/reset', headers)).status).toBe(200);
  });
});

describe('the control API under a name it was started for', () => {
  it('is open', async () => {
    await reopen({ allowedHosts: ['Mock.internal'] });
    expect((await send('GET', '/__modeldock/session', { Host: 'mock.internal:8080' })).status).toBe(200);
    expect((await send('GET', '/__modeldock/session', { Host: 'other.internal' })).status).toBe(403);
  });
});

describe('the control API of a server with a control token', () => {
  beforeEach(() => reopen({ controlToken: 'open-sesame', requireToken: 'for-clients' }));

  it('is closed to every caller without it', async () => {
    const omit: Record<string, string>[] = [
      {},
      { 'X-Modeldock-Token': 'open-sesam' },
      { 'X-Modeldock-Token': '' },
      { Authorization: 'Bearer for-clients' },
      { Authorization: 'Bearer session:one:open-sesame-not' },
    ];
    for (const headers of omit) {
      for (const [method, path] of calls) expect((await send(method, path, headers)).status).toBe(403);
    }
    expect(await isUntouched()).toBe(true);
    expect(sessions.list().map(({ session }) => session)).toEqual(['default']);
  });

  it.each([
    ['in its own header', { 'X-Modeldock-Token': 'open-sesame' }],
    ['as a bearer token', { Authorization: 'bearer open-sesame' }],
  ])('is open to a caller that sends it %s, under any name', async (_, headers) => {
    const named: Record<string, string> = { ...headers, Host: 'mock.internal' };
    expect((await send('GET', '/__modeldock/session', named)).status).toBe(200);
    expect((await send('POST', '/__modeldock/reset', named)).status).toBe(200);
  });

  it('is open to a client that was given it', async () => {
    await expect(connect(serving.url).status()).rejects.toMatchObject({ status: 403, code: 'forbidden' });
    const control = connect(serving.url, { controlToken: 'open-sesame', token: 'for-clients', session: 'one' });
    expect(await control.status()).toMatchObject({ session: 'one' });
    const models = await fetch(`${serving.url}/v1/models`, {
      headers: { Authorization: `Bearer ${control.apiToken}` },
    });
    expect(models.status).toBe(200);
    expect(await control.journal.list()).toHaveLength(1);
  });

  it('is no way into LM Studio’s routes', async () => {
    const headers = { Authorization: 'Bearer open-sesame' };
    expect((await send('GET', '/v1/models', headers)).status).toBe(401);
  });
});

describe('what a hostile caller sends', () => {
  const script = '<script>alert(1)</script>';
  const odd = encodeURIComponent(script);

  it('never comes back as a page', async () => {
    const answers = [
      await send('GET', `/__modeldock/${script}`),
      await send('GET', `/__modeldock/jobs/${odd}`),
      await send('GET', `/__modeldock/jobs/${script}`),
      await send('DELETE', `/__modeldock/faults/${odd}`),
      await send('DELETE', `/__modeldock/models/${odd}`),
      await send('DELETE', `/__modeldock/sessions/${odd}`),
      await send('GET', `/s/${odd}/__modeldock/session`),
      await send('GET', `/s/${script}/api/v1/models`),
      await send('GET', '/__modeldock/session', { Host: script }),
      await send('GET', '/__modeldock/session', { Origin: script }),
      await send('POST', '/__modeldock/clock/advance', json, JSON.stringify({ until: script })),
      await send('PUT', '/__modeldock/clock', json, JSON.stringify({ now: script })),
      await send('PUT', '/__modeldock/scenario', json, JSON.stringify({ scenario: script })),
      await send('POST', '/__modeldock/restore', json, JSON.stringify({ [script]: script })),
    ];
    for (const answer of answers) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    }
    // Any text in this header is the title of a session, of which a name is made.
    const named = await send('GET', '/__modeldock/session', { 'X-Modeldock-Session': script });
    expect(named.status).toBe(200);
    expect(JSON.stringify(named)).not.toContain('<script');
  });

  it.each([
    ['{', '"__proto__"'],
    ['[]', '[]'],
    ['a prototype', '{"__proto__":{"ms":5},"constructor":1}'],
    ['a depth without end', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['a number without end', '{"ms":1e999}'],
    ['not a number', '{"ms":NaN}'],
    ['more than there are milliseconds', '{"ms":9007199254740991}'],
    ['null', 'null'],
  ])('is refused: %s', async (_, body) => {
    const { status } = await send('POST', '/__modeldock/clock/advance', json, body);
    expect(status).toBe(400);
    expect((await send('GET', '/__modeldock/health')).status).toBe(200);
  });

  it('is refused by its length', async () => {
    const { status } = await send('POST', '/__modeldock/restore', json, `"${'x'.repeat(17 * 1024 * 1024)}"`);
    expect(status).toBe(413);
  });

  it.each([
    ['a broken escape', 'GET /__modeldock/jobs/%E0%A4%A HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
    ['a null byte', 'GET /__modeldock/jobs/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
    ['a name without text', 'GET /__modeldock/session HTTP/1.1\r\nHost:\r\n\r\n', 403],
    ['a way out of its session', 'GET /s/../__modeldock/session HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['no host, as HTTP/1.0 allows', 'GET /__modeldock/session HTTP/1.0\r\n\r\n', 200],
    ['two hosts', 'GET /__modeldock/session HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n', 200],
    ['a whole URL', 'GET http://evil.example/__modeldock/session HTTP/1.1\r\nHost: evil.example\r\n\r\n', 403],
  ])('over a bare socket does no harm: %s', async (_, text, status) => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connectSocket(serving.port, '127.0.0.1', () => socket.write(text));
      socket.setEncoding('utf8').once('data', (data: unknown) => {
        resolve(String(data));
        socket.destroy();
      });
      socket.once('error', reject);
    });
    expect(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])).toBe(status);
    expect(await isUntouched()).toBe(true);
    expect(sessions.list().map(({ session }) => session)).toEqual(['default']);
  });
});
