import * as z from 'zod/mini';
import { MAX_TIME, systemClock, VirtualClock, type Clock } from '../core/clock.js';
import { ControlError } from './control-error.js';

const DEFAULT_STEP_MS = 1000;

/** How a session's time moves. */
export type ClockMode =
  /** By itself, at `speed` virtual milliseconds per real one. */
  | { mode: 'running'; speed: number }
  /** Only when it is advanced. */
  | { mode: 'frozen' }
  /** Frozen, but each poll of a job moves that job by `stepMs` before it is answered. */
  | { mode: 'polls'; stepMs: number };

export type ClockStatus = ClockMode & {
  now: number;
  /** The same as a date. */
  date: string;
};

/** What can be changed of a clock; what is left out stays. */
export interface ClockChange {
  mode?: ClockMode['mode'];
  /** With `running`; 1 by default. */
  speed?: number;
  /** With `polls`; 1000 by default. */
  stepMs?: number;
  /** The time to show, as milliseconds or a date; never before the session's latest decision. */
  now?: number | string;
}

const moment = z.int().check(z.nonnegative(), z.maximum(MAX_TIME));

/** A session's clock as plain data. */
export const savedClock = z.strictObject({
  mode: z.enum(['running', 'frozen', 'polls']),
  speed: z.number().check(z.nonnegative()),
  stepMs: z.int().check(z.positive()),
  now: moment,
  /** Null when nothing has been decided yet. */
  latestDecision: z.nullable(moment),
});
export type SavedClock = z.infer<typeof savedClock>;

/** The time of one session. It never goes back before the latest decision: what was decided stays decided. */
export interface SessionClock extends Clock {
  status(): ClockStatus;
  /** The same without the time, which costs more to spell than to read. */
  mode(): ClockMode;
  /** By how much a poll moves the job that is polled; 0 except in mode `polls`. */
  pollStep(): number;
  /** @throws RangeError for anything but a finite number of ms, 0 or more */
  advance(ms: number): void;
  /** @throws ControlError time_travel, invalid_request */
  change(change: ClockChange): void;
  /** Notes that something was decided now. */
  decided(): void;
  save(): SavedClock;
}

export interface SessionClockOptions {
  wall?: Clock;
  start?: number | undefined;
  mode?: ClockMode | undefined;
  saved?: SavedClock | undefined;
}

export function createSessionClock({ wall = systemClock, start, mode, saved }: SessionClockOptions = {}): SessionClock {
  const initial: ClockMode = mode ?? { mode: 'running', speed: 1 };
  let kind = saved?.mode ?? initial.mode;
  let speed = saved?.speed ?? (initial.mode === 'running' ? initial.speed : 1);
  let stepMs = saved?.stepMs ?? (initial.mode === 'polls' ? initial.stepMs : DEFAULT_STEP_MS);
  const clock = new VirtualClock(wall, {
    start: saved?.now ?? start ?? wall.now(),
    speed: kind === 'running' ? speed : 0,
  });
  let latestDecision = saved?.latestDecision ?? null;

  return {
    now: () => clock.now(),
    status: () => ({ ...modeNow(), now: clock.now(), date: new Date(clock.now()).toISOString() }),
    mode: modeNow,
    pollStep: () => (kind === 'polls' ? stepMs : 0),
    advance: (ms) => void clock.advance(ms),
    change: (change) => {
      const now = change.now === undefined ? undefined : new Date(change.now).getTime();
      if (Number.isNaN(now)) {
        throw new ControlError(
          400,
          'invalid_request',
          `Cannot set the clock to ${String(change.now)}: it is not a date.`,
        );
      }
      if (now !== undefined && latestDecision !== null && now < latestDecision) {
        throw new ControlError(
          409,
          'time_travel',
          `Cannot set the clock to ${new Date(now).toISOString()}: something was decided at ` +
            `${new Date(latestDecision).toISOString()}. Set a later time, reset the session, or restore a snapshot.`,
        );
      }
      if (now !== undefined) clock.set(now);
      kind = change.mode ?? (change.speed !== undefined ? 'running' : change.stepMs !== undefined ? 'polls' : kind);
      speed = change.speed ?? speed;
      stepMs = change.stepMs ?? stepMs;
      clock.run(kind === 'running' ? speed : 0);
      // Between the two a fast clock has moved on: what was asked for is this moment, in the new mode.
      if (now !== undefined) clock.set(now);
    },
    decided: () => {
      latestDecision = clock.now();
    },
    save: () => ({
      mode: kind,
      speed,
      stepMs,
      now: clock.now(),
      latestDecision,
    }),
  };

  function modeNow(): ClockMode {
    switch (kind) {
      case 'running':
        return { mode: kind, speed };
      case 'frozen':
        return { mode: kind };
      case 'polls':
        return { mode: kind, stepMs };
    }
  }
}
