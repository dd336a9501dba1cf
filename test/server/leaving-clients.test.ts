import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { download, operate } from './command.js';
import { dial, serveApart, type Held, type Served } from './served.js';

let server: Served;
let before: Held;

beforeAll(async () => {
  server = await serveApart();
  await server.stillServes();
  before = await server.held();
});
afterEach(async () => {
  await server.stillServes();
  // The connections of those that left are gone, and so is what waited for them.
  await expect.poll(async () => (await server.held()).resources).toEqual(atMost(before.resources));
});
afterAll(() => server.stop());

/** No kind of handle more often than then; the walks keep one connection of their own alive. */
function atMost(resources: Record<string, number>): unknown {
  return expect.toSatisfy((now: Record<string, number>) =>
    Object.entries(now).every(([name, count]) => count <= (resources[name] ?? 0) + 2),
  );
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** Connects, sends, and leaves when the answer has begun, or at once; with a reset, as a killed process would. */
async function leaveAfter(request: string, { answered }: { answered: boolean }): Promise<void> {
  const socket = await dial(server.port);
  socket.write(request);
  if (answered) await once(socket, 'data');
  socket.resetAndDestroy();
}

async function times(count: number, atOnce: number, what: (index: number) => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, index) => what(done + index)));
  }
}

describe('a client that leaves', () => {
  it.each([
    { where: 'before an answer', answered: false },
    { where: 'while events stream', answered: true },
  ])('$where is released', async ({ answered }) => {
    const events = get('/s/left/__modeldock/events');
    await times(200, 20, () => leaveAfter(events, { answered }));
    expect(await (await fetch(`${server.url}/s/left/__modeldock/session`)).json()).toMatchObject({ session: 'left' });
  });

  it('during a slow body is released', async () => {
    const base = `${server.url}/s/slow`;
    const body = { when: { route: 'models' }, effect: { type: 'slow-body', bytesPerSecond: 1 } };
    expect((await operate(base, 'POST', '/faults', { body })).status).toBe(200);
    await times(100, 20, () => leaveAfter(get('/s/slow/api/v1/models'), { answered: true }));
  });

  it('without an answer is released', async () => {
    const base = `${server.url}/s/hanging`;
    const body = { when: { route: 'models' }, effect: { type: 'hang' } };
    expect((await operate(base, 'POST', '/faults', { body })).status).toBe(200);
    await times(100, 20, () => leaveAfter(get('/s/hanging/api/v1/models'), { answered: false }));
  });

  it('behind another hanging call is released with it', async () => {
    const body = { when: { route: 'greeting' }, effect: { type: 'hang' } };
    const bases = Array.from({ length: 30 }, (_, index) => `/s/queued-${index}`);
    // One after the other: each call at a time of its own would keep a connection of its own.
    for (const base of bases) {
      expect((await operate(server.url + base, 'POST', '/faults', { body })).status).toBe(200);
      // While it runs, each session that is listened to holds a timer.
      expect((await download(server.url + base, 'simulate/slow')).status).toBe(200);
    }
    const leave = (base: string) =>
      leaveAfter(get(`${base}/lmstudio-greeting`) + get(`${base}/__modeldock/events`), { answered: false });
    await Promise.all(bases.map(leave));
  });

  it('half way through its body is released', async () => {
    const half = 'POST /api/v1/models/download HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"model":';
    await times(100, 20, () => leaveAfter(half, { answered: false }));
  });
});

describe('two thousand connections', () => {
  it.each([
    { which: 'that say nothing', says: '' },
    { which: 'that say half a line', says: 'GET /api/v1/mo' },
    { which: 'that ask and do not listen', says: get('/api/v1/models') },
  ])('$which are opened and dropped', async ({ says }) => {
    await times(2000, 100, async (index) => {
      const socket = await dial(server.port);
      socket.write(says);
      if (index % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
    });
  });
});

it('after all that the server holds no more than before', async () => {
  await expect
    .poll(async () => (await server.held()).heapUsed - before.heapUsed)
    // The journal of the sessions above stays; 4 MiB each is its bound.
    .toBeLessThan(24 * 1024 * 1024);
});
