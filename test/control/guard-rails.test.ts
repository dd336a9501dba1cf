import { describe, expect, it, vi } from 'vitest';
import { createHandlers } from '../../src/handlers/index.js';
import { createHub } from '../../src/hub/index.js';
import {
  createDock,
  createSessions,
  sessionName,
  type PageStorage,
  type SimulatedDockOptions,
} from '../../src/index.js';
import { createRealDock, openDownloader } from '../../src/real/index.js';
import { createMiddleware, serve } from '../../src/server/index.js';
import { connect } from '../../src/testing/index.js';
import { createImaginedDownloader } from '../real/faces/imagined-downloader.js';
import { clientAt } from './doors.js';

const DOWNLOAD = '/api/v1/models/download';

function opened(options: SimulatedDockOptions = {}) {
  const warnings: string[] = [];
  const dock = createDock({ speed: 0, onWarning: (text) => warnings.push(text), ...options });
  const send = (path: string, init?: RequestInit): Promise<Response> =>
    dock.api.fetch(new Request(`http://localhost:1234${path}`, init));
  const start = async (model: string): Promise<string> => {
    const client = clientAt('http://localhost:1234', (url, init) => dock.api.fetch(new Request(url, init)));
    return (JSON.parse((await client('POST', DOWNLOAD, { model })).body) as { job_id: string }).job_id;
  };
  return { dock, warnings, send, start };
}

describe('an option that does not exist', () => {
  const { api } = createDock();
  const unknown = (options: object): never => options as never;

  it.each<[string, string, () => unknown]>([
    ['createDock', 'Did you mean "seed"?', () => createDock(unknown({ sede: 'x' }))],
    ['createDock', 'Did you mean "msPerPoll"?', () => createDock(unknown({ msperpoll: 5 }))],
    ['createDock', 'There is: seed, scenario,', () => createDock(unknown({ colour: 'red' }))],
    ['createSessions', 'Did you mean "idleMs"?', () => createSessions(unknown({ idleMS: 5 }))],
    ['createHandlers', 'Did you mean "baseUrl"?', () => createHandlers(api, unknown({ baseURL: '/' }))],
    ['serve', 'Did you mean "port"?', () => serve(unknown({ api, prot: 0 }))],
    ['createMiddleware', 'Did you mean "ownership"?', () => createMiddleware(api, unknown({ owner: 'origin' }))],
    ['createHub', 'Did you mean "repos"?', () => createHub(unknown({ repo: [] }))],
    ['openDownloader', 'Did you mean "modelsDirs"?', () => openDownloader(unknown({ modelsDir: 'x' }))],
    ['createRealDock', 'Did you mean "profile"?', () => createRealDock(unknown({ profil: 'strict' }))],
    ['connect', 'Did you mean "session"?', () => connect('http://localhost', unknown({ sesion: 'x' }))],
  ])('is refused by %s: %s', async (name, advice, open) => {
    const refused = Promise.resolve().then(open);
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow(`of ${name}: there is no such option`);
    await expect(refused).rejects.toThrow(advice);
  });

  it('is no option that is undefined', () => {
    expect(() => createDock(unknown({ colour: undefined }))).not.toThrow();
  });
});

it('a dock is frozen by its name as well', async () => {
  expect(await createDock({ frozen: true }).clock.get()).toMatchObject({ mode: 'frozen' });
  expect(await createDock({ frozen: false }).clock.get()).toMatchObject({ mode: 'running' });
  expect(() => createDock({ frozen: true, speed: 2 })).toThrow('leave "frozen" or "speed" out');
});

describe('what a page has kept', () => {
  function openStorage(): PageStorage & { items: Map<string, string> } {
    const items = new Map<string, string>();
    return {
      items,
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => void items.set(key, value),
      removeItem: (key) => void items.delete(key),
    };
  }

  it('is not restored with other options, and that is said', async () => {
    const storage = openStorage();
    const first = opened({ storage, scenario: 'slow' });
    await first.start('ibm/granite-4-micro');
    await expect.poll(() => storage.items.size).toBe(1);

    const same = opened({ storage, scenario: 'slow' });
    expect(await same.dock.jobs.list()).toHaveLength(1);
    expect(same.warnings).toEqual([]);
    const other = opened({ storage, scenario: 'fails' });
    expect(await other.dock.jobs.list()).toEqual([]);
    expect(other.warnings).toEqual([expect.stringContaining('made with other options, so the dock begins anew')]);
  });

  it('is apart for docks with keys of their own', async () => {
    const storage = openStorage();
    for (const storageKey of ['one', 'other'])
      await opened({ storage, storageKey, seed: storageKey }).start('simulate/slow');
    await expect.poll(() => [...storage.items.keys()].sort()).toEqual(['one', 'other']);
    const again = opened({ storage, storageKey: 'one', seed: 'one' });
    expect(await again.dock.jobs.list()).toHaveLength(1);
    expect(again.warnings).toEqual([]);
  });
});

describe('a poller that is left over from before a reset', () => {
  it('finds no other job under its id, and is found', async () => {
    const { dock, start, send } = opened();
    const job = await start('simulate/slow');
    await dock.reset();
    const next = await start('simulate/slow');
    expect(next).not.toBe(job);
    for (let poll = 0; poll < 2; poll++) expect((await send(`${DOWNLOAD}/status/${job}`)).status).toBe(404);
    await send(`${DOWNLOAD}/status/${next}`);
    expect(await dock.findings()).toMatchObject([
      { id: 'polling-unknown-job', title: `Job ${job} was polled 2 times after a reset had ended it`, judged: true },
    ]);
  });

  it('is forgiven one poll that was on its way', async () => {
    const { dock, start, send } = opened();
    const job = await start('simulate/slow');
    await dock.reset();
    await send(`${DOWNLOAD}/status/${job}`);
    expect(await dock.findings()).toEqual([]);
  });

  it('does not keep ids that were asked for from coming again', async () => {
    const { dock, start } = opened({ jobIds: ['job_a'] });
    expect(await start('simulate/slow')).toBe('job_a');
    await dock.reset();
    expect(await start('simulate/slow')).toBe('job_a');
  });
});

it('a journal can be read when its dock is closed', async () => {
  const { dock, start, send } = opened();
  await start('simulate/slow');
  await send(`${DOWNLOAD}/status/undefined`);
  dock.close();
  await send('/api/v1/models');
  expect(await dock.journal.list()).toHaveLength(2);
  expect(await dock.findings()).toMatchObject([{ id: 'status-of-undefined' }]);
});

describe('what a developer should know', () => {
  const fromPage = { headers: { Origin: 'http://localhost:5173', Host: 'localhost:1234' } };

  it('is that a foreign page calls while CORS is off, once', async () => {
    const { warnings, send } = opened();
    for (let calls = 0; calls < 2; calls++) await send('/api/v1/models', fromPage);
    expect(warnings).toEqual([expect.stringMatching(/^A page of http:\/\/localhost:5173 calls, and CORS is off/)]);
    const allowed = opened({ cors: '*' });
    await allowed.send('/api/v1/models', fromPage);
    expect(allowed.warnings).toEqual([]);
  });

  it('is that a test model overrides the chosen scenario, once', async () => {
    const { warnings, start } = opened({ scenario: 'fails' });
    await start('ibm/granite-4-micro');
    expect(warnings).toEqual([]);
    for (const model of ['simulate/steady', 'simulate/slow']) await start(model);
    expect(warnings).toEqual([
      expect.stringMatching(/^simulate\/steady plays its own scenario.*not the scenario fails/),
    ]);
    const plain = opened();
    await plain.start('simulate/steady');
    expect(plain.warnings).toEqual([]);
  });

  it('goes to the console by default', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const dock = createDock();
    await dock.api.fetch(new Request('http://localhost:1234/api/v1/models', fromPage));
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^modeldock: A page of/));
    warn.mockRestore();
  });
});

describe('the name of a session', () => {
  const TITLE = '42 %, fail → retry';

  it.each([
    ['checkout-17', /^checkout-17$/],
    [TITLE, /^42-fail-retry-[0-9a-f]{8}$/],
    ['é à la carte', /^e-a-la-carte-[0-9a-f]{8}$/],
    ['→', /^session-[0-9a-f]{8}$/],
    ['..', /^session-[0-9a-f]{8}$/],
    ['x'.repeat(200), /^x{48}-[0-9a-f]{8}$/],
  ])('is made of any title: %s', (title, name) => {
    expect(sessionName(title)).toMatch(name);
    expect(sessionName(sessionName(title))).toBe(sessionName(title));
  });

  it('differs where titles differ', () => {
    expect(sessionName('a b')).not.toBe(sessionName('a  b'));
  });

  it.each([
    { 'X-Modeldock-Session': encodeURIComponent(TITLE) },
    // As Latin-1 carries the bytes of UTF-8.
    { 'X-Modeldock-Session': String.fromCharCode(...new TextEncoder().encode(TITLE)) },
    { Authorization: `Bearer session:${encodeURIComponent(TITLE)}` },
  ])('is the same for a header, encoded or not, and a token: %j', async (headers) => {
    const sessions = createSessions();
    const answer = await sessions.api.fetch(new Request('http://localhost/__modeldock/session', { headers }));
    expect(await answer.json()).toMatchObject({ session: sessionName(TITLE) });
    sessions.close();
  });

  it('is the same for the client of the control API', () => {
    const { session, baseUrl } = connect('http://127.0.0.1:1234', { session: TITLE });
    expect(session).toBe(sessionName(TITLE));
    expect(baseUrl).toBe(`http://127.0.0.1:1234/s/${sessionName(TITLE)}`);
  });
});

describe('the 404 of the control API', () => {
  const docks = {
    'a dock': () => createDock({ speed: 0 }),
    'a dock with real downloads': () =>
      createRealDock({ downloader: createImaginedDownloader({ now: () => 0 }), controlToken: 't' }),
  };

  it.each(Object.entries(docks))('of %s offers no route that is answered with 501', async (_, open) => {
    const { api } = open();
    const headers = { 'X-Modeldock-Token': 't', 'Content-Type': 'application/json' };
    const call = (method: string, path: string): Promise<Response> =>
      api.fetch(new Request(`http://localhost/__modeldock${path}`, { method, headers }));
    const { error } = (await (await call('GET', '/nothing')).json()) as { error: { message: string } };
    const offered = [...error.message.matchAll(/([A-Z]+) \/__modeldock(\/[\w/:.-]+)/g)].map(([, ...route]) => route);
    expect(offered.length).toBeGreaterThan(20);
    for (const [method, path] of offered) {
      if (path === '/events') continue;
      const { status } = await call(method!, path!.replaceAll(/:\w+/g, 'x'));
      expect([`${method} ${path}`, status]).not.toEqual([`${method} ${path}`, 501]);
    }
  });
});
