import { describe, expect, it } from 'vitest';
import { createSessionClock } from '../../src/control/session-clock.js';

describe('a session clock', () => {
  it('that is set and frozen at once shows what it was set to, however fast it ran', () => {
    let wall = 0;
    // Each look at the machine's clock takes a millisecond, which is a second here.
    const clock = createSessionClock({ wall: { now: () => wall++ }, mode: { mode: 'running', speed: 1000 } });
    clock.change({ mode: 'frozen', now: 5_000_000 });
    expect(clock.now()).toBe(5_000_000);
  });
});
