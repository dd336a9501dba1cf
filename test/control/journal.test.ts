import { describe, expect, it } from 'vitest';
import type { Answer, Answerer } from '../../src/api/call.js';
import type { Journal, JournalEntry } from '../../src/control/journal/journal.js';
import { SessionClock } from '../../src/control/base/session-clock.js';
import { answererOf, answerOf, callTo, handClock, openJournal, VIRTUAL, WALL } from './calls.js';

const answerOk: Answerer = async () => answerOf('{"ok": true}');

describe('a journal entry', () => {
  it('has a call and its answer', async () => {
    const wall = handClock(WALL);
    const journal = openJournal({ wall });
    const answerer = answererOf(journal, async (call) => {
      await call.text();
      Object.assign(call.notes!, { route: 'POST /api/v1/models/download', job: 'job_1', model: 'qwen/qwen3-4b' });
      wall.at(WALL + 40);
      return answerOf('{"status": "downloading"}', { headers: { 'Retry-After': '5' } });
    });

    await answerer(
      callTo('/api/v1/models/download', {
        method: 'POST',
        query: 'from=test',
        headers: {
          'content-type': 'application/json',
          origin: 'http://localhost:5173',
          'user-agent': 'curl/8',
          accept: '*/*',
        },
        body: '{"model": "qwen/qwen3-4b"}',
      }),
    );

    expect(await journal.list()).toEqual([
      {
        id: 1,
        session: 'checkout',
        at: VIRTUAL,
        wall: WALL,
        clock: { mode: 'running', speed: 1 },
        method: 'POST',
        path: '/api/v1/models/download',
        query: 'from=test',
        route: 'POST /api/v1/models/download',
        job: 'job_1',
        model: 'qwen/qwen3-4b',
        status: 200,
        durationMs: 40,
        answeredBefore: 2,
        request: {
          headers: { 'content-type': 'application/json', origin: 'http://localhost:5173', 'user-agent': 'curl/8' },
          body: { text: '{"model": "qwen/qwen3-4b"}', bytes: 26 },
        },
        answer: {
          headers: { 'content-type': 'application/json; charset=utf-8', 'retry-after': '5' },
          body: { text: '{"status": "downloading"}', bytes: 25 },
        },
      },
    ]);
  });

  it('is plain data', async () => {
    const journal = openJournal();
    await answererOf(journal, answerOk)(callTo('/v1/models'));
    expect(JSON.parse(JSON.stringify(await journal.list()))).toEqual(await journal.list());
    expect(structuredClone(await journal.list())).toEqual(await journal.list());
  });

  it('has no route where none took the call', async () => {
    const journal = openJournal();
    await answererOf(journal, answerOk)(callTo('/v1/model'));
    expect((await journal.list())[0]).not.toHaveProperty('route');
  });

  it.each([
    [
      { mode: 'running', speed: 60 },
      { mode: 'running', speed: 60 },
    ],
    [{ mode: 'frozen' }, { mode: 'frozen', speed: 0 }],
    [
      { mode: 'polls', stepMs: 500 },
      { mode: 'polls', speed: 0 },
    ],
  ] as const)('says that the clock was %o', async (mode, expected) => {
    const journal = openJournal({ clock: new SessionClock({ start: VIRTUAL, mode }) });
    await answererOf(journal, answerOk)(callTo('/v1/models'));
    expect((await journal.list())[0]!.clock).toEqual(expected);
  });

  it('is there while its call waits, and says so', async () => {
    const journal = openJournal();
    let release: (answer: Answer) => void = () => undefined;
    const answered = answererOf(journal, () => new Promise((resolve) => (release = resolve)))(callTo('/v1/models'));
    expect(await journal.list()).toMatchObject([{ id: 1, status: 'pending' }]);
    expect((await journal.list())[0]).not.toHaveProperty('durationMs');
    release(answerOf('{}'));
    await answered;
    expect(await journal.list()).toMatchObject([{ id: 1, status: 200, durationMs: 0 }]);
  });

  it('says which later calls were made knowing the answer', async () => {
    const journal = openJournal();
    const releases: ((answer: Answer) => void)[] = [];
    const answerer = answererOf(journal, () => new Promise((resolve) => releases.push(resolve)));
    const slow = answerer(callTo('/slow'));
    const meanwhile = answerer(callTo('/meanwhile'));
    releases[0]!(answerOf('{}'));
    await slow;
    const afterwards = answerer(callTo('/afterwards'));
    releases[1]!(answerOf('{}'));
    releases[2]!(answerOf('{}'));
    await Promise.all([meanwhile, afterwards]);
    expect((await journal.list()).map(({ answeredBefore }) => answeredBefore)).toEqual([3, 4, 4]);
  });

  it('reports a connection that broke', async () => {
    const journal = openJournal();
    expect(await answererOf(journal, async () => 'network error')(callTo('/v1/models'))).toBe('network error');
    expect((await journal.list())[0]).toMatchObject({ status: 'network error' });
    expect((await journal.list())[0]).not.toHaveProperty('answer');
  });

  it('shows what the client got, and beside it what the api had said', async () => {
    const journal = openJournal();
    const answerer = answererOf(journal, async (call) => {
      call.notes!.fault = { id: 'fault_1', type: 'malformed-json', intended: answerOf('{"status": "completed"}') };
      return answerOf('{"status": "comp');
    });
    await answerer(callTo('/v1/models'));
    expect(await journal.list()).toMatchObject([
      {
        status: 200,
        answer: { body: { text: '{"status": "comp' } },
        fault: {
          id: 'fault_1',
          type: 'malformed-json',
          intended: { status: 200, body: { text: '{"status": "completed"}', bytes: 23 } },
        },
      },
    ]);
  });

  it('names the fault alone where the api was not asked', async () => {
    const journal = openJournal();
    const answerer = answererOf(journal, async (call) => {
      call.notes!.fault = { id: 'fault_1', type: 'network-error' };
      return 'network error';
    });
    await answerer(callTo('/v1/models'));
    expect((await journal.list())[0]!.fault).toEqual({ id: 'fault_1', type: 'network-error' });
  });

  it.each([
    ['HEAD', 200],
    ['GET', 304],
    ['DELETE', 204],
  ])('has no body for %s %i: none was sent', async (method, status) => {
    const journal = openJournal();
    await answererOf(journal, async () => answerOf('{"ok": true}', { status }))(callTo('/v1/models', { method }));
    expect((await journal.list())[0]!.answer).not.toHaveProperty('body');
  });

  it('leaves the call and the answer as they were', async () => {
    const journal = openJournal();
    const call = callTo('/v1/models', { method: 'POST', query: 'a=1', headers: { accept: '*/*' }, body: '{}' });
    const answer = answerOf('{}');
    const answerer = answererOf(journal, async (seen) => {
      expect(seen.header('accept')).toBe('*/*');
      expect(seen.query.get('a')).toBe('1');
      expect(await seen.text()).toBe('{}');
      expect(await seen.text()).toBe('{}');
      expect(seen.signal).toBe(call.signal);
      return answer;
    });
    expect(await answerer(call)).toBe(answer);
  });
});

describe('a call that passes the journal', () => {
  it('can be inherited from, as links do that change a part of it', async () => {
    const journal = openJournal();
    const answerer = answererOf(journal, async (call) => {
      const changed = Object.create(call, { path: { value: '/changed' } }) as typeof call;
      expect(changed.header('accept')).toBe('*/*');
      expect(changed.query.get('a')).toBe('1');
      expect(changed.signal.aborted).toBe(false);
      expect(await changed.text()).toBe('{}');
      return answerOf('{}');
    });
    await answerer(callTo('/v1/models', { method: 'POST', query: 'a=1', headers: { accept: '*/*' }, body: '{}' }));
    expect(await journal.list()).toMatchObject([{ path: '/v1/models', request: { body: { text: '{}' } } }]);
  });
});

describe('a journal', () => {
  it('lists calls in the order in which they came', async () => {
    const journal = openJournal();
    const releases: (() => void)[] = [];
    const answerer = answererOf(journal, async () => {
      await new Promise<void>((resolve) => releases.push(resolve));
      return answerOf('{}');
    });
    const calls = ['/one', '/two', '/three'].map((path) => answerer(callTo(path)));
    for (const release of releases.reverse()) release();
    await Promise.all(calls);
    expect((await journal.list()).map(({ id, path }) => [id, path])).toEqual([
      [1, '/one'],
      [2, '/two'],
      [3, '/three'],
    ]);
  });

  it('lists what came after an entry', async () => {
    const journal = openJournal();
    const answerer = answererOf(journal, answerOk);
    for (const path of ['/one', '/two', '/three']) await answerer(callTo(path));
    expect((await journal.list(1)).map(({ path }) => path)).toEqual(['/two', '/three']);
  });

  it('is empty when cleared, and its ids go on rising', async () => {
    const journal = openJournal();
    const answerer = answererOf(journal, answerOk);
    await answerer(callTo('/one'));
    journal.clear();
    expect(await journal.list()).toEqual([]);
    expect(journal).toMatchObject({ length: 0, bytes: 0 });
    await answerer(callTo('/two'));
    expect(await journal.list()).toMatchObject([{ id: 2, path: '/two' }]);
  });

  it('does not bring back a call that was under way when it was cleared', async () => {
    const journal = openJournal();
    const answered = answererOf(journal, answerOk)(callTo('/one'));
    journal.clear();
    await answered;
    expect(await journal.list()).toEqual([]);
    expect(journal.bytes).toBe(0);
  });

  it('fills in the notes that a caller hands in', async () => {
    const notes = {};
    const answerer = answererOf(openJournal(), async (call) => {
      Object.assign(call.notes!, { route: 'GET /v1/models', job: 'job_1' });
      return answerOf('{}');
    });
    await answerer({ ...callTo('/v1/models'), notes });
    expect(notes).toEqual({ route: 'GET /v1/models', job: 'job_1' });
  });

  it('calls back for each answered call, until it is disposed of', async () => {
    const heard: (JournalEntry | undefined)[] = [];
    const journal: Journal = openJournal({ listener: { answered: (id) => heard.push(find(id)) } });
    const find = await journal.lookup();
    const answerer = answererOf(journal, answerOk);
    await answerer(callTo('/one'));
    journal.dispose();
    await answerer(callTo('/two'));
    expect(heard).toMatchObject([{ path: '/one', status: 200, durationMs: 0 }]);
  });

  it('records nothing more once it is disposed of, keeps what it has, and lets calls through', async () => {
    const journal = openJournal();
    const answerer = answererOf(journal, answerOk);
    await answerer(callTo('/one'));
    journal.dispose();
    expect(await answerer(callTo('/two'))).toMatchObject({ status: 200 });
    expect(await journal.list()).toMatchObject([{ path: '/one' }]);
  });
});
