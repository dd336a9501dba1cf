import { describe, expect, it, vi } from 'vitest';
import type { Answer, Answerer, Call } from '../../src/api/call.js';
import { Faults, type FaultsContext } from '../../src/control/faults/faults.js';
import { createDock } from '../../src/index.js';
import { NOON, openFaultWorld, times, unavailable } from './fault-world.js';

describe('a session without faults, or with none that is left', () => {
  it('hands calls on as they are, and looks at neither them nor the time', async () => {
    const unread = (): never => {
      throw new Error('Unexpected call');
    };
    const spent = { id: 'fault-1', fault: { effect: unavailable, times: 1 }, addedAt: NOON, seen: 1, fired: 1 };
    for (const faults of [[], [spent]]) {
      const session = new Faults(new Proxy({} as FaultsContext, { get: unread }), { added: 1, faults });
      const call = new Proxy({} as Call, { get: unread });
      const answer = Promise.resolve<Answer>('network error');
      const next = vi.fn<Answerer>(() => answer);
      expect(session.pass(call, next)).toBe(answer);
      expect(next.mock.calls[0]![0]).toBe(call);
    }
  });
});

describe('the faults of a session', () => {
  it('are listed oldest first, with what they have seen and done', async () => {
    const { add, dock, get, statuses } = openFaultWorld();
    await add({ when: { nth: [2, 3] }, effect: unavailable, times: 1 }, { effect: { type: 'latency', ms: 0 } });
    await statuses(times(3, () => get('/api/v1/models')));
    expect(await dock.faults.list()).toEqual([
      {
        id: 'fault-1',
        when: { nth: [2, 3] },
        effect: unavailable,
        times: 1,
        addedAt: NOON,
        seen: 2,
        fired: 1,
        ended: true,
      },
      { id: 'fault-2', effect: { type: 'latency', ms: 0 }, addedAt: NOON, seen: 3, fired: 3, ended: false },
    ]);
  });

  it('are not those that a caller changes afterwards', async () => {
    const { dock, get } = openFaultWorld();
    const body = { told: ['first'], toJSON: undefined, left: () => 'out' };
    const fault = { when: { path: '/v1/models' }, effect: { ...unavailable, body } };
    const added = await dock.faults.add(fault);
    const [listed] = await dock.faults.list();
    fault.when.path = '*';
    body.told.push('second');
    for (const copy of [added, listed!]) {
      copy.when!.path = '*';
      (copy.effect as typeof fault.effect).body.told.push('third');
    }
    expect((await get('/api/v1/models')).status).toBe(200);
    expect(await (await get('/v1/models')).json()).toEqual({ told: ['first'] });
  });

  it('end after so many calls', async () => {
    const { add, get, statuses } = openFaultWorld();
    await add({ effect: { type: 'status', status: 429 }, times: 2 });
    expect(await statuses(times(4, () => get('/api/v1/models')))).toEqual([429, 429, 200, 200]);
  });

  it('end after so many calls that come at once', async () => {
    const { add, poll, start } = openFaultWorld();
    const job = await start();
    await add({ when: { model: '*' }, effect: unavailable, times: 2 });
    const answers = await Promise.all(times(5, () => poll(job)).map((call) => call()));
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 200, 200, 200]);
  });

  it('go when they are removed, by an id that is not given again', async () => {
    const { add, dock, get } = openFaultWorld();
    await add({ effect: unavailable });
    await dock.faults.remove('fault-1');
    expect((await get('/api/v1/models')).status).toBe(200);
    await add({ effect: unavailable });
    await dock.faults.clear();
    expect(await dock.faults.list()).toEqual([]);
    expect((await get('/api/v1/models')).status).toBe(200);
    expect((await dock.faults.add({ effect: unavailable })).id).toBe('fault-3');
  });

  it('are listed when an unknown one is to be removed', async () => {
    const { add, dock } = openFaultWorld();
    await expect(dock.faults.remove('fault-1')).rejects.toMatchObject({
      status: 404,
      code: 'not_found',
      message: 'Cannot remove the fault fault-1: the session has no faults.',
    });
    await add({ effect: unavailable }, { effect: unavailable });
    await expect(dock.faults.remove('fault-7')).rejects.toMatchObject({
      message: 'Cannot remove the fault fault-7: expected one of fault-1, fault-2, found fault-7.',
    });
  });

  it('are limited to a thousand', async () => {
    const { add, dock } = openFaultWorld();
    await add(...times(1000, { effect: unavailable }));
    await expect(dock.faults.add({ effect: unavailable })).rejects.toMatchObject({
      status: 400,
      code: 'invalid_request',
      message: 'Cannot add a fault: this session has 1000 of them already. Remove those that have ended.',
    });
  });

  it('are gone after a reset, and numbered from the beginning', async () => {
    const { add, dock, get } = openFaultWorld();
    await add({ effect: unavailable });
    await dock.reset();
    expect((await get('/api/v1/models')).status).toBe(200);
    expect((await dock.faults.add({ effect: unavailable })).id).toBe('fault-1');
  });
});

describe('the counters of faults', () => {
  const story = [
    { when: { nth: 4 }, effect: { type: 'status', status: 500 } },
    { when: { chance: 0.5 }, effect: { type: 'status', status: 502 }, times: 6 },
    { when: { during: { afterMs: 1000 } }, effect: { type: 'status', status: 504 } },
  ] as const;

  it('go on in a snapshot, a fork and a restored session as they would have', async () => {
    const first = openFaultWorld();
    await first.add(...structuredClone(story));
    const polls = times(20, () => first.get('/api/v1/models'));
    await first.statuses(polls.slice(0, 3));
    const fork = await first.dock.fork();
    const snapshot: unknown = JSON.parse(JSON.stringify(await first.dock.snapshot()));
    await first.dock.clock.advance(1000);
    const expected = await first.statuses(polls);
    expect(new Set(expected)).toEqual(new Set([500, 502, 504]));

    for (const dock of [fork, createDock({ snapshot })]) {
      await dock.clock.advance(1000);
      const get = (): Promise<Response> => dock.api.fetch(new Request('http://localhost:1234/api/v1/models'));
      expect(await first.statuses(times(20, get))).toEqual(expected);
      expect(await dock.faults.list()).toEqual(await first.dock.faults.list());
      expect((await dock.faults.add({ effect: unavailable })).id).toBe('fault-4');
      dock.close();
    }
  });

  it.each([
    ['counters below zero', { seen: -1 }, 'faults[0].seen: expected a number of at least 0, found -1'],
    ['a fault that is none', { fault: { effect: { type: 'x' } } }, 'faults[0].fault.effect.type: expected one of'],
    [
      'an id that will be given again',
      { id: 'fault-2' },
      'faults[0].id: expected ids that rise up to fault-1, found "fault-2"',
    ],
    [
      'a fault that contradicts itself',
      { fault: { when: { nth: { from: 2, to: 1 } }, effect: { type: 'hang' } } },
      'fault-1: when.nth: expected "from" not to be after "to"',
    ],
  ])('are refused in a snapshot with %s, and the session stays as it was', async (_what, change, message) => {
    const { add, dock } = openFaultWorld();
    await add({ effect: { type: 'hang' } });
    const snapshot = await dock.snapshot();
    const faults = snapshot.faults as { faults: object[] };
    const mangled = { ...snapshot, faults: { ...faults, faults: [{ ...faults.faults[0], ...change }] } };
    await expect(dock.restore(mangled)).rejects.toMatchObject({ status: 400, code: 'bad_snapshot' });
    await expect(dock.restore(mangled)).rejects.toThrow(message);
    expect(await dock.faults.list()).toHaveLength(1);
  });

  it('are refused in a snapshot that has one fault twice', async () => {
    const { add, dock } = openFaultWorld();
    await add({ effect: { type: 'hang' } }, { effect: { type: 'hang' } });
    const snapshot = await dock.snapshot();
    const state = snapshot.faults as { faults: object[] };
    const twice = { ...snapshot, faults: { ...state, faults: [state.faults[1], state.faults[1]] } };
    await expect(dock.restore(twice)).rejects.toThrow('faults[1].id: expected ids that rise up to fault-2');
  });
});
