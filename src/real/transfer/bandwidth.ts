import { realClock, type RealClock } from '../real-clock.js';

/** Limits bytes per second for all that take from it: a token bucket, in grains, whose rate may change at any time. */
export interface Bandwidth {
  limit(): number | undefined;
  /** @param bytesPerSecond `undefined` lifts the limit */
  setLimit(bytesPerSecond: number | undefined): void;
  /** Counts received bytes; returns a promise if reading must wait, first come, first served. */
  take(bytes: number): Promise<void> | undefined;
  /** Whether a caller had to wait just now. */
  binds(): boolean;
}

/** How many bytes may arrive at once, so that the limit does not need a timer for every packet. */
const GRAIN_BYTES = 64 * 1024;
/** Timers are late, which is made up for, up to this. */
const MADE_UP_FOR_MS = 50;
const JUST_NOW_MS = 1000;

/** @throws RangeError if the limit is not a positive number */
export function createBandwidth(
  bytesPerSecond?: number,
  { clock = realClock }: { clock?: Pick<RealClock, 'monotonic' | 'sleep'> } = {},
): Bandwidth {
  let rate = checked(bytesPerSecond);
  // Bytes that were allowed so far and bytes that were taken; after taking more than was allowed, a caller waits for
  // the difference.
  let allowed = 0;
  let taken = 0;
  let countedAt = clock.monotonic();
  let waitedAt = -Infinity;
  let waiting: { until: number; go: () => void }[] = [];
  let alarm: AbortController | undefined;

  function count(): void {
    const now = clock.monotonic();
    if (rate !== undefined) {
      const burst = Math.max(GRAIN_BYTES, (rate * MADE_UP_FOR_MS) / 1000);
      allowed = Math.min(allowed + (rate * (now - countedAt)) / 1000, taken + burst);
    }
    countedAt = now;
  }

  function release(): void {
    count();
    const ready = rate === undefined ? waiting : waiting.filter(({ until }) => until <= allowed);
    waiting = rate === undefined ? [] : waiting.filter(({ until }) => until > allowed);
    if (rate === undefined) allowed = taken;
    for (const { go } of ready) go();
    if (rate !== undefined && waiting[0] !== undefined) ring(((waiting[0].until - allowed) / rate) * 1000);
  }

  function ring(ms: number): void {
    alarm = new AbortController();
    clock.sleep(ms, alarm.signal).then(
      () => {
        alarm = undefined;
        release();
      },
      () => undefined,
    );
  }

  return {
    limit: () => rate,
    setLimit(next) {
      count();
      rate = checked(next);
      alarm?.abort();
      alarm = undefined;
      release();
    },
    take(bytes) {
      if (rate === undefined) return undefined;
      count();
      taken += bytes;
      if (taken <= allowed) return undefined;
      waitedAt = countedAt;
      const until = taken;
      return new Promise((go) => {
        waiting.push({ until, go });
        if (alarm === undefined) release();
      });
    },
    binds: () => rate !== undefined && (waiting.length > 0 || clock.monotonic() - waitedAt < JUST_NOW_MS),
  };
}

function checked(bytesPerSecond: number | undefined): number | undefined {
  if (bytesPerSecond === undefined || (bytesPerSecond > 0 && Number.isFinite(bytesPerSecond))) return bytesPerSecond;
  throw new RangeError(
    `Cannot limit the bandwidth: expected a number of bytes per second above 0, or none for no limit, found ${bytesPerSecond}.`,
  );
}
