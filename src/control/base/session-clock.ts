import * as z from 'zod/mini';
import { MAX_TIME, systemClock, VirtualClock, type Clock } from '../../core/clock.js';
import { ControlError } from './control-error.js';

const DEFAULT_STEP_MS = 1000;

/** How a session's clock moves. */
export type ClockMode =
  /** By itself, at `speed` virtual milliseconds per real one. */
  | { mode: 'running'; speed: number }
  /** Only when it is advanced. */
  | { mode: 'frozen' }
  /** Frozen, but each poll of a job advances that job by `stepMs` before it is answered. */
  | { mode: 'polls'; stepMs: number };

/**
 * Which clock the dates in answers to clients are on. `dock`: the session's. `caller`: the machine's, so that the moment of
 * the session at which a client asks is the client's own present. A page that subtracts `Date.now()` from an estimate
 * then shows what is left on the session's clock, even where that is frozen.
 */
export type AnswerDates = 'dock' | 'caller';

/** Both, as data. */
export const answerDates = ['dock', 'caller'] as const satisfies readonly AnswerDates[];

/** What a clock shows, and how its time moves. */
export type ClockStatus = ClockMode & {
  /** Milliseconds since the epoch. */
  now: number;
  /** The same time as an ISO date. */
  date: string;
  /** Which clock the dates in answers to clients are on. */
  dates: AnswerDates;
};

/** A change of a clock; fields that are left out stay as they are. */
export interface ClockChange {
  mode?: ClockMode['mode'];
  /** With `running`; 1 by default. */
  speed?: number;
  /** With `polls`; 1000 by default. */
  stepMs?: number;
  /** The time to show, as milliseconds or a date; never before the session's latest decision. */
  now?: number | string;
  /** Which clock the dates in answers to clients are on from now on. */
  dates?: AnswerDates;
}

const moment = z.int().check(z.nonnegative(), z.maximum(MAX_TIME));

/** A session's clock, as plain data. */
export interface SavedClock {
  mode: ClockMode['mode'];
  /** Virtual milliseconds per real one, while it runs. */
  speed: number;
  /** By how many ms a poll moves its job, in mode `polls`. */
  stepMs: number;
  /** What it shows, in ms since the epoch. */
  now: number;
  /** Which clock the dates in answers are on; absent where the session that it is restored into decides. */
  dates?: AnswerDates | undefined;
  /** When something was last decided, in ms since the epoch; null when nothing has been decided yet. */
  latestDecision: number | null;
}

export const savedClock = z
  .strictObject({
    mode: z.enum(['running', 'frozen', 'polls']),
    speed: z.number().check(z.nonnegative()),
    stepMs: z.int().check(z.positive()),
    now: moment,
    dates: z.optional(z.enum(answerDates)),
    latestDecision: z.nullable(moment),
  })
  .check(
    z.refine(({ now, latestDecision }) => latestDecision === null || latestDecision <= now, {
      path: ['latestDecision'],
      message: 'a time that is not after "now"',
    }),
  );

export interface SessionClockOptions {
  /** Drives the clock while it runs; the machine's date by default. */
  source?: Clock | undefined;
  /** The initial time in ms; the machine's date by default. */
  start?: number | undefined;
  mode?: ClockMode | undefined;
  /** `dock` by default. */
  dates?: AnswerDates | undefined;
  saved?: SavedClock | undefined;
}

/** The clock of one session. It never goes back before the latest decision, because decisions cannot be undone. */
export class SessionClock implements Clock {
  readonly #clock: VirtualClock;
  #mode: ClockMode['mode'];
  #speed: number;
  #stepMs: number;
  #latestDecision: number | null;
  #dates: AnswerDates;

  constructor({ source = systemClock, start = systemClock.now(), mode, dates, saved }: SessionClockOptions = {}) {
    const initial = saved ?? firstState(start, mode);
    this.#mode = initial.mode;
    this.#speed = initial.speed;
    this.#stepMs = initial.stepMs;
    this.#latestDecision = initial.latestDecision;
    this.#dates = initial.dates ?? dates ?? 'dock';
    this.#clock = new VirtualClock(source, { start: initial.now, speed: this.speed });
  }

  now(): number {
    return this.#clock.now();
  }

  get mode(): ClockMode['mode'] {
    return this.#mode;
  }

  /** Virtual milliseconds per real one; 0 unless the clock is running. */
  get speed(): number {
    return this.#mode === 'running' ? this.#speed : 0;
  }

  /** How many ms a poll advances the polled job; 0 except in mode `polls`. */
  get pollStep(): number {
    return this.#mode === 'polls' ? this.#stepMs : 0;
  }

  /** The milliseconds to add to a date on this clock, so that its present becomes the caller's; undefined for dates of its own. */
  get dateShift(): number | undefined {
    // The machine's date is read at each call: in process a test may have faked it.
    return this.#dates === 'dock' ? undefined : systemClock.now() - this.now();
  }

  status(): ClockStatus {
    const now = this.now();
    return { ...this.#spelledMode(), now, date: new Date(now).toISOString(), dates: this.#dates };
  }

  /** @throws RangeError for anything but a finite number of ms, 0 or more */
  advance(ms: number): void {
    this.#clock.advance(ms);
  }

  /** Moves the clock forward to a time, unless it has passed. @throws RangeError for a time that a clock cannot show */
  reach(at: number): void {
    this.#clock.set(Math.max(this.now(), at));
  }

  /** @throws ControlError time_travel, invalid_request */
  change({ mode, speed, stepMs, now, dates }: ClockChange): void {
    const asked = now === undefined ? undefined : new Date(now).getTime();
    if (Number.isNaN(asked)) {
      throw new ControlError(
        400,
        'invalid_request',
        `Cannot set the clock: expected milliseconds since 1970 or a date, found ${String(now)}.`,
      );
    }
    if (asked !== undefined && this.#latestDecision !== null && asked < this.#latestDecision) {
      throw new ControlError(
        409,
        'time_travel',
        `Cannot set the clock to ${new Date(asked).toISOString()}: the session's latest decision was made at ` +
          `${new Date(this.#latestDecision).toISOString()}. Set a later time, reset the session, or restore a snapshot.`,
      );
    }
    const target = asked ?? this.now();
    this.#clock.set(target);
    this.#mode = mode ?? (speed !== undefined ? 'running' : stepMs !== undefined ? 'polls' : this.#mode);
    this.#speed = speed ?? this.#speed;
    this.#stepMs = stepMs ?? this.#stepMs;
    this.#dates = dates ?? this.#dates;
    this.#clock.run(this.speed);
    // The mode change takes time, in which a fast clock moves on; the requested time must hold in the new mode.
    this.#clock.set(target);
  }

  /** Records that a decision was made now. */
  decided(): void {
    this.#latestDecision = this.now();
  }

  save(): SavedClock {
    return {
      mode: this.#mode,
      speed: this.#speed,
      stepMs: this.#stepMs,
      now: this.now(),
      ...(this.#dates !== 'dock' && { dates: this.#dates }),
      latestDecision: this.#latestDecision,
    };
  }

  #spelledMode(): ClockMode {
    switch (this.#mode) {
      case 'running':
        return { mode: this.#mode, speed: this.#speed };
      case 'frozen':
        return { mode: this.#mode };
      case 'polls':
        return { mode: this.#mode, stepMs: this.#stepMs };
    }
  }
}

function firstState(now: number, mode: ClockMode = { mode: 'running', speed: 1 }): SavedClock {
  return {
    mode: mode.mode,
    speed: mode.mode === 'running' ? mode.speed : 1,
    stepMs: mode.mode === 'polls' ? mode.stepMs : DEFAULT_STEP_MS,
    now,
    latestDecision: null,
  };
}
