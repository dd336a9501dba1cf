import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDock } from '../../src/index.js';
import { serve, type Serving } from '../../src/server/index.js';
import { until } from '../until.js';
import { dial, say, statuses } from './served.js';

let serving: Serving;

beforeEach(async () => {
  serving = await serve({ api: createDock().api, port: 0, host: '127.0.0.1', requestTimeoutMs: 200 });
});
afterEach(() => serving.close());

it.each([
  { what: 'nothing at all', says: '' },
  { what: 'half a line', says: 'GET /api/v1/mod' },
  { what: 'a line, in the manner of HTTP/0.9', says: 'GET /\r\n' },
  { what: 'half its headers', says: 'GET / HTTP/1.1\r\nHost: localhost\r\nX-' },
])('a client that sends $what and waits loses its connection', async ({ says }) => {
  const said = await say(serving.port, says);
  expect(said.closed).toBe(true);
  expect(statuses(said)).toEqual([408]);
});

it('a client that sends a byte now and then still loses its connection', async () => {
  const socket = await dial(serving.port);
  let text = '';
  let isClosed = false;
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  socket.once('close', () => (isClosed = true));
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  const dripping = setInterval(() => socket.write('x'), 20);
  try {
    await until(() => isClosed);
  } finally {
    clearInterval(dripping);
  }
  expect(text).toContain('HTTP/1.1 408 Request Timeout');
});

it('a client that sends only half its body gets an error, and the call is not handled', async () => {
  const head = 'POST /api/v1/models/download HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  const said = await say(serving.port, `${head}Content-Length: 100\r\n\r\n{"model":`);
  expect(said.closed).toBe(true);
  expect(statuses(said)).toEqual([408]);
});

it('a client that is answered slowly keeps its connection', async () => {
  const dock = createDock({ speed: 0 });
  await serving.close();
  serving = await serve({ api: dock.api, port: 0, host: '127.0.0.1', requestTimeoutMs: 100 });
  await dock.faults.add({ effect: { type: 'latency', ms: 600 } });
  expect((await fetch(`${serving.url}/api/v1/models`)).status).toBe(200);
});
