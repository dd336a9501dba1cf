import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSessions, type SessionEvent, type SimulatedSessions } from '../../src/index.js';
import { createEventLog, type Listeners } from '../../src/control/events/events.js';
import { SessionClock } from '../../src/control/base/session-clock.js';
import type * as WallTimer from '../../src/core/wall-timer.js';
import { START } from './suite/door.js';

const wall = vi.hoisted(() => ({
  ahead: 0,
  timers: [] as { ms: number; ring: () => void; isOver: boolean }[],
  /** How many time-outs are running. */
  waiting: 0,
}));
vi.mock('../../src/core/wall-timer.js', async (original) => {
  const real = await original<typeof WallTimer>();
  return {
    ...real,
    monotonicNow: () => real.monotonicNow() + wall.ahead,
    wallTimeout: (ms: number, callback: () => void) => {
      let isRunning = true;
      const end = (): void => {
        if (isRunning) wall.waiting--;
        isRunning = false;
      };
      wall.waiting++;
      const cancel = real.wallTimeout(ms, () => {
        end();
        callback();
      });
      return () => {
        end();
        cancel();
      };
    },
    wallInterval: (ms: number, ring: () => void) => {
      const timer = { ms, ring, isOver: false };
      wall.timers.push(timer);
      return () => (timer.isOver = true);
    },
  };
});

let sessions: SimulatedSessions;
beforeEach(() => {
  wall.ahead = 0;
  wall.timers = [];
  sessions = createSessions({ now: START, speed: 0 });
});
afterEach(() => sessions.close());

const ask = async (path = '/v1/models', headers: Record<string, string> = {}): Promise<Response> =>
  sessions.api.fetch(new Request(`http://localhost:1234${path}`, { headers }));

interface Hearing {
  seen: SessionEvent[];
  from: () => number | undefined;
  leave: () => Promise<void>;
}

function hear(after?: number): Hearing {
  const leaving = new AbortController();
  const seen: SessionEvent[] = [];
  let from: number | undefined;
  const over = (async () => {
    for await (const event of sessions.open('default').events({
      signal: leaving.signal,
      onListening: (position) => (from = position),
      ...(after !== undefined && { after }),
    }))
      seen.push(event);
  })();
  return {
    seen,
    from: () => from,
    leave: async () => {
      leaving.abort();
      await over;
    },
  };
}

const idsFrom = async (after: number, count: number): Promise<number[]> => {
  const hearing = hear(after);
  await expect.poll(() => hearing.seen.length).toBe(count);
  await hearing.leave();
  return hearing.seen.map(({ id }) => id);
};

describe('what is recorded of a session', () => {
  it('goes on for a minute after the last listener left, and then shows a gap', async () => {
    await hear().leave();
    // Well within the minute: what the machine takes is added to it.
    wall.ahead = 20_000;
    await ask();
    wall.ahead = 70_000;
    await ask();
    await ask();
    const hearing = hear(0);
    await expect.poll(() => hearing.seen.length).toBe(1);
    await ask();
    await expect.poll(() => hearing.seen.length).toBe(2);
    await hearing.leave();
    expect(hearing.seen.map(({ id }) => id)).toEqual([1, 3]);
  });

  it('is of calls only what the journal still has', async () => {
    await hear().leave();
    await ask();
    await ask();
    await sessions.open('default').journal.clear();
    await ask();
    expect(await idsFrom(0, 1)).toEqual([3]);
  });

  it('continues the ids of the earlier state, so that a returning listener misses nothing', async () => {
    const before = hear();
    await ask();
    await ask();
    await expect.poll(() => before.seen.length).toBe(2);
    await sessions.open('default').reset();
    await ask();
    await ask();
    await before.leave();
    expect(await idsFrom(2, 2)).toEqual([3, 4]);
    await sessions.open('default').restore(await sessions.open('default').snapshot());
    await ask();
    expect(await idsFrom(4, 1)).toEqual([5]);
  });

  it('continues after a recording that failed, which is reported and leaves a gap', async () => {
    const errors: unknown[] = [];
    const listeners: Listeners = { lastId: 0, leftAt: undefined };
    const clock = new SessionClock({ start: START, mode: { mode: 'frozen' } });
    const closing = new AbortController();
    let isBroken = true;
    const log = createEventLog({
      clock,
      foresight: {
        when: async () => ({ never: 'nothing happens' }),
        transitions: async () => {
          if (isBroken) throw new Error('The store is gone.');
          return [];
        },
      },
      lookupCalls: async () => () => undefined,
      listeners,
      closing: closing.signal,
      onError: (error) => errors.push(error),
    });
    const events = log.listen()[Symbol.asyncIterator]();
    const next = events.next();
    clock.advance(10);
    log.decided({ type: 'scenario' });
    await expect.poll(() => errors.length).toBe(1);
    isBroken = false;
    log.decided({ type: 'scenario' });
    expect(await next).toMatchObject({ value: { id: 2, type: 'decision' } });
    closing.abort();
    await events.next();
  });
});

describe('a stream of events', () => {
  it('begins with the id it begins after, where nothing was seen too', async () => {
    const first = hear();
    await ask();
    await expect.poll(() => first.seen.length).toBe(1);
    for (const [headers, id] of [
      [{}, 1],
      [{ 'Last-Event-ID': '0' }, 0],
      [{ 'Last-Event-ID': '99' }, 1],
    ] as const) {
      const reader = (await ask('/__modeldock/events', headers)).body!.getReader();
      expect(new TextDecoder().decode((await reader.read()).value)).toBe(`: listening\nid: ${id}\n\n`);
      await reader.cancel();
    }
    await first.leave();
  });

  it('beats every 15 s for as long as it is read', async () => {
    const reader = (await ask('/__modeldock/events')).body!.getReader();
    await reader.read();
    expect(wall.timers.map(({ ms, isOver }) => ({ ms, isOver }))).toEqual([{ ms: 15_000, isOver: false }]);
    for (let beat = 0; beat < 2; beat++) {
      const reading = reader.read();
      wall.timers[0]!.ring();
      expect(new TextDecoder().decode((await reading).value)).toBe(': still listening\n\n');
    }
    await reader.cancel();
    expect(wall.timers[0]!.isOver).toBe(true);
    const again = (await ask('/__modeldock/events')).body!.getReader();
    await again.read();
    const end = again.read();
    await sessions.open('default').reset();
    expect((await end).done).toBe(true);
    expect(wall.timers[1]!.isOver).toBe(true);
  });
});

describe('a listener that begins when its session has been reset', () => {
  it('ends, and misses no event of the next state', async () => {
    const events = sessions.open('default').events()[Symbol.asyncIterator]();
    await sessions.open('default').reset();
    expect((await events.next()).done).toBe(true);
    await ask();
    await ask();
    const again = hear(0);
    await expect
      .poll(() => again.seen.map(({ id, type }) => [id, type]))
      .toEqual([
        [1, 'call'],
        [2, 'call'],
      ]);
    await again.leave();
  });
});

describe('a listener that stopped reading', () => {
  it.each(['reset', 'close'] as const)('leaves no timer behind when its session ends by %s', async (end) => {
    const running = createSessions({ now: START });
    const before = wall.waiting;
    const control = running.open('default');
    const events = control.events()[Symbol.asyncIterator]();
    const first = events.next();
    await control.models.add('ibm/granite-4-micro');
    await first;
    const body = JSON.stringify({ model: 'simulate/slow' });
    const headers = { 'Content-Type': 'application/json' };
    const request = new Request('http://localhost:1234/api/v1/models/download', { method: 'POST', headers, body });
    await running.api.fetch(request);
    if (end === 'reset') await control.reset();
    else running.close();
    await expect.poll(() => wall.waiting).toBe(before);
    running.close();
  });
});

describe('many listeners that share one signal', () => {
  it('hang, wait and listen without a warning about listeners', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const dock = sessions.open('default');
    const started = await sessions.api.fetch(
      new Request('http://localhost:1234/api/v1/models/download', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"model":"simulate/slow"}',
      }),
    );
    const { job_id: job } = (await started.json()) as { job_id: string };
    await dock.faults.add({ when: {}, effect: { type: 'hang' } });
    const leaving = new AbortController();
    const all = Array.from({ length: 15 }, () => [
      dock.events({ signal: leaving.signal })[Symbol.asyncIterator]().next(),
      dock.jobs.wait(job, {}, leaving.signal).catch(() => undefined),
      ask().catch(() => undefined),
    ]).flat();
    await new Promise((resolve) => setTimeout(resolve, 20));
    leaving.abort();
    await dock.reset();
    await Promise.all(all);
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('warning', note);
    expect(warnings.map(({ name }) => name)).toEqual([]);
  });
});
