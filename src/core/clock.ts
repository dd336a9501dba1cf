/** Reads time. It is all that the simulator gets, so simulator code cannot wait. */
export interface Clock {
  /** Milliseconds since the Unix epoch, whole. */
  now(): number;
}

/** Reads time and can wait. Only code that does real work gets one. */
export interface WaitingClock extends Clock {
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The machine's own clock. `Date.now` is looked up at each reading on purpose, so that a test that fakes `Date` moves
 * it.
 */
export const systemClock: WaitingClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer = setTimeout(finish, ms);
      function finish(): void {
        signal?.removeEventListener('abort', stop);
        resolve();
      }
      function stop(): void {
        clearTimeout(timer);
        reject(signal!.reason as Error);
      }
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

/**
 * Reads the machine's monotonic clock, as milliseconds since the epoch, counted from the start of this process. Changes
 * of the machine's date do not affect it, and it does not count time for which the machine is suspended.
 */
export const monotonicClock: Clock = { now: () => Math.trunc(performance.timeOrigin + performance.now()) };

/** Hides backward steps of a source: when the source is set back, time continues from what was last shown. */
export function withoutStepsBack(source: Clock): Clock {
  let lastRead = source.now();
  let lead = 0;
  return {
    now: () => {
      const read = source.now();
      if (read < lastRead) lead += lastRead - read;
      lastRead = read;
      return read + lead;
    },
  };
}

/**
 * A clock that can be frozen, sped up, set and advanced. It owns no timer: its time is computed when it is read. It
 * never goes back by itself and never waits for its source to catch up: when the source is set back, time continues
 * from what was last shown.
 */
export class VirtualClock implements Clock {
  readonly #source: Clock;
  /** The last time read from the source. */
  #lastRead: number;
  /** The source's time at which the clock showed `#at`; it has moved at `#speed` since. */
  #setAt: number;
  #at: number;
  /** Virtual milliseconds per real one; 0 is a frozen clock. */
  #speed: number;

  /** @param source drives the clock while it runs; `start` defaults to what `source` shows now. */
  constructor(
    source: Clock = systemClock,
    { start = source.now(), speed = 1 }: { start?: number; speed?: number } = {},
  ) {
    checkSpeed(speed);
    checkTime(start);
    this.#source = source;
    this.#setAt = this.#lastRead = source.now();
    this.#at = Math.trunc(start);
    this.#speed = speed;
  }

  get speed(): number {
    return this.#speed;
  }

  now(): number {
    // A frozen clock does not read its source: reading costs time, and the source may be a faked date.
    if (this.#speed === 0) return this.#at;
    // A fast clock stops at the last time that can be written with a four-digit year.
    return Math.min(Math.trunc(this.#at + (this.#readSource() - this.#setAt) * this.#speed), MAX_TIME);
  }

  /** Moves the clock forward by whole milliseconds, frozen or running, and returns the new time. */
  advance(ms: number): number {
    if (!(ms >= 0 && Number.isFinite(ms))) {
      throw new RangeError(
        `Cannot advance the clock: expected a finite number of milliseconds, 0 or more, found ${ms}.`,
      );
    }
    return this.set(this.now() + Math.trunc(ms));
  }

  /** Sets the time; the speed does not change. */
  set(now: number): number {
    checkTime(now);
    this.#setAt = this.#readSource();
    this.#at = Math.trunc(now);
    return this.#at;
  }

  /** Runs the clock at `speed` virtual milliseconds per real one from now on; 0 freezes it. */
  run(speed = 1): void {
    checkSpeed(speed);
    this.#at = this.now();
    this.#setAt = this.#readSource();
    this.#speed = speed;
  }

  freeze(): void {
    this.run(0);
  }

  #readSource(): number {
    const read = this.#source.now();
    // Moving both marks by the step keeps the time that has passed since `#setAt` unchanged.
    if (read < this.#lastRead) this.#setAt -= this.#lastRead - read;
    this.#lastRead = read;
    return read;
  }
}

/** The last millisecond with a four-digit year (9999-12-31T23:59:59.999Z): every time up to it can be formatted. */
export const MAX_TIME = 253_402_300_799_999;

function checkTime(now: number): void {
  if (!(now >= 0 && now <= MAX_TIME)) {
    throw new RangeError(
      `Cannot set the clock: expected milliseconds since 1970, from 0 to ${MAX_TIME}, found ${now}.`,
    );
  }
}

function checkSpeed(speed: number): void {
  if (!(speed >= 0 && Number.isFinite(speed))) {
    throw new RangeError(
      `Cannot run the clock at this speed: expected a finite number, 0 (frozen) or more, found ${speed}.`,
    );
  }
}
