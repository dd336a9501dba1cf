import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hub } from '../../../src/hub/index.js';
import { watchFiles } from '../watched-files.js';
import { expectFirstCommit, expectSecrets } from './row.js';
import { shapes, totalOf } from './shapes.js';
import { createMatrixHub, createWorld } from './world.js';

const KiB = 1024;
/** Sixteen connections from the first moment on, and enough to do for all of them for two seconds. */
const limits = {
  segmentBytes: 64 * KiB,
  shortestRunBytes: 64 * KiB,
  runMs: 500,
  connectionsAtStart: 16,
  slowMs: 300,
  // What is measured is the download, not what it takes to make it outlive a loss of power.
  checkpointMs: 5000,
};
const usualLine = { effect: { type: 'slow-body', bytesPerSecond: 100_000, share: 'each' } } as const;
const slowConnection = {
  when: { nth: 3 },
  effect: { type: 'slow-body', bytesPerSecond: 5_000, share: 'each' },
} as const;

let hub: Hub;
beforeAll(async () => {
  hub = await createMatrixHub();
});
afterEach(() => hub.control.reset());
afterAll(() => hub.close());

describe.each(shapes.map((shape) => [shape.title, shape] as const))(
  'one slow connection of sixteen, for %s,',
  (_, shape) => {
    it('is given up after a small part of its run, others fetch the rest, and no byte is written twice', async () => {
      const world = await createWorld(hub, shape);
      hub.control.reset();
      hub.faults.add([usualLine, slowConnection]);
      let written = 0;
      const files = watchFiles({
        after: ({ name, path, bytes }) => {
          if (name.startsWith('write') && path.endsWith('.part')) written += bytes ?? 0;
        },
      });
      const engine = await world.open({ files, limits });
      const { id } = await world.start(engine);
      const job = await world.until(engine, id, ({ state }) => state !== 'downloading');
      expect(job.state).toBe('completed');
      await expectFirstCommit(world);
      expectSecrets(world);
      await world.close();

      expect(hub.faults.list()[1]!.fired).toBe(1);
      const slow = world.reads().find(({ faults }) => faults.length === 2)!;
      expect(slow.outcome).toBe('left');
      // At its own speed it would have taken 13 s for the shortest of runs; the others take 2 s for everything.
      expect(slow.served!.end - slow.served!.start).toBeLessThan(limits.shortestRunBytes / 4);
      expect(written).toBe(totalOf(shape));
    });
  },
);
