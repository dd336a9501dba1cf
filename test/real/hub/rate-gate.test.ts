import { describe, expect, it } from 'vitest';
import { askedPatience, createRateGate } from '../../../src/real/hub/rate-gate.js';
import { createLeapingClock } from './client-on-hub.js';

describe('the patience that a hub asks for', () => {
  const date = 'Tue, 06 Jan 2026 09:00:00 GMT';
  const asked: [headers: Record<string, string>, ms: number | undefined][] = [
    [{ ratelimit: '"api";r=0;t=3' }, 4000],
    [{ ratelimit: '"resolvers"; r=0; t=295' }, 296_000],
    [{ ratelimit: '"api";r=0;t=3', 'retry-after': '60' }, 4000],
    [{ ratelimit: '"api";r=12;t=3', 'retry-after': '60' }, 60_000],
    [{ ratelimit: '"api";r=12;t=3' }, undefined],
    [{ ratelimit: 'nonsense' }, undefined],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '999999999999999999' }, 3_600_000],
    [{ ratelimit: `"api";r=0;t=${'9'.repeat(400)}` }, 3_600_000],
    [{ 'retry-after': 'Tue, 06 Jan 2026 09:00:45 GMT', date }, 45_000],
    [{ 'retry-after': 'Tue, 06 Jan 2026 08:00:00 GMT', date }, 0],
    [{ 'retry-after': 'Tue, 06 Jan 2026 09:00:45 GMT' }, undefined],
    [{ 'retry-after': 'soon', date }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{}, undefined],
  ];
  it.each(asked)('by %j is %s ms', (headers, ms) => {
    expect(askedPatience(headers)).toBe(ms);
  });
});

describe('a gate', () => {
  it('closes one bucket, for the longest wait that was asked for', () => {
    const clock = createLeapingClock();
    const gate = createRateGate(clock);
    gate.close('api', 300_000);
    gate.close('api', 1000);
    expect([gate.waitMs('api'), gate.waitMs('resolvers')]).toEqual([300_000, 0]);
    clock.advance(100_000);
    expect(gate.waitMs('api')).toBe(200_000);
    clock.advance(200_000);
    expect(gate.waitMs('api')).toBe(0);
    clock.advance(1);
    expect(gate.waitMs('api')).toBe(0);
  });

  it('stays closed for longer when another answer asks for more meanwhile', () => {
    const clock = createLeapingClock();
    const gate = createRateGate(clock);
    gate.close('api', 10);
    clock.advance(5);
    gate.close('api', 50);
    clock.advance(5);
    expect(gate.waitMs('api')).toBe(45);
  });
});
