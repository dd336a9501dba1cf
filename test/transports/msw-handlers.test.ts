import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHandlers } from '../../src/handlers/index.js';
import { createDock } from '../../src/index.js';
import { sendOverHttp } from './http-exchange.js';

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => {
  server.resetHandlers();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
afterAll(() => server.close());

const GREETING = '{"lmstudio":true}';
const greet = async (baseUrl: string): Promise<string> => (await fetch(`${baseUrl}/lmstudio-greeting`)).text();

/** Answers everything that reaches it with what it got. */
const behind = http.all('*', async ({ request }) =>
  HttpResponse.text(`behind: ${request.method} ${new URL(request.url).pathname} ${await request.text()}`),
);

const download = (baseUrl: string, model: string): Promise<Response> =>
  fetch(`${baseUrl}/api/v1/models/download`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model }),
  });

describe('a base URL', () => {
  it.each(['http://localhost:1234', 'http://127.0.0.1:1234', 'http://[::1]:1234'])(
    'of loopback is one origin under its three names: %s',
    async (baseUrl) => {
      server.use(...createHandlers(createDock().api, { baseUrl }));
      expect(await greet('http://localhost:1234')).toBe(GREETING);
      expect(await greet('http://127.0.0.1:1234')).toBe(GREETING);
      expect(await greet('http://[::1]:1234')).toBe(GREETING);
    },
  );

  it('is no other port, protocol or name', async () => {
    server.use(...createHandlers(createDock().api, { baseUrl: 'http://localhost:1234' }), behind);
    for (const other of ['http://localhost:12345', 'https://localhost:1234', 'http://localhost.example:1234']) {
      expect(await greet(other)).toBe('behind: GET /lmstudio-greeting ');
    }
  });

  it('can have a path, which the api does not see', async () => {
    server.use(...createHandlers(createDock().api, { baseUrl: 'https://lab.example/LM/studio/' }), behind);
    expect(await greet('https://lab.example/lm/studio')).toBe(GREETING);
    expect(await greet('https://lab.example/Lm/Studio')).toBe(GREETING);
    expect(await (await fetch('https://lab.example/lm/studio')).text()).toBe(
      '{"error":"Unexpected endpoint or method. (GET /)"}',
    );
    expect(await greet('https://lab.example/lm/studio-2')).toBe('behind: GET /lm/studio-2/lmstudio-greeting ');
    expect(await greet('https://lab.example')).toBe('behind: GET /lmstudio-greeting ');
  });

  it('of any origin takes the documented routes of all', async () => {
    server.use(...createHandlers(createDock().api, { baseUrl: '*' }), behind);
    expect(await greet('http://localhost:41231')).toBe(GREETING);
    expect(await greet('https://lab.example')).toBe(GREETING);
    expect(await (await fetch('https://lab.example/users')).text()).toBe('behind: GET /users ');
  });

  it('of any origin can have a path', async () => {
    server.use(...createHandlers(createDock().api, { baseUrl: '*/lm' }), behind);
    expect(await greet('http://localhost:41231/lm')).toBe(GREETING);
    expect(await greet('http://localhost:41231')).toBe('behind: GET /lmstudio-greeting ');
  });

  it.each([
    ['/', 'expected a URL with an origin'],
    ['localhost:1234', 'expected http:// or https://'],
    ['http://localhost:1234/?model=x', 'expected an origin and a path, found a query or a fragment'],
    ['http://', 'expected a URL with an origin'],
  ])('of %s is refused', (baseUrl, because) => {
    const { api } = createDock();
    expect(() => createHandlers(api, { baseUrl })).toThrow(RangeError);
    expect(() => createHandlers(api, { baseUrl })).toThrow(`Cannot serve at the base URL '${baseUrl}': ${because}`);
  });

  it('is not relative to a page without an origin', () => {
    vi.stubGlobal('location', { origin: 'null' });
    expect(() => createHandlers(createDock().api, { baseUrl: '/' })).toThrow(RangeError);
    expect(createHandlers(createDock().api)).toHaveLength(1);
  });
});

describe("the page's own origin", () => {
  it.each(['/', 'http://localhost:3000', 'http://127.0.0.1:3000/'])(
    'as %s is shared with the page',
    async (baseUrl) => {
      vi.stubGlobal('location', { origin: 'http://localhost:3000' });
      server.use(...createHandlers(createDock().api, { baseUrl }), behind);
      expect(await greet('http://localhost:3000')).toBe(GREETING);
      const form = await fetch('http://localhost:3000/api/v1/users', { method: 'POST', body: 'a=1' });
      expect(await form.text()).toBe('behind: POST /api/v1/users a=1');
      expect((await fetch('http://localhost:3000/__modeldock/health')).status).toBe(200);
      const unknown = await fetch('http://localhost:3000/api/v1/models/download/nothing', { method: 'DELETE' });
      expect(unknown.status).toBe(404);
    },
  );

  it('can be owned as a whole', async () => {
    vi.stubGlobal('location', { origin: 'http://localhost:3000' });
    server.use(...createHandlers(createDock().api, { baseUrl: '/', ownership: 'origin' }), behind);
    expect(await (await fetch('http://localhost:3000/users')).text()).toBe(
      '{"error":"Unexpected endpoint or method. (GET /users)"}',
    );
  });

  it('is not the one that the api has elsewhere', async () => {
    vi.stubGlobal('location', { origin: 'http://localhost:3000' });
    server.use(...createHandlers(createDock().api), behind);
    expect(await greet('http://localhost:3000')).toBe('behind: GET /lmstudio-greeting ');
    expect(await (await fetch('http://localhost:1234/users')).text()).toContain('Unexpected endpoint');
  });
});

describe('an answer', () => {
  it('has the status text that a server sends', async () => {
    server.use(...createHandlers(createDock().api));
    expect((await fetch('http://localhost:1234/lmstudio-greeting')).statusText).toBe('OK');
    expect((await fetch('http://localhost:1234/api/v1/nothing')).statusText).toBe('Not Found');
  });

  it('comes to clients of node:http as well', async () => {
    server.use(...createHandlers(createDock({ jobIds: ['job_1'] }).api));
    const { status, body } = await sendOverHttp('http://localhost:1234', {
      method: 'POST',
      path: '/api/v1/models/download',
      headers: { 'content-type': 'application/json' },
      body: '{"model":"simulate/slow"}',
    });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ job_id: 'job_1' });
  });
});

describe('a request that the api does not own', () => {
  it('reaches the server behind MSW with its body', async () => {
    const real = createServer((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request
        .on('data', (chunk: string) => (body += chunk))
        .on('end', () => response.end(`${request.method!} ${body}`));
    });
    await new Promise<void>((resolve) => real.listen(0, '127.0.0.1', resolve));
    try {
      const origin = `http://127.0.0.1:${(real.address() as AddressInfo).port}`;
      server.use(
        ...createHandlers(createDock().api, { baseUrl: origin, ownership: 'routes' }),
        http.all('*', () => undefined),
      );
      const answer = await fetch(`${origin}/upload`, { method: 'PUT', body: 'x'.repeat(2_000_000) });
      expect(await answer.text()).toBe(`PUT ${'x'.repeat(2_000_000)}`);
      expect(await greet(origin)).toBe(GREETING);
    } finally {
      await new Promise((resolve) => real.close(resolve));
    }
  });
});

describe('two docks', () => {
  it('on two base URLs do not see each other', async () => {
    const first = createDock({ jobIds: ['job_first'] });
    const second = createDock({ jobIds: ['job_second'] });
    server.use(
      ...createHandlers(first.api, { baseUrl: 'http://localhost:1234' }),
      ...createHandlers(second.api, { baseUrl: 'http://localhost:1235' }),
    );
    const started = [
      await download('http://localhost:1234', 'simulate/slow'),
      await download('http://localhost:1235', 'simulate/slow'),
    ];
    expect(await Promise.all(started.map((answer) => answer.json()))).toMatchObject([
      { job_id: 'job_first' },
      { job_id: 'job_second' },
    ]);
    const status = (port: number, id: string) =>
      fetch(`http://localhost:${port}/api/v1/models/download/status/${id}`).then((answer) => answer.status);
    expect(await status(1234, 'job_first')).toBe(200);
    expect(await status(1234, 'job_second')).toBe(404);
    expect(await status(1235, 'job_first')).toBe(404);
    expect(await status(1235, 'job_second')).toBe(200);
  });
});

describe('fake timers', () => {
  it('hang nothing, and move the downloads when they are advanced', async () => {
    vi.useFakeTimers({ now: Date.parse('2025-10-03T15:33:23.496Z') });
    server.use(...createHandlers(createDock({ jobIds: ['job_1'] }).api));
    const status = async (): Promise<unknown> =>
      (await fetch('http://localhost:1234/api/v1/models/download/status/job_1')).json();

    expect((await download('http://localhost:1234', 'simulate/steady')).status).toBe(200);
    expect(await status()).toMatchObject({ status: 'downloading', downloaded_bytes: 0 });
    vi.advanceTimersByTime(5100);
    expect(await status()).toMatchObject({ status: 'downloading', downloaded_bytes: 500_000_000 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(await status()).toMatchObject({ status: 'completed', completed_at: '2025-10-03T15:33:33.596Z' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
