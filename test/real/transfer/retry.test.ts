import { describe, expect, it } from 'vitest';
import { defaultLimits as limits } from '../../../src/real/limits.js';
import type { ReadFailure } from '../../../src/real/transfer/byte-source.js';
import { backoff } from '../../../src/core/backoff.js';
import { afterFailure, afterTime, givesUp, type Trouble } from '../../../src/real/transfer/retry.js';

const MINUTE = 60_000;

/** Fails so often, so far apart. */
function fail(kind: ReadFailure, times: number, apartMs: number, before?: Trouble, waiting = false): Trouble {
  let trouble = afterFailure(before, kind);
  for (let count = 1; count < times; count++) trouble = afterFailure(afterTime(trouble, apartMs, waiting), kind);
  return trouble;
}

describe('giving up', () => {
  it.each<[string, Trouble, string | undefined]>([
    ['20 errors in 14 minutes: not yet', fail('server', 20, 44_000), undefined],
    ['19 errors in 20 minutes: not yet', fail('server', 19, 66_000), undefined],
    ['20 errors in 15 minutes', fail('server', 21, 45_000), 'hub_error'],
    ['broken answers count like errors', fail('broken', 21, 45_000), 'hub_error'],
    ['errors while the disk holds us up do not count', fail('server', 100, MINUTE, undefined, true), undefined],
    ['nobody answers for 23 hours', fail('unreachable', 23 * 60, MINUTE), undefined],
    ['nobody answers for 24 hours', fail('unreachable', 24 * 60 + 1, MINUTE), 'hub_error'],
    ['429 for 23 hours', fail('rate-limited', 23 * 60, MINUTE), undefined],
    ['429 for 24 hours', fail('rate-limited', 24 * 60 + 1, MINUTE), 'hub_error'],
    [
      'an error after an hour without a network is the first',
      fail('server', 1, 0, fail('unreachable', 60, MINUTE)),
      undefined,
    ],
    ['five answers that are not what was asked for', fail('violation', 5, 1), undefined],
    ['six answers that are not what was asked for', fail('violation', 6, 1), 'hub_error'],
    [
      'five of them, something else, and one more',
      fail('violation', 1, 1, fail('server', 1, 1, fail('violation', 5, 1))),
      undefined,
    ],
  ])('%s', (_, trouble, verdict) => {
    expect(givesUp(trouble, 'hub_error', limits)).toBe(verdict);
  });
});

describe('the wait before the next attempt', () => {
  it('doubles from half a second up to a minute, and is never the same for two clients', () => {
    const waits = [1, 2, 3, 8, 100].map((attempts) => [backoff(attempts, 0, limits), backoff(attempts, 1, limits)]);
    expect(waits).toEqual([
      [250, 500],
      [500, 1000],
      [1000, 2000],
      [30_000, 60_000],
      [30_000, 60_000],
    ]);
  });
});
