import { expect } from 'vitest';
import { realClock, type RealClock } from '../../../src/real/real-clock.js';
import { runMatrix, type Row } from './row.js';
import type { World } from './world.js';

/** So slow that a signature of some seconds does not last. */
const slowLine = { effect: { type: 'slow-body', bytesPerSecond: 150_000, share: 'each' } } as const;
const fewConnections = {
  limits: { connectionsAtStart: 4, connectionsPerFile: 4, doublingMs: 60_000, longestRunBytes: 256 * 1024 },
};
const TWO_HOURS = 2 * 60 * 60 * 1000;

const clockOff = (ms: number): RealClock => ({ ...realClock, now: () => realClock.now() + ms });

/** One question for each lifetime, of which a tenth is not used, and one. Lifetimes are whole seconds, never shorter than was said. */
function asksOncePerLifetime(lifetimeMs: number): (world: World) => void {
  return ({ shape, resolves, reads }) => {
    for (const path of Object.keys(shape.sizes)) {
      const times = [...resolves(path), ...reads(path)].map(({ at }) => at);
      const spanMs = Math.max(...times) - Math.min(...times);
      const asked = resolves(path).length;
      expect(asked, `resolves of ${path} in ${spanMs} ms`).toBeLessThanOrEqual(
        Math.ceil(spanMs / (lifetimeMs * 0.9)) + 1,
      );
    }
  };
}

const rows: Row[] = [
  {
    fault: 'completes while signatures live for 2 s',
    faults: [{ effect: { type: 'signature-lifetime', ms: 2000 } }, slowLine],
    outcome: 'completed',
    bounds: { servedTwice: 0 },
    engine: fewConnections,
    shows: (world) => {
      asksOncePerLifetime(2000)(world);
      expect(world.hub.journal.summary().files.some(({ resolves }) => resolves > 1)).toBe(true);
    },
  },
  ...([403, 401, 410, 400] as const).map((status): Row => ({
    fault: `completes after a ${status} in the middle`,
    faults: [{ when: { nth: 4 }, effect: { type: 'refuse', status } }],
    outcome: 'completed',
    bounds: { resolvesPerFile: 2, servedTwice: 0 },
  })),
  {
    fault: 'fails with cdn_refused when every fresh URL is refused',
    faults: [{ effect: { type: 'refuse', status: 403 } }],
    outcome: { failed: 'cdn_refused' },
    bounds: { resolvesPerFile: 3, servedTimes: 0, downloadedBytes: 0 },
  },
  ...[TWO_HOURS, -TWO_HOURS].map((ms): Row => ({
    fault: `asks once for each file with a clock that is ${ms > 0 ? 'two hours fast' : 'two hours slow'}`,
    faults: [],
    outcome: 'completed',
    bounds: { resolvesPerFile: 1, servedTwice: 0 },
    engine: { clock: clockOff(ms) },
  })),
  ...[TWO_HOURS, -TWO_HOURS].map((ms): Row => ({
    fault: `asks once for each file while the hub's clock is ${ms > 0 ? 'two hours fast' : 'two hours slow'}`,
    faults: [{ effect: { type: 'clock-skew', ms } }],
    outcome: 'completed',
    bounds: { resolvesPerFile: 1, servedTwice: 0 },
  })),
];

runMatrix(rows);
