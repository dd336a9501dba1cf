import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hub } from '../../../src/hub/index.js';
import { watchFiles } from '../watched-files.js';
import { expectFirstCommit, expectSecrets } from './row.js';
import { shapes, totalOf } from './shapes.js';
import { createMatrixHub, createWorld, type World } from './world.js';

const KiB = 1024;
/** Sixteen connections from the first moment on, and enough to do for all of them for a few seconds. */
const limits = {
  segmentBytes: 64 * KiB,
  shortestRunBytes: 64 * KiB,
  runMs: 500,
  connectionsAtStart: 16,
  slowMs: 300,
  // What is measured is the download, not what it takes to make it outlive a loss of power.
  checkpointMs: 5000,
};
const usualLine = { do: { type: 'slow', bytesPerSecond: 100_000, share: 'each' } } as const;
const slowConnection = { on: { nth: 3 }, do: { type: 'slow', bytesPerSecond: 5_000, share: 'each' } } as const;

let hub: Hub;
beforeAll(async () => {
  hub = await createMatrixHub();
});
afterEach(() => hub.control.reset());
afterAll(() => hub.close());

/** Milliseconds from the first request for bytes to the last byte's, and how many bytes were written. */
async function timed(world: World): Promise<{ ms: number; written: number }> {
  let written = 0;
  const files = watchFiles({
    after: ({ name, path, bytes }) => {
      if (name.startsWith('write') && path.endsWith('.part')) written += bytes ?? 0;
    },
  });
  const engine = await world.open({ files, limits });
  const startedAt = performance.now();
  const { id } = await world.start(engine);
  const job = await world.until(engine, id, ({ state }) => state !== 'downloading');
  const ms = performance.now() - startedAt;
  expect(job.state).toBe('completed');
  await expectFirstCommit(world);
  expectSecrets(world);
  await world.close();
  return { ms, written };
}

describe.each(shapes.map((shape) => [shape.title, shape] as const))(
  'one slow connection of sixteen, for %s,',
  (_, shape) => {
    it('costs less than half of the time again, and no byte is written twice', async () => {
      const clean = await createWorld(hub, shape);
      hub.control.reset();
      hub.faults.add(usualLine);
      const usual = await timed(clean);

      const world = await createWorld(hub, shape);
      hub.control.reset();
      hub.faults.add([usualLine, slowConnection]);
      const slowed = await timed(world);

      expect(hub.faults.list()[1]!.struck).toBe(1);
      expect(slowed.ms / usual.ms).toBeLessThanOrEqual(1.5);
      expect(slowed.written).toBe(totalOf(shape));
      expect(usual.written).toBe(totalOf(shape));
    });
  },
);
