import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRealDock, type RealDock, type RealDockOptions } from '../../../src/create-real-dock.js';
import { serve, type Serving } from '../../../src/server/index.js';
import type { Received } from '../../suites/transport.js';
import { sendOverHttp } from '../../transports/http-exchange.js';
import { createImaginedDownloader, type ImaginedDownloader } from './imagined-downloader.js';

let downloader: ImaginedDownloader;
let dock: RealDock;
let serving: Serving;

async function open(options: Partial<RealDockOptions> = {}): Promise<void> {
  downloader = createImaginedDownloader({ now: () => Date.now() });
  dock = createRealDock({ downloader, controlToken: 'open-sesame', ...options });
  serving = await serve({ api: dock.api, port: 0, host: '127.0.0.1' });
}

async function reopen(options: Partial<RealDockOptions>): Promise<void> {
  await close();
  await open(options);
}

async function close(): Promise<void> {
  dock.close();
  await serving.close();
}

beforeEach(() => open());
afterEach(close);

const json = { 'Content-Type': 'application/json' };
const MODEL = '{"model":"ibm/granite-4-micro"}';

const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Received> =>
  sendOverHttp(serving.url, { method, path, headers, ...(body !== undefined && { body }) });

const start = (headers: Record<string, string> = {}): Promise<Received> =>
  send('POST', '/api/v1/models/download', { ...json, ...headers }, MODEL);

/** Of LM Studio's routes, one that reads, one that writes and one that nobody knows; in a session as well. */
const calls: [method: string, path: string, body?: string][] = [
  ['GET', '/api/v1/models'],
  ['POST', '/api/v1/models/download', MODEL],
  ['POST', '/s/other/api/v1/models/download', MODEL],
  ['GET', '/no-such-route'],
];

const strangers: [string, Record<string, string>][] = [
  ['a page of another site', { Origin: 'https://evil.example' }],
  ['a page without an origin', { Origin: 'null' }],
  ['a page of another port', { Origin: 'http://127.0.0.1:1' }],
  ['another site that sends no origin', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }],
  ['a name that was rebound to this machine', { Host: 'evil.example' }],
  ['a rebound name whose page calls its own origin', { Host: 'evil.example', Origin: 'http://evil.example' }],
  ['an address that is not this one', { Host: '192.168.0.1' }],
];

async function jobs(): Promise<number> {
  return (await dock.jobs.list()).length;
}

describe('everything over a downloader', () => {
  it.each(strangers)('is closed to %s', async (_, headers) => {
    for (const [method, path, body] of calls) {
      const answer = await send(method, path, { ...(body !== undefined && json), ...headers }, body);
      expect([method, path, answer.status]).toEqual([method, path, 403]);
      expect(JSON.parse(answer.body)).toMatchObject({ error: { type: 'invalid_request', code: 'forbidden' } });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(await jobs()).toBe(0);
    expect(await dock.journal.list()).toEqual([]);
  });

  it.each([
    ['a program', {}],
    ['localhost', { Host: 'localhost:1234' }],
    ['[::1]', { Host: '[::1]' }],
    ['a page of its own origin', { 'Sec-Fetch-Site': 'same-origin' }],
    ['whoever has the control token', { Host: 'dock.test', 'X-Modeldock-Token': 'open-sesame' }],
  ])('is open to %s', async (_, headers) => {
    expect((await start(headers)).status).toBe(200);
    expect(await jobs()).toBe(1);
  });

  it('is open under the configured names and to the configured page', async () => {
    await reopen({ allowedHosts: ['dock.test'], cors: 'http://localhost:5173' });
    expect((await start({ Host: 'dock.test' })).status).toBe(200);
    expect((await start({ Host: 'other.test' })).status).toBe(403);
    expect((await start({ Origin: 'http://localhost:5173' })).status).toBe(200);
    expect((await start({ Origin: 'http://localhost:5174' })).status).toBe(403);
    const preflight = { Origin: 'http://localhost:5173', 'Access-Control-Request-Method': 'POST' };
    expect((await send('OPTIONS', '/api/v1/models/download', preflight)).status).toBe(204);
  });

  it('is open to the pages of this machine alone where all may call: a stranger has to be named', async () => {
    await reopen({ cors: '*' });
    expect((await start({ Origin: 'http://localhost:5173' })).status).toBe(200);
    expect((await start({ Origin: 'https://evil.example' })).status).toBe(403);
  });

  it('takes what is written as JSON only: a page can send forms and text unasked', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      for (const [path, body] of [
        ['/api/v1/models/download', MODEL],
        ['/api/v1/models/load', MODEL],
        ['/api/v1/models/unload', '{"instance_id":"x"}'],
        ['/__modeldock/jobs', MODEL],
      ] as const) {
        const { status } = await send('POST', path, { 'Content-Type': type, 'X-Modeldock-Token': 'open-sesame' }, body);
        expect([type, path, status]).toEqual([type, path, 415]);
      }
    }
    expect(await jobs()).toBe(0);
  });

  it("requires LM Studio's token as well if configured to, which the control token does not replace", async () => {
    await reopen({ requireToken: 'for-clients' });
    expect((await start()).status).toBe(401);
    expect((await start({ Authorization: 'Bearer open-sesame' })).status).toBe(401);
    expect((await start({ Authorization: 'Bearer for-clients' })).status).toBe(200);
    expect((await start({ Authorization: 'Bearer for-clients', Origin: 'https://evil.example' })).status).toBe(403);
  });
});

describe('the control API over a downloader', () => {
  it('is closed without its token, its metrics and documents too', async () => {
    for (const path of ['/health', '/jobs', '/metrics', '/openapi.json', '/nothing']) {
      expect((await send('GET', `/__modeldock${path}`)).status).toBe(403);
    }
    const authorization = { Authorization: 'Bearer open-sesame' };
    expect((await send('GET', '/__modeldock/metrics', authorization)).status).toBe(200);
  });

  it('has a token of its own making where it was given none', async () => {
    await close();
    dock = createRealDock({ downloader });
    const other = createRealDock({ downloader });
    serving = await serve({ api: dock.api, port: 0, host: '127.0.0.1' });
    expect(dock.controlToken).toMatch(/^[\w-]{32,}$/);
    expect(other.controlToken).not.toBe(dock.controlToken);
    expect((await send('GET', '/__modeldock/health')).status).toBe(403);
    const token = { 'X-Modeldock-Token': dock.controlToken };
    expect((await send('GET', '/__modeldock/health', token)).status).toBe(200);
    other.close();
  });
});
