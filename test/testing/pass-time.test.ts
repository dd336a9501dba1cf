import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHandlers } from '../../src/handlers/index.js';
import { createDock, createSessions, type DockControl, type SimulatedDock } from '../../src/index.js';
import { serve } from '../../src/server/index.js';
import { connect, passTime } from '../../src/testing/index.js';

type Send = (path: string, init?: RequestInit) => Promise<Response>;

/** Asks for a model, and polls every second by `setTimeout`, each poll after the answer before. */
function pollEverySecond(send: Send, model: string): { seen: number[]; stop: () => void } {
  const seen: number[] = [];
  let isStopped = false;
  const body = JSON.stringify({ model });
  const ask = async (path: string, init?: RequestInit): Promise<{ job_id: string; downloaded_bytes: number }> =>
    (await (await send(`/api/v1/models/download${path}`, init)).json()) as never;
  const poll = async (job: string): Promise<void> => {
    const { downloaded_bytes } = await ask(`/status/${job}`);
    seen.push(downloaded_bytes / 1e6);
    if (!isStopped) setTimeout(() => void poll(job), 1000);
  };
  void ask('', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }).then(({ job_id }) => {
    setTimeout(() => void poll(job_id), 1000);
  });
  return { seen, stop: () => void (isStopped = true) };
}

/** A poll each second of 100 MB/s, after 100 ms of connecting. */
const EVERY_SECOND = [90, 190, 290, 390, 490, 590, 690, 790, 890, 990];

afterEach(() => void vi.useRealTimers());

describe.each([
  { clock: 'frozen', options: { speed: 0 } },
  { clock: 'running', options: {} },
  { clock: 'frozen elsewhere', options: { speed: 0, now: '2031-01-01' } },
])('time that passes with faked timers and a clock that is $clock', ({ options }) => {
  let dock: SimulatedDock;
  const server = setupServer();
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  afterAll(() => server.close());
  beforeEach(() => {
    vi.useFakeTimers();
    dock = createDock(options);
    server.use(...createHandlers(dock.api));
  });
  afterEach(() => dock.close());

  it.each<[string, () => Send]>([
    ['MSW', () => (path, init) => fetch(`http://localhost:1234${path}`, init)],
    ['the plain function', () => (path, init) => dock.api.fetch(new Request(`http://localhost:1234${path}`, init))],
  ])('lets each poll through %s be answered before it goes on', async (_, sendOf) => {
    const before = (await dock.clock.get()).now;
    const { seen, stop } = pollEverySecond(sendOf(), 'simulate/steady');
    await passTime(dock, 10_500);
    expect(seen).toEqual(EVERY_SECOND);
    const { now, mode } = await dock.clock.get();
    expect(now - before).toBe(10_500);
    expect(mode).toBe('speed' in options ? 'frozen' : 'running');
    stop();
  });
});

describe('time that passes', () => {
  it('advances a frozen clock where no timers are faked, between answers', async () => {
    const dock = createDock({ speed: 0 });
    const slow = dock.faults.add({ effect: { type: 'latency', ms: 30 } });
    await slow;
    const call = dock.api.fetch(new Request('http://localhost:1234/api/v1/models'));
    await passTime(dock, 1000);
    expect(await dock.journal.list()).toMatchObject([{ status: 200 }]);
    expect((await call).status).toBe(200);
  });

  it('goes by steps with timers that only their own library can advance', async () => {
    vi.useFakeTimers();
    const dock = createDock({ speed: 0 });
    const { setTimeout: faked } = globalThis;
    // As timers of another library look: without the clock behind them.
    globalThis.setTimeout = ((...given: Parameters<typeof setTimeout>) => faked(...given)) as typeof setTimeout;
    const send: Send = (path, init) => dock.api.fetch(new Request(`http://localhost:1234${path}`, init));
    const { seen, stop } = pollEverySecond(send, 'simulate/steady');
    await passTime(dock, 3500, { advanceTimers: (ms) => vi.advanceTimersByTime(ms) });
    expect(seen).toEqual(EVERY_SECOND.slice(0, 3));
    stop();
    globalThis.setTimeout = faked;
  });

  it('passes in a session of a server as well', async () => {
    const sessions = createSessions({ speed: 0 });
    const serving = await serve({ api: sessions.api, port: 0, host: '127.0.0.1' });
    const session = connect(serving.url, { session: 'passing' });
    const { now } = await session.clock.get();
    await fetch(`${session.baseUrl}/api/v1/models`);
    await passTime(session, 3000);
    expect((await session.clock.get()).now).toBe(now + 3000);
    sessions.close();
    await serving.close();
  });
});

describe('settled', () => {
  const call = (dock: SimulatedDock): Promise<Response> =>
    dock.api.fetch(new Request('http://localhost:1234/api/v1/models'));

  it('resolves when every call has its answer', async () => {
    const dock = createDock({ speed: 0 });
    await dock.faults.add({ effect: { type: 'latency', ms: 30 } });
    const answers = [call(dock), call(dock)];
    expect(await dock.settled()).toMatchObject({ journalEntries: 2 });
    expect((await dock.journal.list()).map(({ status }) => status)).toEqual([200, 200]);
    await Promise.all(answers);
  });

  it('does not wait for what a fault leaves hanging', async () => {
    const dock = createDock({ speed: 0 });
    await dock.faults.add({ effect: { type: 'hang' } });
    const hanging = call(dock).catch(() => 'a network error');
    await dock.settled();
    expect(await dock.journal.list()).toMatchObject([{ status: 'pending' }]);
    dock.close();
    await hanging;
  });

  it('ends with the calls that are under way when its time is over', async () => {
    const dock = createDock({ speed: 0 });
    await dock.faults.add({ effect: { type: 'latency', ms: 200 } });
    const answer = call(dock);
    const settled = (dock as DockControl).settled({ timeoutMs: 10 });
    await expect(settled).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('GET /api/v1/models') as string,
    });
    await answer;
  });
});
