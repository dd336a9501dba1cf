import { describe, expect, it } from 'vitest';
import { SessionClock } from '../../src/control/base/session-clock.js';

describe('a session clock', () => {
  it('that is set and frozen at once shows what it was set to, however fast it ran', () => {
    let wall = 0;
    // Each look at the machine's clock takes a millisecond, which is a second here.
    const clock = new SessionClock({ source: { now: () => wall++ }, mode: { mode: 'running', speed: 1000 } });
    clock.change({ mode: 'frozen', now: 5_000_000 });
    expect(clock.now()).toBe(5_000_000);
  });

  it('tells one moment, in milliseconds and as a date', () => {
    let wall = 0;
    const clock = new SessionClock({ source: { now: () => (wall += 1000) } });
    const { now, date } = clock.status();
    expect(Date.parse(date)).toBe(now);
  });

  it('does not go back when the machine is set back, and goes on from where it was', () => {
    let wall = 100_000;
    const clock = new SessionClock({ source: { now: () => wall }, start: wall });
    expect(clock.now()).toBe(100_000);
    wall = 95_000;
    expect(clock.now()).toBe(100_000);
    wall = 95_100;
    expect(clock.now()).toBe(100_100);
    clock.advance(500);
    expect(clock.now()).toBe(100_600);
    wall = 90_000;
    expect(clock.now()).toBe(100_600);
    wall = 90_250;
    expect(clock.now()).toBe(100_850);
  });

  it('goes back only as far as the latest decision, and where it is asked to', () => {
    const clock = new SessionClock({ source: { now: () => 0 }, start: 1000, mode: { mode: 'frozen' } });
    clock.decided();
    clock.advance(5000);
    clock.change({ now: 1000 });
    expect(clock.now()).toBe(1000);
    expect(() => clock.change({ now: 999 })).toThrow('latest decision was made at');
  });

  it('that is to reach a moment that has passed stays where it is', () => {
    const clock = new SessionClock({ start: 1000, mode: { mode: 'frozen' } });
    clock.reach(400);
    expect(clock.now()).toBe(1000);
    clock.reach(1400);
    expect(clock.now()).toBe(1400);
  });
});
