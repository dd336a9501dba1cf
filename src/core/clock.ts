/** Reads time. All the simulator ever asks for: code that holds one cannot wait. */
export interface Clock {
  /** Milliseconds since the Unix epoch, whole. */
  now(): number;
}

/** Reads time and can wait. Only code that does real work holds one. */
export interface WaitingClock extends Clock {
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The machine's own clock. `Date.now` is looked up at each reading, on purpose: a test that fakes `Date` moves it.
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
 * Reads the machine's monotonic clock, as milliseconds since the epoch at which this process began to count. A step of the
 * machine's date does not move it, and it counts no time that the machine is suspended.
 */
export const monotonicClock: Clock = { now: () => Math.trunc(performance.timeOrigin + performance.now()) };

/** The same time without the source's steps back: where the source is set back, time runs on from what was shown. */
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
 * A clock that can be frozen, sped up, set and advanced. It owns no timer: its time is computed when it is read. It never
 * goes back by itself and never waits for its source to catch up: where the source is set back, time runs on from what was
 * shown.
 */
export class VirtualClock implements Clock {
  readonly #source: Clock;
  /** The last time read from the source. */
  #lastRead: number;
  /** At this time of the source the clock showed `#at`, and has moved at `#speed` since. */
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
    // A frozen clock does not read its source: that costs nothing, and the source may be a faked date.
    if (this.#speed === 0) return this.#at;
    // A fast clock stops at the last time that can be spelled.
    return Math.min(Math.trunc(this.#at + (this.#readSource() - this.#setAt) * this.#speed), MAX_TIME);
  }

  /** Moves the clock forward by whole milliseconds, frozen or running, and returns the new time. */
  advance(ms: number): number {
    if (!(ms >= 0 && Number.isFinite(ms))) {
      throw new RangeError(
        `Cannot advance the clock by ${ms} ms: it takes a finite number of milliseconds, 0 or more.`,
      );
    }
    return this.set(this.now() + Math.trunc(ms));
  }

  /** Sets the time; the speed stays. */
  set(now: number): number {
    checkTime(now);
    this.#setAt = this.#readSource();
    this.#at = Math.trunc(now);
    return this.#at;
  }

  /** From now on one real millisecond is `speed` virtual ones; 0 freezes the clock. */
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
    // Moving both marks by the step keeps what has passed since `#setAt` as it was.
    if (read < this.#lastRead) this.#setAt -= this.#lastRead - read;
    this.#lastRead = read;
    return read;
  }
}

/** The last millisecond that a four-digit year can name (9999-12-31T23:59:59.999Z), so that every time can be spelled. */
export const MAX_TIME = 253_402_300_799_999;

function checkTime(now: number): void {
  if (!(now >= 0 && now <= MAX_TIME)) {
    throw new RangeError(`Cannot set the clock to ${now}: it takes milliseconds since 1970, up to ${MAX_TIME}.`);
  }
}

function checkSpeed(speed: number): void {
  if (!(speed >= 0 && Number.isFinite(speed))) {
    throw new RangeError(`Cannot run the clock at speed ${speed}: it takes a finite number, 0 (frozen) or more.`);
  }
}
