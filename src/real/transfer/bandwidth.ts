import { realClock, type RealClock } from '../real-clock.js';

/** Bytes per second for everybody who takes from it: a token bucket, in grains, whose rate may change at any time. */
export interface Bandwidth {
  limit(): number | undefined;
  /** @param bytesPerSecond `undefined` lifts the limit */
  setLimit(bytesPerSecond: number | undefined): void;
  /** Counts bytes that were received; a promise when reading has to wait, first come, first served. */
  take(bytes: number): Promise<void> | undefined;
  /** Somebody had to wait just now. */
  binds(): boolean;
}

/** What may come at once, so that the limit does not cost a timer for every packet. */
const GRAIN_BYTES = 64 * 1024;
/** Timers come late: what was lost is made up for, up to this. */
const MADE_UP_FOR_MS = 50;
const JUST_NOW_MS = 1000;

/** @throws RangeError when the limit is not a positive number */
export function createBandwidth(
  bytesPerSecond?: number,
  { clock = realClock }: { clock?: Pick<RealClock, 'monotonic' | 'sleep'> } = {},
): Bandwidth {
  let rate = checked(bytesPerSecond);
  // Bytes that were allowed so far and bytes that were taken; who took more than was allowed waits for the difference.
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
    `Cannot limit the bandwidth to ${bytesPerSecond} bytes per second: it takes a number above 0, or none for no limit.`,
  );
}
