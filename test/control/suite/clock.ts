import { describe, expect } from 'vitest';
import { refusal, stagedIn, START, type Door } from './door.js';

const date = (ms: number): string => new Date(ms).toISOString();

export function theClock(door: Door): void {
  const staged = stagedIn(door);

  describe('the clock', () => {
    staged('shows its mode and its time', {}, async ({ control }) => {
      expect(await control.clock.get()).toEqual({
        mode: 'frozen',
        now: START,
        date: '2025-10-03T15:33:23.496Z',
        dates: 'dock',
      });
    });

    staged('runs at the speed it is given, and stops', { speed: 0 }, async ({ control }) => {
      const set = await control.clock.set({ mode: 'running', speed: 1_000_000 });
      expect(set).toMatchObject({ mode: 'running', speed: 1_000_000 });
      await expect.poll(async () => (await control.clock.get()).now).toBeGreaterThan(START + 10_000);
      const { now } = await control.clock.set({ mode: 'frozen' });
      expect((await control.clock.get()).now).toBe(now);
    });

    staged('takes a mode from the value that belongs to it', {}, async ({ control }) => {
      expect(await control.clock.set({ stepMs: 250 })).toMatchObject({ mode: 'polls', stepMs: 250 });
      expect(await control.clock.set({ speed: 60 })).toMatchObject({ mode: 'running', speed: 60 });
      expect(await control.clock.set({ mode: 'polls' })).toMatchObject({ mode: 'polls', stepMs: 250 });
    });

    staged('is set to a time or a date', {}, async ({ control }) => {
      expect(await control.clock.set({ now: START + 5 })).toMatchObject({ now: START + 5 });
      expect(await control.clock.set({ now: '2031-01-01T00:00:00Z' })).toMatchObject({
        date: date(Date.UTC(2031, 0)),
      });
    });

    staged('is set back as long as nothing was decided', {}, async ({ control }) => {
      expect(await control.clock.set({ now: START - 1_000_000 })).toMatchObject({ now: START - 1_000_000 });
    });

    staged('is never set before the latest decision', {}, async ({ control, start }) => {
      await control.clock.advance(1000);
      await start('simulate/slow');
      await control.clock.advance(1000);
      expect(await refusal(control.clock.set({ now: START + 999 }))).toEqual({
        name: 'ControlError',
        status: 409,
        code: 'time_travel',
        message:
          `Cannot set the clock to ${date(START + 999)}: the session's latest decision was made at ${date(START + 1000)}. ` +
          'Set a later time, reset the session, or restore a snapshot.',
      });
      expect((await control.clock.get()).now).toBe(START + 2000);
      expect(await control.clock.set({ now: START + 1000 })).toMatchObject({ now: START + 1000 });
    });

    staged('stays as it was when what it is given is refused', {}, async ({ control }) => {
      const before = await control.clock.get();
      for (const change of [
        { now: 'tomorrow' },
        { now: -1 },
        { now: 1e16 },
        { speed: -1 },
        { stepMs: 0 },
        { mode: 'backwards' as 'frozen' },
        { mode: 'polls' as const, now: 'tomorrow' },
      ]) {
        expect(await refusal(control.clock.set(change))).toMatchObject({ status: 400, code: 'invalid_request' });
        expect(await control.clock.get()).toEqual(before);
      }
    });

    staged('lets a poll move the job that is polled by one step, and no other', { msPerPoll: 1000 }, async (stage) => {
      const one = await stage.start('simulate/steady');
      const other = await stage.start('simulate/steady-run-2');
      // 100 ms to connect, then 100 MB/s.
      expect((await stage.poll(one)).downloaded_bytes).toBe(90_000_000);
      expect((await stage.poll(one)).downloaded_bytes).toBe(190_000_000);
      expect((await stage.poll(other)).downloaded_bytes).toBe(90_000_000);
      expect((await stage.control.clock.get()).now).toBe(START);
    });

    staged('lets a request that attaches to a job move it as a poll does', { msPerPoll: 1000 }, async (stage) => {
      const job = await stage.start('simulate/steady');
      expect((await stage.attach('simulate/steady')).downloaded_bytes).toBe(90_000_000);
      expect((await stage.poll(job)).downloaded_bytes).toBe(190_000_000);
    });

    staged(
      'does not move a job when the control looks at it',
      { msPerPoll: 1000 },
      async ({ control, start, poll }) => {
        const job = await start('simulate/steady');
        await control.jobs.list();
        await control.jobs.get(job);
        expect((await poll(job)).downloaded_bytes).toBe(90_000_000);
      },
    );

    staged('goes back to the first moment with a reset', {}, async ({ control, start, poll }) => {
      const job = await start('simulate/steady');
      await control.clock.set({ mode: 'running', speed: 5 });
      await control.clock.advance(60_000);
      expect(await control.reset()).toMatchObject({
        clock: { mode: 'frozen', now: START },
        jobs: 0,
        faults: 0,
        journalEntries: 0,
      });
      await expect(poll(job)).rejects.toThrow('404');
      // Ids go on: what still polls the old one does not find another job there.
      expect(await start('simulate/slow')).not.toBe(job);
    });
  });
}
