import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { jobStatus } from '../../src/contract/answers.js';
import { toJobStatus } from '../../src/contract/job-answers.js';
import { MAX_TIME } from '../../src/core/clock.js';
import { RefusedError } from '../../src/core/errors.js';
import type { JobSnapshot, ScenarioStep } from '../../src/index.js';
import { snapshotAt, type SimulatedJob } from '../../src/simulator/job.js';
import { type Event, events, runs, SEED, size, scenario } from './arbitraries.js';
import { RISE, setStage, type Stage } from './stage.js';

interface Life {
  /** How the job stood after each event. */
  snapshots: { at: number; job: JobSnapshot }[];
  record: SimulatedJob;
}

interface Moment {
  after: number;
  event: Event;
}

/** Lives through the events; `look` may look more often, or not at all, and it must not matter. */
async function live(
  steps: readonly ScenarioStep[],
  totalBytes: number,
  moments: readonly Moment[],
  look: (stage: Stage, id: string) => Promise<void> = async () => undefined,
): Promise<Life> {
  const stage = setStage(steps, { size: totalBytes });
  const started = await stage.start();
  if (started === 'already_downloaded') throw new Error('The stage was not empty.');
  const { id } = started;
  let at = RISE;
  const snapshots = [{ at, job: started }];
  for (const { after, event } of moments) {
    at = Math.min(at + after, MAX_TIME);
    await stage.at(at - RISE);
    await look(stage, id);
    if (event !== 'look') await tryTo(stage, event, id);
    await look(stage, id);
    snapshots.push({ at, job: await stage.at(at - RISE, id) });
  }
  return { snapshots, record: (await stage.store.get(id))! };
}

async function tryTo(
  { simulation: { jobs: control } }: Stage,
  event: Exclude<Event, 'look'>,
  id: string,
): Promise<void> {
  try {
    await (event === 'fail' ? control.fail(id, 'network_error') : control[event](id));
  } catch (error) {
    // Not every job can be paused, resumed, cancelled or failed at every time.
    if (!(error instanceof RefusedError)) throw error;
  }
}

const settings = { seed: SEED, numRuns: runs(400) };

const common = ['job_id', 'status', 'total_size_bytes', 'downloaded_bytes', 'started_at'];
const fields = {
  moving: [...common, 'bytes_per_second', 'estimated_completion'].sort(),
  still: [...common, 'bytes_per_second'].sort(),
  paused: [...common].sort(),
  completed: [...common, 'completed_at'].sort(),
  failed: [...common].sort(),
};

describe('whatever the scenario, the size and the operator do', () => {
  test.prop([scenario, size, events], settings)(
    'bytes never pass the total, and fall only in a rewind and when they are dropped',
    async (steps, totalBytes, moments) => {
      const { snapshots } = await live(steps, totalBytes, moments);
      let before = 0;
      let falls = 0;
      for (const { job } of snapshots) {
        expect(Number.isSafeInteger(job.downloadedBytes)).toBe(true);
        expect(job.downloadedBytes).toBeGreaterThanOrEqual(0);
        expect(job.downloadedBytes).toBeLessThanOrEqual(totalBytes);
        expect(job.totalBytes).toBe(totalBytes);
        const dropped = job.state === 'failed' && job.code === 'cancelled';
        if (dropped) expect(job.downloadedBytes).toBe(0);
        else if (job.downloadedBytes < before) falls++;
        if (job.state === 'completed') expect(job.downloadedBytes).toBe(totalBytes);
        before = job.downloadedBytes;
      }
      expect(falls).toBeLessThanOrEqual(steps.filter(({ type }) => type === 'rewind').length);
    },
  );

  test.prop([scenario, size, events], settings)(
    'the speed is finite and never negative, and there is an estimate exactly when it is above 0',
    async (steps, totalBytes, moments) => {
      const { snapshots } = await live(steps, totalBytes, moments);
      for (const { at, job } of snapshots) {
        if (job.state !== 'downloading') continue;
        expect(job.bytesPerSecond).toBeGreaterThanOrEqual(0);
        expect(job.bytesPerSecond).toBeLessThan(Infinity);
        expect(Object.hasOwn(job, 'estimatedCompletion')).toBe(job.bytesPerSecond > 0);
        if (job.estimatedCompletion === undefined) continue;
        expect(Number.isInteger(job.estimatedCompletion)).toBe(true);
        expect(job.estimatedCompletion).toBeGreaterThanOrEqual(at);
        expect(job.estimatedCompletion).toBeLessThanOrEqual(MAX_TIME);
      }
    },
  );

  test.prop([scenario, size, events], settings)(
    'the answer has exactly the fields of its status, and every date can be read',
    async (steps, totalBytes, moments) => {
      const { snapshots } = await live(steps, totalBytes, moments);
      for (const { job } of snapshots) {
        const answer = toJobStatus(job);
        const kind = job.state === 'downloading' ? (job.bytesPerSecond > 0 ? 'moving' : 'still') : job.state;
        expect(Object.keys(answer).sort()).toEqual(fields[kind]);
        expect(jobStatus.safeParse(JSON.parse(JSON.stringify(answer)))).toMatchObject({ success: true });
      }
    },
  );

  test.prop([scenario, size, events, fc.nat(3)], settings)(
    'it does not matter who looked before, or how often',
    async (steps, totalBytes, moments, looks) => {
      const alone = await live(steps, totalBytes, moments);
      const watched = await live(steps, totalBytes, moments, async (stage, id) => {
        for (let time = 0; time < looks; time++) {
          const job = await stage.engine.status(id);
          // Asking for the model again is how some clients look; after a failure it would be a retry.
          if (job?.state !== 'failed') await stage.start();
          for await (const each of stage.simulation.jobs.list()) expect(each.id).toBe(id);
          await stage.library.installed();
        }
      });
      expect(watched).toEqual(alone);
    },
  );

  test.prop([scenario, size, events, fc.nat(1e9)], settings)(
    'a job that has ended gives the same answer forever',
    async (steps, totalBytes, moments, later) => {
      const { record, snapshots } = await live(steps, totalBytes, moments);
      const first = snapshots.findIndex(({ job }) => job.state === 'completed' || job.state === 'failed');
      if (first === -1) return;
      const ended = snapshots[first]!.job;
      for (const { job } of snapshots.slice(first)) expect(job).toEqual(ended);
      expect(snapshotAt(record, snapshots.at(-1)!.at + later)).toEqual(ended);
    },
  );

  test.prop([scenario, size, events], settings)(
    'a job completed in the millisecond that it tells, and not before',
    async (steps, totalBytes, moments) => {
      const { record, snapshots } = await live(steps, totalBytes, moments);
      const { job } = snapshots.at(-1)!;
      if (job.state !== 'completed') return;
      expect(Number.isInteger(job.completedAt)).toBe(true);
      expect(snapshotAt(record, job.completedAt)).toEqual(job);
      if (job.completedAt > job.startedAt) expect(snapshotAt(record, job.completedAt - 1).state).not.toBe('completed');
    },
  );

  test.prop([scenario, size, events, fc.array(fc.nat(1e6), { maxLength: 5 })], settings)(
    'a record is plain data: written as JSON and read again, it tells the same',
    async (steps, totalBytes, moments, delays) => {
      const { record, snapshots } = await live(steps, totalBytes, moments);
      const read = JSON.parse(JSON.stringify(record)) as SimulatedJob;
      expect(read).toEqual(record);
      const { at } = snapshots.at(-1)!;
      for (const delay of [0, ...delays]) expect(snapshotAt(read, at + delay)).toEqual(snapshotAt(record, at + delay));
    },
  );
});
