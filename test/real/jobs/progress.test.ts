import { describe, expect, it } from 'vitest';
import { createProgress } from '../../../src/real/jobs/progress.js';

function watch({ windowMs = 10_000 } = {}) {
  let now = 0;
  const progress = createProgress(() => now, windowMs);
  return {
    ...progress,
    at: (ms: number) => {
      now = ms;
    },
    /** `bytes` every `everyMs`, up to a moment. */
    feed: (until: number, everyMs: number, bytes: number) => {
      while (now + everyMs <= until) {
        now += everyMs;
        progress.add(bytes);
      }
      now = until;
    },
  };
}

describe('the speed of a job', () => {
  it('is 0 before anything was asked for, and before any time has passed', () => {
    const job = watch();
    expect(job.speed()).toBe(0);
    job.at(1000);
    job.run();
    expect(job.speed()).toBe(0);
    job.add(5);
    expect(job.speed()).toBe(0);
  });

  it('counts from the first request while less than the window has passed', () => {
    const job = watch();
    job.at(5000);
    job.run();
    job.feed(7000, 10, 10);
    expect(job.speed()).toBeCloseTo(1000, 6);
    job.at(9000);
    expect(job.speed()).toBeCloseTo(500, 6);
  });

  it('is that of the last 10 s, however long it was faster', () => {
    const job = watch();
    job.run();
    job.feed(60_000, 10, 1000);
    expect(job.speed()).toBeCloseTo(100_000, 6);
    job.feed(90_000, 10, 10);
    expect(job.speed()).toBeCloseTo(1000, 6);
  });

  it('falls to 0 within the window when nothing moves', () => {
    const job = watch();
    job.run();
    job.feed(30_000, 10, 10);
    job.at(35_000);
    expect(job.speed()).toBeCloseTo(500, 6);
    job.at(40_000);
    expect(job.speed()).toBe(0);
    job.at(80_000);
    expect(job.speed()).toBe(0);
  });

  it('does not take what comes after a stall for what came during it', () => {
    const job = watch();
    job.run();
    job.feed(10_000, 10, 10);
    job.at(60_000);
    job.add(50_000);
    expect(job.speed()).toBeCloseTo(5000, 6);
    job.at(69_999);
    expect(job.speed()).toBeCloseTo(5000, 0);
    job.at(70_200);
    expect(job.speed()).toBe(0);
  });

  it('is right after a stall that followed more than it keeps', () => {
    const job = watch({ windowMs: 1000 });
    job.run();
    job.feed(60_000, 5, 5);
    job.at(60_900);
    job.feed(61_000, 5, 5);
    expect(job.speed()).toBeCloseTo(100, 6);
  });

  it('leaves pauses out', () => {
    const job = watch();
    job.run();
    job.feed(5000, 10, 10);
    job.hold();
    job.at(500_000);
    expect(job.speed()).toBeCloseTo(1000, 6);
    job.run();
    job.feed(505_000, 10, 10);
    expect(job.speed()).toBeCloseTo(1000, 6);
  });

  it('stays exact to a stretch of the window when chunks are many and small', () => {
    const job = watch({ windowMs: 1000 });
    job.run();
    job.feed(20_000, 0.25, 1);
    expect(job.speed()).toBeGreaterThan(3960);
    expect(job.speed()).toBeLessThan(4040);
  });
});
