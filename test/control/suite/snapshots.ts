import { describe, expect } from 'vitest';
import type { DockControl } from '../../../src/index.js';
import { refusal, stagedIn, START, type Door, type Stage } from './door.js';

export function snapshots(door: Door): void {
  const staged = stagedIn(door);

  describe('a snapshot', () => {
    staged('is plain data', {}, async (stage) => {
      await live(stage);
      const snapshot = await stage.control.snapshot();
      expect(JSON.parse(JSON.stringify(snapshot))).toStrictEqual(snapshot);
    });

    staged('restores everything except the journal', {}, async (stage) => {
      const { control } = stage;
      await live(stage);
      const snapshot = await control.snapshot();
      const before = await look(control);
      const entries = await control.journal.list();
      await control.reset();
      expect(await look(control)).not.toEqual(before);
      const status = await control.restore(JSON.parse(JSON.stringify(snapshot)));
      expect(status).toMatchObject({ jobs: 3, faults: 1, clock: { now: START + 1500 } });
      expect(await look(control)).toEqual(before);
      expect(await control.snapshot()).toEqual(snapshot);
      expect(entries).not.toEqual([]);
      expect(JSON.stringify(snapshot)).not.toContain('"entries"');
    });

    staged('taken while time moves and jobs start can be restored', {}, async ({ control, start }) => {
      for (let count = 1; count <= 50; count++) await start(`simulate/slow-run-${count}`);
      const taking = control.snapshot();
      await control.clock.advance(1000);
      await start('simulate/slow');
      expect((await control.restore(await taking)).jobs).toBeGreaterThanOrEqual(50);
    });

    staged('of a repo with more bytes than safe integers can be restored', {}, async ({ control, start }) => {
      await start('https://huggingface.co/me/huge-99999999999B-GGUF');
      expect((await control.restore(await control.snapshot())).jobs).toBe(1);
    });

    staged('of a job that polls have advanced to the last valid time can be restored', {}, async (stage) => {
      const { control, poll, start } = stage;
      for (const stepMs of [253_402_300_799_999, Number.MAX_SAFE_INTEGER]) {
        await control.clock.set({ mode: 'polls', stepMs });
        const job = await start(`simulate/stalls-at-50-run-${stepMs}`);
        for (let count = 0; count < 3; count++) await poll(job);
        await control.jobs.fail(job, { code: 'hub_error' });
      }
      expect((await control.restore(await control.snapshot())).jobs).toBe(2);
    });

    staged('takes the session back to its moment, as often as wanted', {}, async ({ control, start, poll }) => {
      const job = await start('simulate/slow');
      const early = await control.snapshot();
      for (let turn = 0; turn < 3; turn++) {
        await control.clock.advance(10_100);
        expect(await poll(job)).toMatchObject({ status: 'downloading', downloaded_bytes: 10_000_000 });
        await control.restore(early);
      }
    });

    staged('of a running clock goes on from its moment', { speed: 1 }, async ({ control }) => {
      const snapshot = await control.snapshot();
      const { now } = (await control.restore(snapshot)).clock;
      expect(now).toBeGreaterThanOrEqual(snapshot.clock.now);
      expect(now).toBeLessThan(snapshot.clock.now + 60_000);
    });

    staged('that is not one is refused, and the session stays as it was', {}, async (stage) => {
      const { control } = stage;
      await live(stage);
      const snapshot = await control.snapshot();
      const before = await look(control);
      const { clock: _, ...withoutClock } = snapshot;
      const { simulation: __, ...withoutSimulation } = snapshot;
      const { jobs } = snapshot.simulation as { jobs: object[] };
      const wrong: [unknown, string][] = [
        [null, 'the snapshot: expected an object'],
        [[], 'the snapshot: expected an object'],
        ['snapshot', 'the snapshot: expected an object'],
        [withoutClock, 'clock: expected an object, found nothing'],
        [withoutSimulation, 'simulation'],
        [{ ...snapshot, modeldock: 0 }, 'version 0: this modeldock reads version 1'],
        [{ ...snapshot, modeldock: 2 }, 'version 2: this modeldock reads version 1'],
        [{ ...snapshot, more: 1 }, 'more: expected no key of this name'],
        [{ ...snapshot, faults: { added: 'many' } }, 'added'],
        [{ ...snapshot, faults: { added: Number.MAX_SAFE_INTEGER, faults: [] } }, 'added'],
        [{ ...snapshot, simulation: { ...snapshot.simulation, freeDraw: Number.MAX_SAFE_INTEGER } }, 'freeDraw'],
        [{ ...snapshot, simulation: { ...snapshot.simulation, jobs: [...jobs, {}] } }, 'jobs[3].id'],
      ];
      for (const [input, reason] of wrong) {
        const refused = await refusal(control.restore(input));
        expect(refused).toMatchObject({ name: 'ControlError', status: 400, code: 'bad_snapshot' });
        expect(refused.message).toContain(reason);
        expect(await look(control)).toEqual(before);
      }
    });

    staged('that is refused ends nothing that is under way', {}, async ({ control, start }) => {
      const job = await start('simulate/steady');
      const wait = control.jobs.wait(job, { status: 'completed', timeoutMs: 3000 });
      const snapshot = await control.snapshot();
      const mangled = { ...snapshot, simulation: { ...snapshot.simulation, jobs: 'none' } };
      expect(await refusal(control.restore(mangled))).toMatchObject({ code: 'bad_snapshot' });
      await control.clock.advance({ until: 'idle' });
      expect(await wait).toMatchObject({ state: 'completed' });
    });
  });

  describe('a fork', () => {
    if (door.cannotFork !== undefined) {
      staged(`is refused: ${door.cannotFork}`, {}, async ({ control }) => {
        expect(await refusal(control.fork())).toMatchObject({ status: 501, code: 'unsupported' });
      });
      return;
    }

    staged('goes on from the present moment, with an empty journal and the same counters', {}, async (stage) => {
      const { control } = stage;
      await live(stage);
      const fork = await control.fork();
      expect(await look(fork)).toEqual(await look(control));
      expect(await control.journal.list()).not.toEqual([]);
      expect(await fork.journal.list()).toEqual([]);
      expect((await fork.faults.list())[0]).toMatchObject({ seen: 1, fired: 1 });
      // Ids are not used again either.
      expect((await fork.faults.add({ effect: { type: 'network-error' } })).id).toBe('fault-2');
    });

    staged('and its origin do not see each other', {}, async (stage) => {
      const { control } = stage;
      await live(stage);
      const fork = await control.fork();
      const before = await look(fork);
      await control.clock.advance(99_000);
      await control.faults.clear();
      await control.models.add('openai/gpt-oss-20b');
      await control.scenario.set({ scenario: 'fails' });
      await stage.start('simulate/steady-run-9');
      expect(await look(fork)).toEqual(before);
      const here = await look(control);
      await fork.reset();
      expect(await look(control)).toEqual(here);
    });

    staged('of a fork is one more session', {}, async ({ control, start }) => {
      const job = await start('simulate/slow');
      const fork = await (await control.fork()).fork();
      await fork.clock.advance(10_100);
      expect((await fork.jobs.get(job)).downloadedBytes).toBe(10_000_000);
      expect((await control.jobs.get(job)).downloadedBytes).toBe(0);
    });
  });
}

/** Something of everything that a snapshot has to keep. */
async function live({ control, client, start }: Stage): Promise<void> {
  await control.models.add('ibm/granite-4-micro');
  await control.scenario.set({ rules: [{ model: 'qwen/*', scenario: 'flaky' }] });
  await start('simulate/steady');
  const held = await start('qwen/qwen3-8b');
  await control.clock.advance(1500);
  await control.jobs.pause(held);
  await start('simulate/fails-at-50');
  await control.faults.add({ effect: { type: 'status', status: 503 }, times: 1 });
  await client('GET', '/v1/models');
  await client('POST', '/api/v1/models/load', { model: 'ibm/granite-4-micro' });
}

/** Everything that the control shows of a session. */
async function look(control: DockControl): Promise<unknown> {
  return {
    clock: await control.clock.get(),
    jobs: await control.jobs.list(),
    scenario: await control.scenario.get(),
    faults: await control.faults.list(),
    models: await control.models.list(),
  };
}
