import { describe, expect } from 'vitest';
import type { DockControl, SessionEvent } from '../../../src/index.js';
import { stagedIn, START, type Door } from './door.js';

export function theRecord(door: Door): void {
  const staged = stagedIn(door);

  describe('the journal', () => {
    staged(
      'has the calls of clients and their answers, and no control calls',
      {},
      async ({ control, client, start, poll }) => {
        const job = await start('simulate/steady');
        await control.clock.advance(1000);
        await control.jobs.list();
        await poll(job);
        await client('GET', '/api/tags');
        const entries = await control.journal.list();
        expect(entries.map(({ id, at, method, path, status }) => ({ id, at, method, path, status }))).toEqual([
          { id: 1, at: START, method: 'POST', path: '/api/v1/models/download', status: 200 },
          { id: 2, at: START + 1000, method: 'GET', path: `/api/v1/models/download/status/${job}`, status: 200 },
          { id: 3, at: START + 1000, method: 'GET', path: '/api/tags', status: 200 },
        ]);
        expect(entries[0]).toMatchObject({ model: 'simulate/steady', job, clock: { mode: 'frozen', speed: 0 } });
        expect(entries.map(({ route }) => route)).toEqual([
          'POST /api/v1/models/download',
          'GET /api/v1/models/download/status/:job_id',
          undefined,
        ]);
        expect((await control.status()).journalEntries).toBe(3);
      },
    );

    staged('is emptied, and its ids go on', {}, async ({ control, client }) => {
      await client('GET', '/v1/models');
      await control.journal.clear();
      expect(await control.journal.list()).toEqual([]);
      await client('GET', '/v1/models');
      expect((await control.journal.list()).map(({ id }) => id)).toEqual([2]);
    });
  });

  describe('the findings', () => {
    staged('are none while a client does well', {}, async ({ control, start, poll }) => {
      const job = await start('simulate/steady');
      await control.clock.advance({ until: 'idle' });
      await poll(job);
      expect(await control.findings()).toEqual([]);
    });

    staged('name what a client does wrong, and the calls that show it', {}, async ({ control, client }) => {
      await client('GET', '/api/tags');
      await client('GET', '/api/v1/models/download/status/undefined');
      const findings = await control.findings();
      expect(findings.map(({ id, entries, judged }) => ({ id, entries, judged }))).toEqual([
        { id: 'unknown-route-taken-for-success', entries: [1], judged: true },
        { id: 'status-of-undefined', entries: [2], judged: true },
      ]);
    });
  });

  describe('the events', () => {
    staged('tell of decisions, calls and transitions, in order', {}, async ({ control, start }) => {
      const events = await listen(control);
      const job = await start('simulate/fails-at-50');
      await control.clock.advance(60_000);
      const seen = await events.next(3);
      expect(seen.map(({ id }) => id)).toEqual([1, 2, 3]);
      expect(seen[0]).toMatchObject({ type: 'decision', at: START, decision: { type: 'started', job } });
      expect(seen[1]).toMatchObject({ type: 'call', at: START, call: { id: 1, job, status: 200 } });
      expect(seen[2]).toMatchObject({ type: 'transition', transition: { at: START + 5100, job, type: 'failed' } });
      await events.stop();
    });

    staged('come at their time while the clock runs', { speed: 50 }, async ({ control, start }) => {
      const events = await listen(control);
      const job = await start('simulate/pauses-at-30');
      const seen = await events.next(3);
      // On a slow machine the job pauses before its own call is recorded.
      expect(seen.find(({ type }) => type === 'transition')).toMatchObject({ transition: { job, type: 'paused' } });
      await events.stop();
    });

    staged('go on after the one that was seen last', {}, async ({ control, client, start }) => {
      const events = await listen(control);
      await start('simulate/steady');
      const [, last] = await events.next(2);
      await events.stop();
      await control.clock.advance(60_000);
      await client('GET', '/v1/models');
      const again = await listen(control, last!.id);
      const seen = await again.next(2);
      expect(seen.map(({ id, type }) => ({ id, type }))).toEqual([
        { id: 3, type: 'transition' },
        { id: 4, type: 'call' },
      ]);
      await again.stop();
    });

    staged('are kept up to a thousand, and the ids show a gap', {}, async ({ control, client }) => {
      const first = await listen(control);
      await client('GET', '/v1/models');
      await first.next(1);
      await first.stop();
      for (let call = 0; call < 1010; call++) await client('GET', '/v1/models');
      const again = await listen(control, 1);
      const [oldest] = await again.next(1);
      expect(oldest!.id).toBe(12);
      await again.stop();
    });

    staged('end with the session they are of', {}, async ({ control, start }) => {
      const events = await listen(control);
      await start('simulate/steady');
      await events.next(2);
      await control.reset();
      expect(await events.isOver()).toBe(true);
    });

    staged('reach every listener', {}, async ({ control, start }) => {
      const listeners = await Promise.all([listen(control), listen(control), listen(control)]);
      await start('simulate/steady');
      const [one, ...others] = await Promise.all(listeners.map((listener) => listener.next(2)));
      for (const other of others) expect(other).toEqual(one);
      for (const listener of listeners) await listener.stop();
    });
  });
}

interface Listener {
  next(count: number): Promise<SessionEvent[]>;
  isOver(): Promise<boolean>;
  stop(): Promise<void>;
}

/** Listens from now on: later control calls are seen. */
/** Resolves when the listening has begun: over HTTP that takes longer than what a client does next. */
async function listen(control: DockControl, after?: number): Promise<Listener> {
  const leaving = new AbortController();
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const stream = control.events({
    signal: leaving.signal,
    onListening: () => begin(),
    ...(after !== undefined && { after }),
  });
  const events = stream[Symbol.asyncIterator]();
  let upcoming = events.next();
  await Promise.race([begun, upcoming]);
  const take = async (): Promise<IteratorResult<SessionEvent>> => {
    const result = await upcoming;
    upcoming = events.next();
    return result;
  };
  return {
    next: async (count) => {
      const seen: SessionEvent[] = [];
      while (seen.length < count) {
        const result = await take();
        if (result.done === true) throw new Error(`The events ended after ${JSON.stringify(seen)}.`);
        seen.push(result.value);
      }
      return seen;
    },
    isOver: async () => (await take()).done === true,
    stop: async () => {
      leaving.abort();
      await upcoming.catch(() => undefined);
    },
  };
}
