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

/** A clock that can be frozen, sped up, set and advanced. It owns no timer: its time is computed when it is read. */
export class VirtualClock implements Clock {
  readonly #wall: Clock;
  /** At this time of the wall it showed `#at`, and has moved at `#speed` since. */
  #setAt: number;
  #at: number;
  /** Virtual milliseconds per real one; 0 is a frozen clock. */
  #speed: number;

  /** @param wall what drives it while it runs; `start` defaults to what `wall` shows now. */
  constructor(wall: Clock = systemClock, { start = wall.now(), speed = 1 }: { start?: number; speed?: number } = {}) {
    checkSpeed(speed);
    checkTime(start);
    this.#wall = wall;
    this.#setAt = wall.now();
    this.#at = Math.trunc(start);
    this.#speed = speed;
  }

  get speed(): number {
    return this.#speed;
  }

  now(): number {
    // A frozen clock does not look at the wall: reading it costs nothing, and the wall may be a faked one.
    if (this.#speed === 0) return this.#at;
    // A fast one stops at the last time that can be spelled.
    return Math.min(Math.trunc(this.#at + (this.#wall.now() - this.#setAt) * this.#speed), MAX_TIME);
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
    this.#setAt = this.#wall.now();
    this.#at = Math.trunc(now);
    return this.#at;
  }

  /** From now on one real millisecond is `speed` virtual ones; 0 freezes the clock. */
  run(speed = 1): void {
    checkSpeed(speed);
    this.#at = this.now();
    this.#setAt = this.#wall.now();
    this.#speed = speed;
  }

  freeze(): void {
    this.run(0);
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
