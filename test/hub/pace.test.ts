import { describe, expect, it } from 'vitest';
import { createPace } from '../../src/hub/wire/pace.js';
import type { HubClock } from '../../src/hub/clock.js';

/** A clock whose timers are late by `lateMs`, as real ones are. */
function lateClock(lateMs: number): HubClock {
  let now = 1_000_000;
  return {
    now: () => now,
    sleep: (ms) => {
      now += ms + lateMs;
      return Promise.resolve();
    },
  };
}

const { signal } = new AbortController();

describe('a pace', () => {
  it('keeps its bytes per second although timers come late', async () => {
    const clock = lateClock(1.2);
    const pace = createPace(40_000_000, clock);
    const start = clock.now();
    for (let bytes = 0; bytes < 40_000_000; bytes += 64_000) await pace.take(64_000, signal);
    expect(clock.now() - start).toBeGreaterThan(995);
    expect(clock.now() - start).toBeLessThan(1005);
  });

  it('does not save up unused bytes', async () => {
    const clock = lateClock(0);
    const pace = createPace(1_000_000, clock);
    await pace.take(1000, signal);
    await clock.sleep(60_000);
    const start = clock.now();
    for (let time = 0; time < 1000; time++) await pace.take(1000, signal);
    expect(clock.now() - start).toBeGreaterThanOrEqual(950);
  });
});
