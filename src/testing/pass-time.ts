import type { DockControl } from '../control/contract/dock-control.js';

/** How time is let pass. */
export interface PassTimeOptions {
  /**
   * Advances faked timers, where they are not those of Vitest, Jest or @sinonjs/fake-timers, which are found: for instance
   * `(ms) => mock.timers.tick(ms)` of node:test.
   */
  advanceTimers?: (ms: number) => unknown;
  /** In steps of so many ms; 100 by default. Timers that are found go from one to the next. */
  stepMs?: number;
}

/**
 * Lets time pass in a session and for its client: each call is answered before time goes on. Where a test has faked timers,
 * they fire one after the other; the clock of the session goes along with them, frozen or running.
 * @throws ControlError timeout where a call is not answered
 * @example
 * const dock = createDock({ speed: 0 });
 * vi.useFakeTimers();
 * await passTime(dock, 10_000); // a client that polls every second has polled ten times
 */
export async function passTime(
  control: DockControl,
  ms: number,
  { advanceTimers, stepMs = 100 }: PassTimeOptions = {},
): Promise<void> {
  const { mode, now } = await control.clock.get();
  const timers = fakeTimers();
  await control.settled();
  if (!timers && !advanceTimers) {
    if (mode !== 'polls') await control.clock.advance(ms);
    await control.settled();
    return;
  }
  // A clock that runs goes along with a faked date, in the same moment: a client that answers at once sees no other time.
  if (mode === 'frozen') await control.clock.set({ mode: 'running', speed: 1, now });
  try {
    for (const step of timers ? stepsOf(timers, ms) : evenSteps(ms, stepMs, advanceTimers!)) {
      await follow(control, step, mode === 'polls');
      await control.settled();
    }
  } finally {
    if (mode === 'frozen') await control.clock.set({ mode });
  }
}

/** Takes a step, and tells by how many ms the faked time moved. */
type Step = () => number;

/** Moves the session's clock by as much as the faked time has moved and the clock has not. */
async function follow(control: DockControl, step: Step, isMovedByPolls: boolean): Promise<void> {
  const before = await control.clock.get();
  const passed = step();
  const after = await control.clock.get();
  const behind = before.now + passed * ('speed' in before ? before.speed : 1) - after.now;
  if (behind >= 1 && !isMovedByPolls) await control.clock.advance(Math.trunc(behind));
}

/** From one faked timer to the next, and no further than `ms`. */
function* stepsOf(timers: FakeTimers, ms: number): Generator<Step> {
  const end = { isReached: false };
  // A timer of our own marks the end.
  globalThis.setTimeout(() => (end.isReached = true), ms);
  while (!end.isReached) {
    yield () => {
      const before = timers.now;
      timers.next();
      return timers.now - before;
    };
  }
}

function* evenSteps(ms: number, stepMs: number, advance: (ms: number) => unknown): Generator<Step> {
  for (let left = ms; left > 0; left -= stepMs) {
    const step = Math.min(left, stepMs);
    yield () => {
      advance(step);
      return step;
    };
  }
}

/** The clock of @sinonjs/fake-timers, which Vitest and Jest use; it is a property of the timers that it replaces. */
interface FakeTimers {
  readonly now: number;
  next(): unknown;
}

function fakeTimers(): FakeTimers | undefined {
  return (globalThis.setTimeout as { clock?: FakeTimers }).clock;
}
