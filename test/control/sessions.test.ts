import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createSessions, type SimulatedSessions, type SimulatedSessionsOptions } from '../../src/index.js';
import { START } from './suite/door.js';

const origin = 'http://localhost:1234';
const json = { 'Content-Type': 'application/json' };
let opened: SimulatedSessions[] = [];

afterEach(() => {
  for (const sessions of opened) sessions.close();
  opened = [];
});

function open(options: SimulatedSessionsOptions = {}): SimulatedSessions {
  const sessions = createSessions({ now: START, speed: 0, ...options });
  opened.push(sessions);
  return sessions;
}

interface Told {
  status: number;
  body: string;
  session?: string;
}

/** A call, and the session that the control API says it belongs to. */
function callerOf({ api }: SimulatedSessions) {
  return async (path: string, init: RequestInit = {}): Promise<Told> => {
    const response = await api.fetch(new Request(origin + path, init));
    const body = await response.text();
    const { session } = (body.startsWith('{') ? JSON.parse(body) : {}) as { session?: string };
    return { status: response.status, body, ...(session !== undefined && { session }) };
  };
}

const namesOf = (sessions: SimulatedSessions): string[] => sessions.list().map(({ session }) => session);

describe('a call', () => {
  const state = '/__modeldock/session';
  const header = { 'X-Modeldock-Session': 'by-header' };
  const bearer = { Authorization: 'Bearer session:by-bearer' };

  it.each([
    [
      'the path prefix, before the header and the bearer token',
      `/s/by-path${state}`,
      { ...header, ...bearer },
      'by-path',
    ],
    ['the header, before the bearer token', state, { ...header, ...bearer }, 'by-header'],
    ['the bearer token', state, bearer, 'by-bearer'],
    ['the bearer token, with a secret behind', state, { Authorization: 'bearer session:by-bearer:x:y' }, 'by-bearer'],
    ['none, with another bearer token', state, { Authorization: 'Bearer sk-lm-1' }, 'default'],
    ['none', state, {}, 'default'],
    ['the header for default by name', state, { 'X-Modeldock-Session': 'default' }, 'default'],
  ])('belongs to the session of %s', async (_, path, headers, session) => {
    expect(await callerOf(open())(path, { headers })).toMatchObject({ status: 200, session });
  });

  it('reaches LM Studio’s routes in its session, in all three ways', async () => {
    const sessions = open({ jobIds: ['job_1'] });
    const call = callerOf(sessions);
    const start = { method: 'POST', body: '{"model":"simulate/slow"}' };
    await call('/s/one/api/v1/models/download', { ...start, headers: json });
    const status = '/api/v1/models/download/status/job_1';
    expect((await call(`/s/one${status}`)).status).toBe(200);
    expect((await call(status, { headers: { 'X-Modeldock-Session': 'one' } })).status).toBe(200);
    expect((await call(status, { headers: { Authorization: 'Bearer session:one' } })).status).toBe(200);
    expect((await call(status)).status).toBe(404);
  });

  it('makes its session, once', async () => {
    const sessions = open();
    const call = callerOf(sessions);
    expect(namesOf(sessions)).toEqual([]);
    await call('/s/one/v1/models');
    await call('/s/one/v1/models');
    await call('/s/two/v1/models');
    expect(namesOf(sessions)).toEqual(['one', 'two']);
  });

  it('sees the path behind the prefix, whatever is in it', async () => {
    const call = callerOf(open());
    expect((await call('/s/one/nothing?x=1')).body).toContain('(GET /nothing)');
    expect((await call('/s/one')).body).toContain('(GET /)');
    expect((await call('/s/one/s/two/v1/models')).body).toContain('(GET /s/two/v1/models)');
  });
});

describe('a name of a session', () => {
  it.each(['a', 'A.b_c-9', 'x'.repeat(64), '...', '__proto__', 'constructor'])('can be %j', async (name) => {
    const sessions = open();
    const { session } = await callerOf(sessions)('/__modeldock/session', { headers: { 'X-Modeldock-Session': name } });
    expect(session).toBe(name);
    expect(namesOf(sessions)).toEqual([name]);
  });

  it.each(['', '.', '..', 'x'.repeat(65), 'a b', 'a/b', 'a%20b', 'é', '<script>', 'a:b', "'"])(
    'cannot be %j',
    async (name) => {
      const sessions = open();
      const call = callerOf(sessions);
      const answers = [
        // A URL has no such segments.
        ...(/^\.*$/.test(name) ? [] : [await call(`/s/${encodeURIComponent(name)}/v1/models`)]),
        await call('/__modeldock/sessions', { method: 'POST', headers: json, body: JSON.stringify({ session: name }) }),
      ];
      for (const { status, body } of answers) {
        expect(status).toBe(400);
        expect(body).toContain('expected 1 to 64 letters, digits, dots, underscores and hyphens');
      }
      expect(namesOf(sessions).filter((each) => each !== 'default')).toEqual([]);
    },
  );

  it('is refused in a path as well', async () => {
    const sessions = open();
    const answer = await callerOf(sessions)('/s/a%20b/v1/models');
    expect(answer).toMatchObject({ status: 400 });
    expect(JSON.parse(answer.body)).toMatchObject({
      error: {
        type: 'invalid_request',
        code: 'invalid_request',
        message: expect.stringContaining('"a%20b"') as string,
      },
    });
    expect(namesOf(sessions)).toEqual([]);
  });
});

describe('a session where a token is asked for', () => {
  const options = { requireToken: 'secret' };
  const path = '/s/one/v1/models';

  it('is made for a call that carries it', async () => {
    const sessions = open(options);
    const call = callerOf(sessions);
    expect((await call(path, { headers: { Authorization: 'Bearer secret' } })).status).toBe(200);
    expect((await call('/v1/models', { headers: { Authorization: 'Bearer session:two:secret' } })).status).toBe(200);
    expect(namesOf(sessions)).toEqual(['one', 'two']);
  });

  it('is not made for a call that does not', async () => {
    const sessions = open(options);
    const call = callerOf(sessions);
    const omit: HeadersInit[] = [
      {},
      { Authorization: 'Bearer wrong' },
      { Authorization: 'Bearer session:one' },
      { Authorization: 'Bearer session:one:wrong' },
      { Authorization: 'Basic secret' },
    ];
    for (const headers of omit) expect((await call(path, { headers })).status).toBe(401);
    expect(namesOf(sessions)).not.toContain('one');
  });

  it('that is there keeps the refused call in its journal, without the token', async () => {
    const sessions = open(options);
    const call = callerOf(sessions);
    const one = sessions.open('one');
    await call(path, { headers: { Authorization: 'Bearer session:one:guess' } });
    const journal = await one.journal.list();
    expect(journal.map(({ status }) => status)).toEqual([401]);
    expect(JSON.stringify(journal)).not.toContain('guess');
  });
});

describe('a preflight', () => {
  it('is answered outside all sessions', async () => {
    const sessions = open({ cors: '*', requireToken: 'secret' });
    const headers = { Origin: 'http://localhost:5173', 'Access-Control-Request-Method': 'POST' };
    const call = callerOf(sessions);
    for (const path of ['/s/one/api/v1/models/download', '/s/one/__modeldock/reset', '/s/a%20b/x']) {
      expect((await call(path, { method: 'OPTIONS', headers })).status).toBe(204);
    }
    expect(namesOf(sessions)).toEqual([]);
  });
});

describe('sessions', () => {
  /** Far longer than a call takes on any machine: what has just been called is not idle. */
  const LONG_IDLE_MS = 500;
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  it('are dropped when they have not been called for long enough', async () => {
    const sessions = open({ idleMs: LONG_IDLE_MS });
    const call = callerOf(sessions);
    await call('/s/old/v1/models');
    await expect.poll(() => namesOf(sessions)).toEqual([]);
    await call('/s/new/v1/models');
    expect(namesOf(sessions)).toEqual(['new']);
  });

  it('begin again when they are named after that', async () => {
    const sessions = open({ idleMs: 20 });
    const call = callerOf(sessions);
    await sessions.open('one').clock.advance(1000);
    await wait(40);
    const answer = await call('/s/one/__modeldock/clock');
    expect(JSON.parse(answer.body)).toMatchObject({ now: START });
  });

  it('are kept while a caller waits in them or listens to them', async () => {
    const sessions = open({ idleMs: LONG_IDLE_MS });
    const waiting = sessions.open('waiting');
    const call = callerOf(sessions);
    const started = await call('/s/waiting/api/v1/models/download', {
      method: 'POST',
      headers: json,
      body: '{"model":"simulate/steady"}',
    });
    const { job_id: job } = JSON.parse(started.body) as { job_id: string };
    const over = waiting.jobs.wait(job, { status: 'completed' });
    const leaving = new AbortController();
    const listening = sessions.open('listening').events({ signal: leaving.signal })[Symbol.asyncIterator]().next();
    await wait(LONG_IDLE_MS + 50);
    await call('/s/another/v1/models');
    expect(namesOf(sessions)).toEqual(['waiting', 'listening', 'another']);
    await waiting.clock.advance({ until: 'idle' });
    expect(await over).toMatchObject({ state: 'completed' });
    leaving.abort();
    await listening;
    await expect.poll(() => namesOf(sessions)).toEqual([]);
  });

  it('make room for each other: the longest idle goes, the busy one stays', async () => {
    const sessions = open({ limit: 3 });
    const leaving = new AbortController();
    const listening = sessions.open('busy').events({ signal: leaving.signal })[Symbol.asyncIterator]().next();
    const call = callerOf(sessions);
    for (const name of ['a', 'b', 'a', 'c', 'd']) await call(`/s/${name}/v1/models`);
    expect(namesOf(sessions)).toEqual(['busy', 'c', 'd']);
    leaving.abort();
    await listening;
    await call('/s/e/v1/models');
    expect(namesOf(sessions)).toEqual(['c', 'd', 'e']);
  });

  it('are listed, made and dropped through the control API', async () => {
    const sessions = open();
    const call = callerOf(sessions);
    const body = '{"session":"one"}';
    expect(await call('/__modeldock/sessions', { method: 'POST', headers: json, body })).toMatchObject({
      status: 200,
      session: 'one',
    });
    const listed = JSON.parse((await call('/__modeldock/sessions')).body) as object[];
    expect(listed).toEqual(
      expect.arrayContaining([{ session: 'one', idleMs: expect.any(Number) as number }]) as object[],
    );
    expect((await call('/__modeldock/sessions/one', { method: 'DELETE' })).status).toBe(204);
    expect((await call('/__modeldock/sessions/one', { method: 'DELETE' })).status).toBe(404);
    expect(namesOf(sessions)).toEqual([]);
  });

  it('are forked into the name of one that was idle for too long', async () => {
    const sessions = open({ idleMs: 20 });
    sessions.open('old');
    await wait(40);
    const fork = await sessions.open('one').fork('old');
    expect((await fork.status()).session).toBe('old');
  });

  it('are forked into a name that is free', async () => {
    const sessions = open();
    const one = sessions.open('one');
    sessions.open('two');
    await expect(one.fork('two')).rejects.toThrow('a session of that name exists already');
    await expect(one.fork('a b')).rejects.toThrow('Cannot use this name for a session');
    expect(await (await one.fork('three')).status()).toMatchObject({ session: 'three' });
    const names = [(await (await one.fork()).status()).session, (await (await one.fork()).status()).session];
    expect(new Set(names).size).toBe(2);
    expect(namesOf(sessions)).toEqual(['one', 'two', 'three', ...names]);
  });
});

describe('a thousand sessions on one api', () => {
  it('do not see each other, whatever the order of their calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(999)), fc.nat(), async (order, salt) => {
        const sessions = open();
        const call = callerOf(sessions);
        // Each session has a story of its own: when its clock moves, how far, and how many of its calls fail.
        const stories = Array.from({ length: 1000 }, (_, number) => storyOf(number, salt, call));
        const left = stories.map((_, number) => number);
        while (left.length > 0) {
          // As many at once as fall on different sessions; the calls of one stay in order.
          const turn = new Set(Array.from({ length: 200 }, () => order.next().value % left.length));
          const done = await Promise.all(
            [...turn].map(async (at) => ((await stories[left[at]!]!.next()).done ? at : -1)),
          );
          for (const at of done.filter((each) => each !== -1).sort((one, other) => other - one)) left.splice(at, 1);
        }
        expect(namesOf(sessions)).toHaveLength(1000);
        sessions.close();
      }),
      { numRuns: 2 },
    );
  });

  async function* storyOf(number: number, salt: number, call: ReturnType<typeof callerOf>): AsyncGenerator<void> {
    const base = `/s/test-${number}`;
    const send = (method: string, path: string, body: unknown) =>
      call(base + path, { method, headers: json, body: JSON.stringify(body) });
    const failures = (number + salt) % 4;
    const ms = 101 + ((number * 7919 + salt) % 9000);
    if (failures > 0) {
      await send('POST', '/__modeldock/faults', {
        when: { route: 'status' },
        effect: { type: 'status', status: 503 },
        times: failures,
      });
    }
    yield;
    const started = await send('POST', '/api/v1/models/download', { model: 'simulate/steady' });
    const { job_id: job } = JSON.parse(started.body) as { job_id: string };
    yield;
    await send('POST', '/__modeldock/clock/advance', { ms });
    yield;
    const poll = () => call(`${base}/api/v1/models/download/status/${job}`);
    for (let failure = 0; failure < failures; failure++) {
      expect((await poll()).status).toBe(503);
      yield;
    }
    expect(JSON.parse((await poll()).body)).toMatchObject({ downloaded_bytes: (ms - 100) * 100_000 });
    yield;
    const { body } = await call(`${base}/__modeldock/session`);
    expect(JSON.parse(body)).toMatchObject({
      session: `test-${number}`,
      clock: { now: START + ms },
      jobs: 1,
      faults: failures > 0 ? 1 : 0,
      journalEntries: failures + 2,
    });
  }
});
