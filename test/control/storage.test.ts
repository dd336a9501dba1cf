import { setupServer } from 'msw/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandlers } from '../../src/handlers/index.js';
import { createDock, type SimulatedDock, type SimulatedDockOptions } from '../../src/index.js';
import { connect } from '../../src/testing/index.js';
import { START } from './suite/door.js';

const origin = 'http://localhost:1234';

/** As `sessionStorage`: it outlives a page. */
function openStorage(quota = Infinity) {
  const items = new Map<string, string>();
  return {
    items,
    writes: 0,
    getItem: (key: string) => items.get(key) ?? null,
    setItem(key: string, value: string) {
      if (value.length > quota) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      this.writes++;
      items.set(key, value);
    },
    removeItem: (key: string) => void items.delete(key),
  };
}

/** A page that was loaded, and has that storage. */
const load = (storage: ReturnType<typeof openStorage>, options: SimulatedDockOptions = {}): SimulatedDock =>
  createDock({ storage, now: START, speed: 0, ...options });

async function start({ api }: SimulatedDock, model: string): Promise<string> {
  const response = await api.fetch(
    new Request(`${origin}/api/v1/models/download`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ model }),
    }),
  );
  return ((await response.json()) as { job_id: string }).job_id;
}

/** What was decided is saved after the answer has gone out. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('a dock with a storage', () => {
  it('goes on with a running download, as if the page had not been away', async () => {
    const storage = openStorage();
    const first = createDock({ storage, speed: 1000 });
    const job = await start(first, 'simulate/slow');
    await settled();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = await first.jobs.get(job);

    const after = await createDock({ storage, speed: 1000 }).jobs.get(job);
    expect(before.downloadedBytes).toBeGreaterThan(0);
    expect(after.downloadedBytes).toBeGreaterThanOrEqual(before.downloadedBytes);
  });

  it('starts anew if the saved state is invalid', async () => {
    const storage = openStorage();
    await start(load(storage), 'simulate/steady');
    await settled();
    const kept = JSON.parse(storage.items.get('modeldock')!) as { snapshot: { simulation: { jobs: unknown } } };
    kept.snapshot.simulation.jobs = 'x';
    storage.items.set('modeldock', JSON.stringify(kept));

    expect(await load(storage).jobs.list()).toEqual([]);
    expect(storage.items.has('modeldock')).toBe(false);
  });

  it('never keeps an older state than the last, however long its copy takes', async () => {
    const storage = openStorage();
    const first = load(storage);
    for (let count = 1; count <= 300; count++) await start(first, `simulate/steady-run-${count}`);
    await settled();
    await start(first, 'simulate/steady');
    await first.reset();
    await settled();
    expect(await load(storage).jobs.list()).toEqual([]);
  });

  it('has its downloads again after a reload', async () => {
    const storage = openStorage();
    const first = load(storage);
    const job = await start(first, 'simulate/steady');
    await first.clock.advance(5100);
    await first.jobs.pause(job);
    await first.models.add('ibm/granite-4-micro');
    await first.faults.add({ effect: { type: 'status', status: 503 }, times: 1 });
    await first.scenario.set({ scenario: 'slow' });
    await settled();

    const second = load(storage);
    expect(await second.jobs.list()).toEqual(await first.jobs.list());
    expect(await second.snapshot()).toEqual(await first.snapshot());
  });

  it('lets time pass while the page is away, when its clock runs', async () => {
    const storage = openStorage();
    const first = load(storage, { speed: 1 });
    const job = await start(first, 'simulate/slow');
    await settled();
    const second = load(storage, { speed: 1 });
    const again = await second.jobs.get(job);
    expect(again).toMatchObject({ state: 'downloading', startedAt: (await first.jobs.get(job)).startedAt });
    expect(await second.clock.get()).toMatchObject({ mode: 'running', speed: 1 });
  });

  it('saves nothing while nothing is decided', async () => {
    const storage = openStorage();
    const dock = load(storage);
    const job = await start(dock, 'simulate/slow');
    await settled();
    const { writes } = storage;
    for (let poll = 0; poll < 20; poll++) {
      await dock.api.fetch(new Request(`${origin}/api/v1/models/download/status/${job}`));
    }
    await dock.jobs.list();
    await settled();
    expect(storage.writes).toBe(writes);
  });

  it('saves what one turn decides only once', async () => {
    const storage = openStorage();
    const dock = load(storage);
    await Promise.all(Array.from({ length: 50 }, () => dock.faults.add({ effect: { type: 'network-error' } })));
    await settled();
    expect(storage.writes).toBeLessThan(5);
    expect(await load(storage).faults.list()).toHaveLength(50);
  });

  it('begins anew after a reset', async () => {
    const storage = openStorage();
    const dock = load(storage);
    await start(dock, 'simulate/slow');
    await dock.reset();
    await settled();
    expect(await load(storage).jobs.list()).toEqual([]);
  });

  it.each(['', '{', 'null', '{"modeldock":99}', '{"modeldock":1}'])('begins anew where %j was saved', async (text) => {
    const storage = openStorage();
    await start(load(storage), 'simulate/slow');
    await settled();
    const [key] = [...storage.items.keys()];
    storage.items.set(key!, text);
    expect(await load(storage).jobs.list()).toEqual([]);
    expect(storage.items.get(key!)).toBeUndefined();
  });

  it('answers on when the storage is full, and does not come back with an old copy', async () => {
    const storage = openStorage(2000);
    const dock = load(storage);
    await start(dock, 'simulate/slow');
    await settled();
    expect(storage.items.size).toBe(1);
    for (let run = 0; run < 20; run++) await start(dock, `simulate/slow-run-${run}`);
    await settled();
    expect(await dock.jobs.list()).toHaveLength(21);
    expect(storage.items.size).toBe(0);
  });

  it('does not save its forks', async () => {
    const storage = openStorage();
    const dock = load(storage);
    await start(dock, 'simulate/slow');
    await settled();
    const { writes } = storage;
    await start(await dock.fork(), 'simulate/steady');
    await settled();
    expect(storage.writes).toBe(writes);
  });
});

describe('a page whose calls MSW answers', () => {
  const server = setupServer();
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  afterAll(() => server.close());

  it('controls its dock with fetch and server-sent events, before and after a reload', async () => {
    const storage = openStorage();
    const first = load(storage);
    server.resetHandlers(...createHandlers(first.api));
    const control = connect(origin);
    const events = control.events()[Symbol.asyncIterator]();
    const upcoming = events.next();
    await control.status();
    const job = await start(first, 'simulate/steady');
    expect((await upcoming).value).toMatchObject({ type: 'decision', decision: { type: 'started', job } });
    await events.return?.(undefined);
    await settled();

    server.resetHandlers(...createHandlers(load(storage).api));
    const { clock, transitions } = await control.clock.advance({ until: 'idle' });
    expect(clock.now).toBe(START + 10_100);
    expect(transitions).toEqual([{ at: START + 10_100, job, model: 'simulate/steady', type: 'completed' }]);
  });
});
