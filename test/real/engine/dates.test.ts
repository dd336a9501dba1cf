import { afterEach, expect, it } from 'vitest';
import { realClock } from '../../../src/real/index.js';
import { openRealWorld, startJob, until, type RealWorld } from './real-world.js';

let world: RealWorld;
afterEach(() => world.close());

it('a download completes after it started, although the date of the machine was set back', async () => {
  const repo = 'stage/dates-GGUF';
  world = await openRealWorld({ repos: [{ id: repo, files: [{ path: 'dates-Q4_K_M.gguf', size: 3_000_000 }] }] });
  let stepMs = 0;
  const engine = await world.open({ clock: { ...realClock, now: () => Date.now() + stepMs } });
  const { id } = await startJob(engine, world.repo(repo));
  stepMs = -3_600_000;
  const done = await until(engine, id, ({ state }) => state === 'completed');
  expect(done.state === 'completed' && done.completedAt).toBeGreaterThanOrEqual(done.startedAt);
});
