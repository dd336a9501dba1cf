import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDock, createSessions, type SessionEvent } from '../../src/index.js';
import { serve } from '../../src/server/index.js';
import {
  connect,
  ControlError,
  expectDownload,
  fromReplayToken,
  withReplay,
  type SessionClient,
} from '../../src/testing/index.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(): Promise<string> {
  const sessions = createSessions({ speed: 0 });
  const serving = await serve({ api: sessions.api, port: 0, host: '127.0.0.1' });
  closing.push(() => sessions.close(), serving.close);
  return serving.url;
}

describe('connect', () => {
  it('names the address and the token to hand to the client under test', () => {
    const named = connect('http://127.0.0.1:41231', { session: 'checkout-17' });
    expect(named).toMatchObject({
      session: 'checkout-17',
      baseUrl: 'http://127.0.0.1:41231/s/checkout-17',
      apiToken: 'session:checkout-17',
    });
    expect(connect('http://127.0.0.1:41231/')).toMatchObject({
      session: 'default',
      baseUrl: 'http://127.0.0.1:41231',
      apiToken: 'session:default',
    });
    expect(connect('http://[::1]:1/mock/', { session: 'a', token: 'sk' })).toMatchObject({
      baseUrl: 'http://[::1]:1/mock/s/a',
      apiToken: 'session:a:sk',
    });
  });

  it('refuses what is no address', () => {
    expect(() => connect('localhost')).toThrow();
    expect(() => connect('localhost:1234')).toThrow('expected an address such as http://127.0.0.1:1234');
  });

  it('sends nothing before something is asked', () => {
    const fetch = vi.fn<(url: string) => Promise<Response>>();
    connect('http://127.0.0.1:9', { fetch });
    expect(fetch).not.toHaveBeenCalled();
  });

  it('calls with the fetch it was given, and with the control token', async () => {
    const dock = createDock({ controlToken: 'sesame', speed: 0 });
    const asked: string[] = [];
    const control = connect('http://mock.test/', {
      controlToken: 'sesame',
      fetch: (url, init) => {
        asked.push(`${init?.method} ${url}`);
        return dock.api.fetch(new Request(url, init));
      },
    });
    await control.clock.advance(5);
    expect(asked).toEqual(['POST http://mock.test/__modeldock/clock/advance']);
  });

  it('controls a session that clients select by a token alone', async () => {
    const url = await open();
    const control = connect(url, { session: 'by-token' });
    await fetch(`${url}/v1/models`, { headers: { Authorization: `Bearer ${control.apiToken}` } });
    expect(await control.journal.list()).toHaveLength(1);
  });

  it('gives a client of a fork', async () => {
    const control = connect(await open(), { session: 'one' });
    const named = await control.fork('two');
    expect(named).toMatchObject({ session: 'two', baseUrl: control.baseUrl.replace('/s/one', '/s/two') });
    expect(await named.status()).toMatchObject({ session: 'two' });
    expect((await control.fork()).session).toMatch(/^fork-\d+$/);
  });

  it('reports that no server is running', async () => {
    const url = await open();
    await closing.pop()!();
    await expect(connect(url).status()).rejects.toThrow(
      new RegExp(
        `^Cannot reach modeldock with GET ${url}/__modeldock/session: .*ECONNREFUSED.* Check that it is running there\\.$`,
      ),
    );
  });

  it.each([
    ['LM Studio', 200, '{"error":"Unexpected endpoint or method. (GET /__modeldock/session)"}'],
    ['a web server', 404, '<html>Not Found</html>'],
    ['a page for everything', 200, '<!doctype html>'],
    ['another API', 400, '{"error":{"message":"no"}}'],
  ])('reports that another server answers: %s', async (_, status, body) => {
    const control = connect('http://mock.test', { fetch: async () => new Response(body, { status }) });
    await expect(control.status()).rejects.toThrow(
      /^Cannot call GET http:\/\/mock\.test\/__modeldock\/session: expected an answer of modeldock, found/,
    );
  });

  it('waits in pieces that every fetch and every proxy lives through', async () => {
    const asked: number[] = [];
    const control = connect('http://mock.test', {
      fetch: async (url) => {
        if (url.endsWith('/snapshot')) return Response.json({});
        const timeoutMs = Number(new URL(url).searchParams.get('timeoutMs'));
        asked.push(timeoutMs);
        const error = { code: 'timeout', message: `Waited ${timeoutMs} ms for completed: job_a is paused at 3 %.` };
        return Response.json({ error }, { status: 408 });
      },
    });
    await expect(control.jobs.wait('job_a', { status: 'completed', timeoutMs: 120_000 })).rejects.toMatchObject({
      name: 'ControlError',
      code: 'timeout',
      message: expect.stringMatching(/^Waited 120000 ms for completed: job_a is paused at 3 %\.$/m) as string,
    });
    expect(asked).toEqual([50_000, 50_000, 20_000]);
  });
});

describe('the errors over HTTP about a session that does not do as expected', () => {
  async function frozen(): Promise<{ control: SessionClient; job: string }> {
    const control = connect(await open(), { session: 'one' });
    await fetch(`${control.baseUrl}/api/v1/models/download`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ model: 'simulate/fails-at-50' }),
    });
    return { control, job: (await control.jobs.list())[0]!.id };
  }

  it.each([
    [
      'a wait that ran out',
      408,
      'timeout',
      ({ control, job }) => control.jobs.wait(job, { timeoutMs: 5, progress: 0.3 }),
    ],
    [
      'a condition that can never hold',
      409,
      'never',
      ({ control, job }) => control.clock.advance({ until: { job, progress: 0.63 } }),
    ],
  ] satisfies [string, number, string, (world: Awaited<ReturnType<typeof frozen>>) => Promise<unknown>][])(
    'has a replay token in the error after %s',
    async (_, status, code, ask) => {
      const world = await frozen();
      const error = (await ask(world).catch((reason: unknown) => reason)) as ControlError;
      expect(error).toBeInstanceOf(ControlError);
      expect(error).toMatchObject({ status, code });
      const [, token] = /\n\nRestore this session with\n {2}modeldock --replay (mdk1\.\S+)$/.exec(error.message)!;
      expect(await fromReplayToken(token!)).toEqual(await world.control.snapshot());
      expect(error.stack).toContain(token);
    },
  );

  it('adds it once, even where an expectation would add it too', async () => {
    const { control, job } = await frozen();
    const never = { until: { job, progress: 0.63 } };
    const impatient = () => expectDownload(control, '*', { progress: 0.63, timeoutMs: 5 });
    for (const fail of [
      () => withReplay(control, () => control.clock.advance(never)),
      impatient,
      () => withReplay(control, impatient),
    ]) {
      const { message } = (await fail().catch((reason: unknown) => reason)) as Error;
      expect(message.match(/--replay/g)).toHaveLength(1);
    }
  });

  it('have no token if the call was wrong', async () => {
    const { control } = await frozen();
    for (const fail of [() => control.jobs.wait('job_of_nobody', {}), () => control.clock.advance(-1)]) {
      const { message } = (await fail().catch((reason: unknown) => reason)) as Error;
      expect(message).not.toContain('--replay');
    }
  });
});

describe('events over HTTP', () => {
  it('are listened for before anything else is asked', async () => {
    const asked: string[] = [];
    let begin: (response: Response) => void = () => undefined;
    const control = connect('http://mock.test', {
      fetch: (url) => {
        asked.push(new URL(url).pathname);
        if (!url.endsWith('/events')) return Promise.resolve(Response.json({}));
        return new Promise((resolve) => (begin = resolve));
      },
    });
    const next = control.events()[Symbol.asyncIterator]().next();
    const status = control.status();
    await new Promise((resolve) => setTimeout(resolve));
    expect(asked).toEqual(['/__modeldock/events']);
    begin(new Response('', { headers: { 'Content-Type': 'text/event-stream' } }));
    await status;
    expect(asked).toEqual(['/__modeldock/events', '/__modeldock/session']);
    expect(await next).toMatchObject({ done: true });
  });

  it('go on where a connection broke, without a gap and without a double', async () => {
    const url = await open();
    let breaks = 0;
    const { baseUrl } = await flakyProxy(url, () => breaks++ % 2 === 0);
    const control = connect(baseUrl, { session: 'one' });
    const direct = connect(url, { session: 'one' });
    const leaving = new AbortController();
    const seen: SessionEvent[] = [];
    const listening = (async () => {
      for await (const event of control.events({ signal: leaving.signal })) {
        seen.push(event);
        if (seen.length === 6) return;
      }
    })();
    await control.status();
    for (let call = 1; call <= 6; call++) {
      await expect.poll(() => seen.length).toBe(call - 1);
      await expect.poll(async () => (await fetch(`${direct.baseUrl}/v1/models`)).status).toBe(200);
    }
    await listening;
    expect(seen.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(breaks).toBeGreaterThan(1);
  });

  it('take up after the id that came without an event', async () => {
    const asked: (string | null)[] = [];
    const begun: number[] = [];
    const streams = [': listening\nid: 7\n\n', ': listening\nid: 7\n\nid: 8\nevent: call\ndata: {"id":8}\n\n'];
    const control = connect('http://mock.test', {
      fetch: async (_, init) => {
        asked.push(new Headers(init?.headers).get('last-event-id'));
        const text = new TextEncoder().encode(streams.shift());
        let pulls = 0;
        const body = new ReadableStream<Uint8Array>({
          pull: (controller) => (pulls++ === 0 ? controller.enqueue(text) : controller.error(new Error('broken'))),
        });
        return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
      },
    });
    const events = control.events({ onListening: (after) => begun.push(after) })[Symbol.asyncIterator]();
    expect(await events.next()).toMatchObject({ value: { id: 8 } });
    await events.return?.();
    expect(asked).toEqual([null, '7']);
    expect(begun).toEqual([7]);
  });

  it('are over when the server stays away', async () => {
    const url = await open();
    const control = connect(url);
    const events = control.events()[Symbol.asyncIterator]();
    const next = events.next();
    await control.status();
    await closing.pop()!();
    await expect(next).rejects.toThrow('Cannot reach modeldock');
  });

  it('are refused where they are not allowed', async () => {
    const dock = createDock({ controlToken: 'sesame' });
    const control = connect('http://mock.test', { fetch: (url, init) => dock.api.fetch(new Request(url, init)) });
    const next = control.events()[Symbol.asyncIterator]().next();
    await expect(next).rejects.toMatchObject({ name: 'ControlError', code: 'forbidden' });
  });
});

/** Passes calls on, and breaks streams after their first event. */
async function flakyProxy(target: string, breaksNext: () => boolean): Promise<{ baseUrl: string }> {
  const server: Server = createServer((request, response) => {
    const { host: _, connection: __, ...headers } = request.headers;
    void fetch(target + request.url!, { headers: headers as Record<string, string> })
      .then(async ({ status, headers: answered, body }) => {
        response.writeHead(status, { 'content-type': answered.get('content-type')! });
        let parts = 0;
        for await (const part of body!) {
          if (parts++ === 2 && breaksNext()) {
            request.socket.destroy();
            return;
          }
          response.write(part);
        }
        response.end();
      })
      .catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
