import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSessions, type ClockChange, type Fault } from '../../src/index.js';
import { serve } from '../../src/server/index.js';
import { connect } from '../../src/testing/index.js';
import { act, perform, type Act } from './decisions.js';
import { clientAt, inProcess } from './doors.js';
import { START, type Opened } from './suite/door.js';

const SESSIONS = 1000;
const TURNS = 2000;
/** How many calls are under way at once. */
const CROWD = 64;

const clock: fc.Arbitrary<ClockChange> = fc.oneof(
  fc.record({ mode: fc.constant('frozen' as const), now: fc.integer({ min: START, max: START + 1e9 }) }),
  fc.record({ mode: fc.constant('polls' as const), stepMs: fc.integer({ min: 1, max: 60_000 }) }),
);
const fault: fc.Arbitrary<Fault> = fc.record({
  effect: fc.record({ type: fc.constant('status' as const), status: fc.integer({ min: 500, max: 599 }) }),
  when: fc.record({
    route: fc.constantFrom('download' as const, 'status' as const),
    nth: fc.integer({ min: 1, max: 3 }),
  }),
});

/** The beginning of each session, and the order of the acts in all of them. */
const story = fc.record({
  beginnings: fc.array(fc.record({ clock, fault }), { minLength: SESSIONS, maxLength: SESSIONS }),
  turns: fc.array(fc.record({ session: fc.oneof(fc.nat(SESSIONS - 1), fc.nat(19)), act }), {
    minLength: TURNS,
    maxLength: TURNS,
  }),
});
type Story = typeof story extends fc.Arbitrary<infer Value> ? Value : never;
type Beginning = Story['beginnings'][number];
type World = Pick<Opened, 'control' | 'client'>;

async function begin(beginning: Beginning, { control }: World): Promise<unknown> {
  return [await control.clock.set(beginning.clock), await control.faults.add(beginning.fault)];
}

/** All that a session is at the end, and what its client did. */
async function lookBack({ control }: World): Promise<unknown> {
  const calls = (await control.journal.list()).map(({ id, at, method, path, status, fault, job }) => [
    id,
    at,
    method,
    path,
    status,
    fault?.id,
    job,
  ]);
  return { snapshot: await control.snapshot(), calls };
}

async function alone(beginning: Beginning, acts: readonly Act[]): Promise<unknown[]> {
  const world = await inProcess.open({ now: START, speed: 0 });
  const told = [await begin(beginning, world)];
  for (const each of acts) told.push(await perform(each, world));
  told.push(await lookBack(world));
  await world.close();
  return told;
}

/** Runs them in their order, so many at once, and those of one session one after the other. */
async function together(worlds: readonly World[], { beginnings, turns }: Story): Promise<unknown[][]> {
  const told: unknown[][] = worlds.map(() => []);
  const latest = worlds.map(() => Promise.resolve());
  const underWay = new Set<Promise<void>>();
  const next = async (session: number, what: (world: World) => Promise<unknown>): Promise<void> => {
    const done = latest[session]!.then(async () => void told[session]!.push(await what(worlds[session]!)));
    latest[session] = done;
    underWay.add(done);
    void done.finally(() => underWay.delete(done)).catch(() => undefined);
    if (underWay.size >= CROWD) await Promise.race(underWay);
  };
  for (const [session, beginning] of beginnings.entries()) await next(session, (world) => begin(beginning, world));
  for (const { session, act } of turns) await next(session, (world) => perform(act, world));
  for (const session of worlds.keys()) await next(session, lookBack);
  await Promise.all(latest);
  return told;
}

// Not shrunk: a session that fails names its own acts, and runs of a thousand take seconds.
const [told] = fc.sample(story, { seed: 20_251_003, numRuns: 1 }) as [Story];

it('a thousand sessions on one server get the same answers as each alone', async () => {
  const sessions = createSessions({ now: START, speed: 0 });
  const serving = await serve({ api: sessions.api, port: 0, host: '127.0.0.1' });
  try {
    const worlds = told.beginnings.map((_, session): World => {
      const control = connect(serving.url, { session: `test-${session}` });
      return { control, client: clientAt(control.baseUrl, fetch) };
    });
    const answers = await together(worlds, told);
    expect(sessions.list()).toHaveLength(SESSIONS);
    for (const [session, beginning] of told.beginnings.entries()) {
      const acts = told.turns.filter((turn) => turn.session === session).map((turn) => turn.act);
      expect(answers[session], `session ${session}, ${JSON.stringify(acts)}`).toEqual(await alone(beginning, acts));
    }
  } finally {
    sessions.close();
    await serving.close();
  }
});
