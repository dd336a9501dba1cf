import http from 'node:http';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { setupServer } from 'msw/node';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { faultSupport } from '../../src/control/faults/support.js';
import type { Fault } from '../../src/control/faults/fault.js';
import { createHandlers } from '../../src/handlers/index.js';
import { serve } from '../../src/server/serve.js';
import { until } from '../until.js';
import { openFaultWorld, origin } from './fault-world.js';

const path = '/api/v1/models';

describe('over HTTP', () => {
  it('a truncated body announces its length, brings what comes before the cut, and the connection ends', async () => {
    const { add, url, whole } = await served();
    await add({ effect: { type: 'truncated', after: { bytes: 10 } } });
    const raw = await exchange(url, path);
    expect(raw.error).toBeUndefined();
    const [head, body] = raw.received.split('\r\n\r\n') as [string, string];
    expect(head).toContain('HTTP/1.1 200 OK');
    expect(head.toLowerCase()).toContain(`content-length: ${Buffer.byteLength(whole)}`);
    expect(head.toLowerCase()).not.toContain('transfer-encoding');
    expect(body).toBe(whole.slice(0, 10));
  });

  it('a body of which nothing arrives still has its headers', async () => {
    const { add, url, whole } = await served();
    await add({ effect: { type: 'truncated', after: 0 } });
    const { received } = await exchange(url, path);
    expect(received.toLowerCase()).toContain(`content-length: ${Buffer.byteLength(whole)}`);
    expect(received.endsWith('\r\n\r\n')).toBe(true);
  });

  it('a long body is cut at the same byte', async () => {
    const { add, url } = await served();
    const name = 'x'.repeat(12_000);
    await add({ effect: { type: 'truncated', after: { bytes: 11_000 } } });
    const { received } = await exchange(url, `/${name}`);
    expect(received.split('\r\n\r\n')[1]).toHaveLength(11_000);
  });

  it('clients notice that a body is truncated', async () => {
    const { add, url } = await served();
    await add({ effect: { type: 'truncated' } });
    const answer = await fetch(url + path);
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow('terminated');
    await expect(byNodeHttp(url + path)).rejects.toThrow('aborted');
  });

  it('a network error is a reset', async () => {
    const { add, url } = await served();
    await add({ effect: { type: 'network-error' } });
    expect(await exchange(url, path)).toEqual({ received: '', error: 'ECONNRESET' });
  });

  it('a body whose JSON does not parse is a whole answer', async () => {
    const { add, url, whole } = await served();
    await add({ effect: { type: 'malformed-json', after: { bytes: 10 } } });
    const answer = await fetch(url + path);
    expect(answer.headers.get('content-length')).toBe('10');
    expect(await answer.text()).toBe(whole.slice(0, 10));
  });

  it('a slow body is announced at once, and arrives', async () => {
    const { add, url, whole } = await served();
    await add({ effect: { type: 'slow-body', bytesPerSecond: 10 * whole.length } });
    const answer = await fetch(url + path);
    expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(whole)));
    expect(await answer.text()).toBe(whole);
  });

  it.each<Fault['effect']>([
    { type: 'hang' },
    { type: 'latency', ms: 600_000 },
    { type: 'slow-body', bytesPerSecond: 0.001 },
  ])('the wait ends when the client closes the connection: $type', async (effect) => {
    const { add, dock, url } = await served();
    await add({ effect });
    const request = http.get(url + path).on('error', () => undefined);
    await until(async () => (await dock.faults.list())[0]!.fired === 1);
    expect((await dock.journal.list()).at(-1)!.durationMs).toBeUndefined();
    request.destroy();
    await until(async () => (await dock.journal.list()).at(-1)!.durationMs !== undefined);
  });

  it('the connection lives on after an answer with another status', async () => {
    const { add, url } = await served();
    await add({ effect: { type: 'status', status: 429, headers: { 'Retry-After': '1' } }, times: 1 });
    const answer = await fetch(url + path);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1']);
    await answer.text();
    expect((await fetch(url + path)).status).toBe(200);
  });

  it.each([204, 205, 304])('%i has no body', async (status) => {
    const { add, url } = await served();
    await add({ effect: { type: 'status', status } });
    const { received } = await exchange(url, path);
    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\\r\\n\\r\\n$`));
  });

  it('HEAD is answered without a body, with any fault', async () => {
    const { add, url } = await served();
    await add({ effect: { type: 'truncated' }, times: 1 }, { effect: { type: 'slow-body', bytesPerSecond: 0.001 } });
    for (let count = 0; count < 2; count++) {
      const answer = await fetch(url + path, { method: 'HEAD' });
      expect([answer.status, await answer.text()]).toEqual([200, '']);
    }
  });
});

describe('over MSW in Node', () => {
  const server = setupServer();
  afterEach(() => server.close());

  const mocked = (): ReturnType<typeof openFaultWorld> => {
    const world = openFaultWorld();
    server.listen({ onUnhandledRequest: 'error' });
    server.resetHandlers(...createHandlers(world.dock.api));
    return world;
  };

  it('a network error rejects the fetch', async () => {
    const { add } = mocked();
    await add({ effect: { type: 'network-error' } });
    await expect(fetch(origin + path)).rejects.toThrow(TypeError);
    await expect(byNodeHttp(origin + path)).rejects.toThrow();
  });

  it('a truncated body breaks where it is read', async () => {
    const { add } = mocked();
    await add({ effect: { type: 'truncated' } });
    const answer = await fetch(origin + path);
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    await expect(byNodeHttp(origin + path)).rejects.toThrow();
  });

  it('a slow body arrives', async () => {
    const { add } = mocked();
    const whole = await (await fetch(origin + path)).text();
    await add({ effect: { type: 'slow-body', bytesPerSecond: 10 * whole.length } });
    expect(await (await fetch(origin + path)).text()).toBe(whole);
    expect((await byNodeHttp(origin + path)).body).toBe(whole);
  });

  it.each<Fault['effect']>([{ type: 'hang' }, { type: 'latency', ms: 600_000 }])(
    'a wait ends when the client leaves: $type',
    async (effect) => {
      const { add, dock } = mocked();
      await add({ effect });
      const client = new AbortController();
      const answer = fetch(origin + path, { signal: client.signal });
      answer.catch(() => undefined);
      await until(async () => (await dock.faults.list())[0]!.fired === 1);
      client.abort();
      await expect(answer).rejects.toThrow();
      await until(async () => (await dock.journal.list()).at(-1)?.status === 'network error');
    },
  );

  it.each([204, 205, 304])('%i has no body', async (status) => {
    const { add } = mocked();
    await add({ effect: { type: 'status', status } });
    const answer = await fetch(origin + path);
    expect([answer.status, await answer.text()]).toEqual([status, '']);
  });
});

describe('the table of what works where', () => {
  it('has an entry for every effect on every transport', () => {
    for (const [effect, transports] of Object.entries(faultSupport)) {
      expect(Object.keys(transports), effect).toEqual(['function', 'msw-node', 'msw-browser', 'http']);
      for (const { as } of Object.values(transports)) expect(as).toMatch(/^[a-z].*[^.]$/);
    }
  });
});

describe('in a browser that cannot transfer streams', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it.each<Fault['effect']>([{ type: 'truncated' }, { type: 'slow-body', bytesPerSecond: 1 }])(
    'MSW could not bring a body in parts, so that the fault is refused: $type',
    async (effect) => {
      const { dock } = openFaultWorld();
      vi.stubGlobal('navigator', { serviceWorker: {} });
      await expect(dock.faults.add({ effect })).resolves.toMatchObject({ id: 'fault-1' });
      vi.spyOn(MessagePort.prototype, 'postMessage').mockImplementationOnce(() => {
        throw new DOMException('The stream could not be cloned.', 'DataCloneError');
      });
      await expect(dock.faults.add({ effect })).rejects.toMatchObject({
        status: 501,
        code: 'unsupported',
        message:
          `Cannot add a fault of type ${effect.type}: this browser cannot hand a stream to a service worker, so that MSW ` +
          'would wait for the whole body. Use another browser, or a server.',
      });
    },
  );
});

/** A world over HTTP, and what it answers as long as nothing is wrong. */
async function served(): Promise<ReturnType<typeof openFaultWorld> & { url: string; whole: string }> {
  const world = openFaultWorld();
  const whole = await (await world.get(path)).text();
  const { url, close } = await serve({ api: world.dock.api, port: 0 });
  onTestFinished(close);
  return { ...world, url, whole };
}

/** What really goes over the wire until the server ends the connection. */
function exchange(url: string, target: string): Promise<{ received: string; error: string | undefined }> {
  return new Promise((resolve) => {
    let received = '';
    let error: string | undefined;
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (received += chunk));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => (error = code));
    socket.on('close', () => resolve({ received, error }));
    socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  });
}

function byNodeHttp(url: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    http
      .get(url, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode!, body }), reject);
      })
      .once('error', reject);
  });
}
