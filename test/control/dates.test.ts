import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDock, createSessions, type SimulatedDockOptions } from '../../src/index.js';
import { clientAt } from './doors.js';

const MINUTE = 60_000;

interface Answered {
  job_id: string;
  status: string;
  started_at: string;
  bytes_per_second?: number;
  total_size_bytes: number;
  downloaded_bytes: number;
  estimated_completion?: string;
  completed_at?: string;
}

afterEach(() => void vi.useRealTimers());

function opened(options: SimulatedDockOptions) {
  const dock = createDock(options);
  const client = clientAt('http://localhost:1234', (url, init) => dock.api.fetch(new Request(url, init)));
  const ask = async (method: string, path: string, body?: unknown): Promise<Answered> =>
    JSON.parse((await client(method, `/api/v1/models/download${path}`, body)).body) as Answered;
  return {
    dock,
    start: (model: string) => ask('POST', '', { model }),
    poll: (job: string) => ask('GET', `/status/${job}`),
  };
}

/** What a page shows as left, and as passed since the start, in ms of its own clock. */
const left = ({ estimated_completion: date }: Answered): number | undefined =>
  date === undefined ? undefined : Date.parse(date) - Date.now();
const passed = ({ started_at }: Answered): number => Date.now() - Date.parse(started_at);

describe('dates on the clock of the caller', () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('advance' as const), ms: fc.nat(5 * MINUTE) }),
    fc.record({ type: fc.constant('callerWaits' as const), ms: fc.nat(24 * 60 * MINUTE) }),
    fc.record({ type: fc.constant('poll' as const) }),
  );
  const time = fc.constantFrom<SimulatedDockOptions>(
    { speed: 0 },
    { speed: 0, now: '2031-05-06T07:08:09.010Z' },
    { msPerPoll: 700 },
    { speed: 1 },
    { speed: 60, now: 0 },
  );
  const model = fc.constantFrom('simulate/steady', 'simulate/slow', 'ibm/granite-4-micro', 'simulate/pauses-at-30');

  it('show what is left and what has passed on the dock’s clock, however late a client asks', async () => {
    await fc.assert(
      fc.asyncProperty(time, model, fc.array(step, { maxLength: 12 }), async (clock, name, steps) => {
        vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-03-04T05:06:07.008Z') });
        const { dock, start, poll } = opened({ ...clock, dates: 'caller' });
        const { job_id: id } = await start(name);
        for (const each of steps) {
          if (each.type === 'advance') await dock.clock.advance(each.ms);
          if (each.type === 'callerWaits') vi.setSystemTime(Date.now() + each.ms);
          const told = await poll(id);
          const job = await dock.jobs.get(id);
          const now = (await dock.clock.get()).now + (job.aheadMs ?? 0);
          expect(passed(told)).toBe(now - job.startedAt);
          if (job.state === 'downloading') {
            expect(left(told)).toBe(job.estimatedCompletion && job.estimatedCompletion - now);
          }
          if (job.state === 'completed')
            expect(Date.now() - Date.parse(told.completed_at!)).toBe(now - job.completedAt);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('show 6 s left as 6 s on a frozen dock, by the machine’s own date', async () => {
    const { dock, start, poll } = opened({ speed: 0, now: '2020-01-01', dates: 'caller' });
    const { job_id: id } = await start('simulate/steady');
    await dock.clock.advance({ until: { job: id, progress: 0.4 } });
    for (let look = 0; look < 3; look++) {
      const before = Date.now();
      const told = await poll(id);
      const end = Date.parse(told.estimated_completion!);
      expect(end - 6000).toBeGreaterThanOrEqual(before);
      expect(end - 6000).toBeLessThanOrEqual(Date.now());
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  });

  it('leave the journal, the events and the control on the dock’s clock', async () => {
    const { dock, start } = opened({ speed: 0, now: '2020-01-01', dates: 'caller' });
    await start('simulate/steady');
    const now = Date.parse('2020-01-01');
    expect(await dock.jobs.list()).toMatchObject([{ startedAt: now }]);
    expect(await dock.journal.list()).toMatchObject([{ at: now }]);
    expect(await dock.clock.get()).toMatchObject({ now, dates: 'caller' });
  });

  it('stay within the years that four digits can name', async () => {
    const { dock, start, poll } = opened({
      speed: 0,
      now: 0,
      dates: 'caller',
      scenario: { steps: [{ type: 'stall' }] },
    });
    const { job_id: id } = await start('ibm/granite-4-micro');
    await dock.clock.set({ now: Date.parse('9999-12-31T23:59:59.999Z') });
    expect((await poll(id)).started_at).toBe('1970-01-01T00:00:00.000Z');
  });

  it('are the dock’s own by default', async () => {
    const { start } = opened({ speed: 0, now: '2020-01-01' });
    expect((await start('simulate/steady')).started_at).toBe('2020-01-01T00:00:00.000Z');
  });

  it('refuse another word', () => {
    expect(() => createDock({ dates: 'mine' as 'dock' })).toThrow(
      'Cannot use dates "mine": expected "dock" or "caller".',
    );
  });

  it('are chosen for one session of many, and go into its snapshot', async () => {
    const sessions = createSessions({ speed: 0, now: '2020-01-01' });
    await sessions.open('shifted').clock.set({ dates: 'caller' });
    const startedIn = async (name: string): Promise<string> => {
      const client = clientAt(`http://localhost/s/${name}`, (url, init) => sessions.api.fetch(new Request(url, init)));
      const { body } = await client('POST', '/api/v1/models/download', { model: 'simulate/steady' });
      return (JSON.parse(body) as Answered).started_at;
    };
    expect(await startedIn('other')).toBe('2020-01-01T00:00:00.000Z');
    const before = Date.now();
    expect(Date.parse(await startedIn('shifted'))).toBeGreaterThanOrEqual(before);
    const again = createDock({ snapshot: await sessions.open('shifted').snapshot() });
    expect(await again.clock.get()).toMatchObject({ dates: 'caller' });
    expect(await sessions.open('shifted').reset()).toMatchObject({ clock: { dates: 'dock' } });
    sessions.close();
  });
});
