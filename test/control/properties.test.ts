import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ControlError, SessionSnapshot } from '../../src/index.js';
import { act, lookAt, perform, type Act } from './decisions.js';
import { inProcess, overHttp } from './doors.js';
import { START, type Beginning, type Door, type Opened } from './suite/door.js';

const acts = fc.array(act, { maxLength: 15 });
const time: fc.Arbitrary<Beginning> = fc.constantFrom({ speed: 0 }, { msPerPoll: 700 });

/** Fresh sessions for one run of a property. */
async function between<Result>(
  door: Door,
  beginning: Beginning,
  run: (one: Opened, other: Opened) => Promise<Result>,
): Promise<Result> {
  const [one, other] = [
    await door.open({ now: START, ...beginning }),
    await door.open({ now: START, speed: 0, seed: 'other' }),
  ];
  try {
    return await run(one, other);
  } finally {
    await one.close();
    await other.close();
  }
}

async function live(all: readonly Act[], opened: Opened): Promise<unknown[]> {
  const told: unknown[] = [];
  for (const one of all) told.push(await perform(one, opened));
  return told;
}

const copy = (snapshot: SessionSnapshot): SessionSnapshot => JSON.parse(JSON.stringify(snapshot)) as SessionSnapshot;

describe.each([
  { door: inProcess, numRuns: 150 },
  { door: overHttp, numRuns: 15 },
])('a session operated $door.name', ({ door, numRuns }) => {
  it('restored from a snapshot gives the same answers forever after', async () => {
    await fc.assert(
      fc.asyncProperty(time, acts, acts, (beginning, before, after) =>
        between(door, beginning, async (one, other) => {
          await live(before, one);
          await other.control.restore(copy(await one.control.snapshot()));
          expect(await lookAt(other)).toEqual(await lookAt(one));
          expect(await live(after, other)).toEqual(await live(after, one));
          expect(await lookAt(other)).toEqual(await lookAt(one));
          expect(await other.control.snapshot()).toEqual(await one.control.snapshot());
        }),
      ),
      { numRuns },
    );
  });

  it('gives answers that do not depend on which client polled, while its clock is frozen', async () => {
    const poll = fc.record({ type: fc.constant('poll' as const), which: fc.nat(7) });
    const polled = fc.array(fc.tuple(act, fc.array(poll, { maxLength: 4 })), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(polled, (story) =>
        between(door, { speed: 0 }, async (one, other) => {
          await other.control.restore(await one.control.snapshot());
          for (const [next, polls] of story) {
            // Faults count the calls they see: they are the one thing that polls do change.
            if (next.type === 'fault') continue;
            await live(polls, other);
            expect(await perform(next, other)).toEqual(await perform(next, one));
          }
          expect(await lookAt(other)).toEqual(await lookAt(one));
        }),
      ),
      { numRuns },
    );
  });
});

describe('polls on a running clock', () => {
  it('change nothing about where a job stands at a given time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3000), { maxLength: 10 }),
        fc.constantFrom('simulate/fails-at-50', 'simulate/rate-limited', 'ibm/granite-4-micro'),
        (pauses, model) =>
          between(inProcess, { speed: 1000 }, async (polled, quiet) => {
            await quiet.control.restore(await polled.control.snapshot());
            // The same moment on both: a running clock is read only where it has been set.
            const moment = START + 10_000_000;
            for (const { control, client } of [polled, quiet]) {
              await control.clock.set({ mode: 'frozen', now: START + 5_000_000 });
              await client('POST', '/api/v1/models/download', { model });
              await control.clock.set({ mode: 'running', speed: 1000 });
            }
            const [job] = await polled.control.jobs.list();
            for (const pause of pauses) {
              await polled.client('GET', `/api/v1/models/download/status/${job!.id}`);
              await polled.control.clock.advance(pause);
            }
            for (const { control } of [polled, quiet]) await control.clock.set({ mode: 'frozen', now: moment });
            expect(await lookAt(polled)).toEqual(await lookAt(quiet));
          }),
      ),
      { numRuns: 40 },
    );
  });
});

describe('a snapshot that was mangled', () => {
  const junk = fc.constantFrom<unknown>(
    null,
    -1,
    0.5,
    1e300,
    '',
    'x',
    true,
    [],
    {},
    [[]],
    { type: 'x' },
    'ibm/granite-4-micro',
    START,
    'DELETE',
  );

  it('is refused and leaves the session as it was, or makes a session that works', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(acts, fc.nat(), junk, (before, place, value) =>
        between(inProcess, { speed: 0 }, async (one, other) => {
          await live(before, one);
          const snapshot = copy(await one.control.snapshot());
          mangle(snapshot, place, value);
          await other.control.models.add('simulate/steady');
          const untouched = await lookAt(other);
          const error = await other.control.restore(snapshot).then(
            () => undefined,
            (reason: unknown) => reason as ControlError,
          );
          if (error) {
            refused++;
            expect(error).toMatchObject({ name: 'ControlError', status: 400, code: 'bad_snapshot' });
            expect(await lookAt(other)).toEqual(untouched);
          } else {
            await lookAt(other);
            await other.control.snapshot();
            await other.control.clock.advance(1000);
            const answers = [
              await other.client('GET', '/api/v1/models'),
              await other.client('POST', '/api/v1/models/download', { model: 'simulate/slow-run-new' }),
              ...(await Promise.all(
                (await other.control.jobs.list()).map(({ id }) =>
                  other.client('GET', `/api/v1/models/download/status/${encodeURIComponent(id)}`),
                ),
              )),
            ];
            for (const { status } of answers) expect([200, 404, 429, 503]).toContain(status);
          }
        }),
      ),
      { numRuns: 400 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});

/** Puts a value in one of all the places that a snapshot has, or takes away what is there. */
function mangle(snapshot: object, place: number, value: unknown): void {
  const places: [object, string][] = [];
  const visit = (parent: object): void => {
    for (const [key, child] of Object.entries(parent)) {
      places.push([parent, key]);
      if (typeof child === 'object' && child !== null) visit(child as object);
    }
  };
  visit(snapshot);
  const [parent, key] = places[place % places.length]!;
  if (value === 'DELETE') Reflect.deleteProperty(parent, key);
  else Reflect.set(parent, key, value);
}
