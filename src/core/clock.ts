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

/** What a virtual clock is, as plain data: at `wall` (the machine's time) it showed `at`, and moves at `speed` since. */
export interface VirtualTime {
  at: number;
  wall: number;
  /** Virtual milliseconds per real one; 0 is a frozen clock. */
  speed: number;
}

/** A clock that can be frozen, sped up, set and advanced. It owns no timer: its time is computed when it is read. */
export class VirtualClock implements Clock {
  readonly #wall: Clock;
  #time: VirtualTime;

  /** @param wall what drives it while it runs; `start` defaults to what `wall` shows now. */
  constructor(wall: Clock = systemClock, { start = wall.now(), speed = 1 }: { start?: number; speed?: number } = {}) {
    checkSpeed(speed);
    checkTime(start);
    this.#wall = wall;
    this.#time = { at: Math.trunc(start), wall: wall.now(), speed };
  }

  get speed(): number {
    return this.#time.speed;
  }

  now(): number {
    const { at, wall, speed } = this.#time;
    // A frozen clock does not look at the wall: reading it costs nothing, and the wall may be a faked one.
    // A fast one stops at the last time that can be spelled.
    return speed === 0 ? at : Math.min(Math.trunc(at + (this.#wall.now() - wall) * speed), MAX_TIME);
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
    this.#time = { at: Math.trunc(now), wall: this.#wall.now(), speed: this.#time.speed };
    return this.#time.at;
  }

  /** From now on one real millisecond is `speed` virtual ones; 0 freezes the clock. */
  run(speed = 1): void {
    checkSpeed(speed);
    this.#time = { at: this.now(), wall: this.#wall.now(), speed };
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
