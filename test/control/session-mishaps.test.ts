import { describe, expect, it } from 'vitest';
import { createSessions, type SessionEvent, type SimulatedSessionsOptions } from '../../src/index.js';

const origin = 'http://127.0.0.1:1234';
const open = (options: SimulatedSessionsOptions = {}) => createSessions({ speed: 0, ...options });

const nap = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a call without the token', () => {
  it('to a session that is not open is kept in no other session’s journal', async () => {
    const sessions = open({ requireToken: 'sk-lm-1' });
    const refused = await sessions.api.fetch(new Request(`${origin}/s/foo/api/v1/models`));
    expect(refused.status).toBe(401);
    expect(await sessions.open('default').journal.list()).toEqual([]);
    expect(sessions.list().map(({ session }) => session)).toEqual(['default']);
    sessions.close();
  });

  it('to a session that is open is kept there', async () => {
    const sessions = open({ requireToken: 'sk-lm-1' });
    const foo = sessions.open('foo');
    await sessions.api.fetch(new Request(`${origin}/s/foo/api/v1/models`));
    expect((await foo.findings()).map(({ id }) => id)).toEqual(['missing-authorization']);
    sessions.close();
  });
});

describe('the session called default', () => {
  it('is not dropped when it is idle for long', async () => {
    const sessions = open({ idleMs: 10 });
    const before = await sessions.open('default').models.add('ibm/granite-4-micro');
    await nap(40);
    sessions.open('another');
    expect(await sessions.open('default').models.list()).toEqual([before]);
    sessions.close();
  });
});

describe('a session too many', () => {
  it('is counted beside the one called default, which is always there', async () => {
    const sessions = open({ limit: 1 });
    for (const path of ['/api/v1/models', '/s/one/api/v1/models', '/s/two/api/v1/models', '/api/v1/models']) {
      expect((await sessions.api.fetch(new Request(origin + path))).status).toBe(200);
    }
    expect(sessions.list().map(({ session }) => session)).toEqual(['two', 'default']);
    sessions.close();
  });

  it('is refused while all others are in use', async () => {
    const sessions = open({ limit: 2 });
    const listening = new AbortController();
    for (const name of ['one', 'two']) {
      void sessions.open(name).events({ signal: listening.signal })[Symbol.asyncIterator]().next();
    }
    await nap(0);
    const refused = await sessions.api.fetch(new Request(`${origin}/s/three/__modeldock/session`));
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: 'too_many_sessions' } });
    listening.abort();
    sessions.close();
  });
});

describe('--cors for every origin', () => {
  it.each([
    ['https://evil.example', 403],
    ['http://localhost.evil.example', 403],
    ['null', 403],
    ['http://localhost:5173', 200],
    ['https://127.0.0.1:8443', 200],
    ['http://[::1]:3000', 200],
  ])('lets a page of %s operate it with %i', async (page, status) => {
    const sessions = open({ cors: '*' });
    const header = (name: string): string | undefined => ({ origin: page, host: '127.0.0.1:1234' })[name];
    const call = { method: 'POST', path: '/__modeldock/reset', header, text: async () => '' };
    const { signal } = new AbortController();
    const answer = await sessions.api.answer({ ...call, query: new URLSearchParams(), signal });
    expect(answer).toMatchObject({ status });
    sessions.close();
  });
});

describe('paths in another case', () => {
  it.each(['/S/one/__modeldock/session', '/s/one/__MODELDOCK/session', '/s/one/__modeldock/Session'])(
    'lead to the same place: %s',
    async (path) => {
      const sessions = open();
      const answer = await sessions.api.fetch(new Request(`${origin}${path}`));
      expect(await answer.json()).toMatchObject({ session: 'one' });
      sessions.close();
    },
  );
});

describe('events', () => {
  it('have ids that go on rising after a reset, so that a listener that comes back sees them all', async () => {
    const sessions = open();
    const dock = sessions.open('one');
    const hear = async (count: number, after?: number): Promise<SessionEvent[]> => {
      const heard: SessionEvent[] = [];
      const listening = dock.events(after === undefined ? {} : { after })[Symbol.asyncIterator]();
      const next = listening.next();
      await nap(0);
      if (after === undefined) await add();
      let event = await next;
      while (heard.push(event.value as SessionEvent) < count) event = await listening.next();
      await listening.return?.();
      return heard;
    };
    const add = () => dock.models.add('ibm/granite-4-micro');

    const [first] = await hear(1);
    await dock.reset();
    await add();
    await add();
    const later = await hear(2, first!.id);
    expect(later.map(({ type }) => type)).toEqual(['decision', 'decision']);
    expect(later.every(({ id }) => id > first!.id)).toBe(true);
    sessions.close();
  });

  it('hold no bodies that the journal has let go', async () => {
    const sessions = open();
    const dock = sessions.open('one');
    const listening = dock.events()[Symbol.asyncIterator]();
    const waiting = listening.next();
    await nap(0);
    await sessions.api.fetch(new Request(`${origin}/s/one/api/v1/models`));
    const { value } = (await waiting) as { value: SessionEvent };
    await listening.return?.();
    await dock.journal.clear();
    const again = dock.events({ after: value.id - 1 })[Symbol.asyncIterator]();
    const next = again.next();
    await nap(0);
    await dock.models.add('ibm/granite-4-micro');
    expect((await next).value).toMatchObject({ type: 'decision' });
    await again.return?.();
    sessions.close();
  });
});
