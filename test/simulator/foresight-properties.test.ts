import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Condition } from '../../src/core/foresight.js';
import { parseScenario, type JobSnapshot, type ScenarioStep } from '../../src/index.js';
import { RefusedError } from '../../src/core/errors.js';
import { snapshotAt } from '../../src/simulator/job.js';
import { type Event, runs, SEED } from './arbitraries.js';
import { RISE, setStage, type Stage } from './stage.js';

/** Stories so short that each of their milliseconds can be looked at. */
const ms = fc.oneof(fc.integer({ min: 0, max: 70 }), fc.constantFrom(0, 0, 1));
const step = fc.oneof(
  fc.record({ type: fc.constant('connect' as const), ms }),
  fc.record(
    {
      type: fc.constant('transfer' as const),
      bytesPerSecond: fc.constantFrom(5000, 20_000, 100_000),
      until: fc.constantFrom(0.1, 0.3, 0.5, 0.8, 1, { bytes: 77 }),
      wobble: fc.constantFrom(0, 0.5, 1),
    },
    { requiredKeys: ['type', 'bytesPerSecond'] },
  ),
  fc.record({ type: fc.constant('stall' as const), ms }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('pause' as const), ms }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('rewind' as const), to: fc.constantFrom(0, 0.1, 0.5) }),
  fc
    .array(fc.tuple(fc.nat(20), fc.nat(400)), { minLength: 1, maxLength: 4 })
    .map((steps) => ({ type: 'trace' as const, samples: added(steps) })),
  fc.record({ type: fc.constant('fail' as const), code: fc.constant('network_error' as const) }),
  fc.record({ type: fc.constant('finalize' as const), ms }),
);
const shortStory = fc.array(step, { minLength: 1, maxLength: 7 }).filter(isPlayable);
const size = fc.constantFrom(1, 10, 1000);
const acts = fc.array(
  fc.record({ after: fc.nat(150), act: fc.constantFrom<Event>('look', 'look', 'pause', 'resume', 'cancel', 'fail') }),
  { maxLength: 4 },
);

const goals = [
  ...(['downloading', 'paused', 'completed', 'failed'] as const).map((status) => ({ status })),
  ...[0, 0.1, 0.33, 0.5, 0.6, 0.8, 1].map((progress) => ({ progress })),
  ...[5, 78].map((bytes) => ({ bytes })),
];
/** What comes later than this is not looked for. */
const LOOKS = 2000;

function added(steps: readonly (readonly [number, number])[]): [number, number][] {
  let [at, bytes] = [0, 0];
  return steps.map(([later, more]) => [(at += later), (bytes += more)]);
}

function isPlayable(steps: ScenarioStep[]): boolean {
  try {
    parseScenario(steps);
    return true;
  } catch {
    return false;
  }
}

interface Looked {
  stage: Stage;
  id: string;
  now: number;
  /** How the job stands at each millisecond from now on, up to the first at which it has ended. */
  snapshots: JobSnapshot[];
}

async function lookAhead(
  steps: ScenarioStep[],
  totalBytes: number,
  moments: readonly { after: number; act: Event }[],
): Promise<Looked> {
  const stage = setStage(steps, { size: totalBytes });
  const started = await stage.start();
  if (started === 'already_downloaded') throw new Error('The stage was not empty.');
  const { id } = started;
  const { jobs } = stage.simulation;
  let now = RISE;
  for (const { after, act } of moments) {
    now += after;
    await stage.at(now - RISE);
    if (act === 'look') continue;
    await (act === 'fail' ? jobs.fail(id, 'network_error') : jobs[act](id)).catch((error: unknown) => {
      // Not every job can be paused, resumed, cancelled or failed at every time.
      if (!(error instanceof RefusedError)) throw error;
    });
  }
  const record = (await stage.store.get(id))!;
  const snapshots: JobSnapshot[] = [];
  for (let later = 0; later < LOOKS && !hasEnded(snapshots.at(-1)); later++) {
    snapshots.push(snapshotAt(record, now + later));
  }
  return { stage, id, now, snapshots };
}

const hasEnded = (job: JobSnapshot | undefined): boolean => job?.state === 'completed' || job?.state === 'failed';

function isReached({ state, downloadedBytes, totalBytes }: JobSnapshot, goal: (typeof goals)[number]): boolean {
  if ('status' in goal) return state === goal.status;
  return downloadedBytes >= ('bytes' in goal ? goal.bytes : goal.progress * totalBytes);
}

const settings = { seed: SEED, numRuns: runs(500) };

describe('whatever the scenario, the size and the operator do, foresight sees', () => {
  test.prop([shortStory, size, acts], settings)(
    'the first millisecond at which a condition holds, as looking at each would',
    async (steps, totalBytes, moments) => {
      const { stage, id, now, snapshots } = await lookAhead(steps, totalBytes, moments);
      for (const goal of goals) {
        const condition: Condition = { job: id, ...goal };
        const first = snapshots.findIndex((snapshot) => isReached(snapshot, goal));
        const seen = await stage.simulation.when(condition);
        if (first !== -1) expect(seen, JSON.stringify(goal)).toEqual({ at: now + first });
        else if (hasEnded(snapshots.at(-1))) expect(seen, JSON.stringify(goal)).not.toHaveProperty('at');
        else if ('at' in seen) expect(seen.at, JSON.stringify(goal)).toBeGreaterThanOrEqual(now + LOOKS);
      }
      const idle = snapshots.findIndex(({ state }) => state !== 'downloading');
      const seen = await stage.simulation.when('idle');
      if (idle !== -1) expect(seen, 'idle').toEqual({ at: now + idle });
    },
  );

  test.prop([shortStory, size, acts], settings)(
    'every change of status, at its millisecond',
    async (steps, totalBytes, moments) => {
      const { stage, now, snapshots } = await lookAhead(steps, totalBytes, moments);
      const changes = snapshots.flatMap(({ state }, later) =>
        later > 0 && state !== snapshots[later - 1]!.state && state !== 'downloading' ? [`${later} ${state}`] : [],
      );
      const seen = await stage.simulation.transitions(now, now + LOOKS - 1);
      const told = seen.filter(({ type }) => ['paused', 'completed', 'failed'].includes(type));
      expect(told.map(({ at, type }) => `${at - now} ${type}`)).toEqual(changes);
    },
  );
});
