import * as nodeFiles from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FileLayer } from '../../../src/real/file-layer.js';
import { openRealWorld, startJob, until, type RealWorld } from './real-world.js';

const MB = 1_000_000;
const repos = ['one', 'two'].map((name) => ({
  id: `stage/${name}-GGUF`,
  files: [{ path: `${name}-Q4_K_M.gguf`, size: 3 * MB }],
}));
const slow = {
  when: { route: 'cdn' },
  effect: { type: 'slow-body', bytesPerSecond: MB, share: 'total' },
} as const;

let world: RealWorld;
afterEach(() => world.close());

/** A disk of which it can be said how much is free, and which takes no new file when nothing is. */
function shrinkableDisk(): { files: FileLayer; free: number } {
  const disk = {
    free: Number.MAX_SAFE_INTEGER,
    files: {
      ...nodeFiles,
      open: async (path, flags, mode) => {
        if (disk.free === 0 && String(flags).startsWith('wx'))
          throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        return nodeFiles.open(path, flags, mode);
      },
      rm: async (path, options) => {
        if (String(path).endsWith('.part')) disk.free = 5 * MB;
        return nodeFiles.rm(path, options);
      },
      statfs: (async (path) =>
        Object.assign(await nodeFiles.statfs(path), { bavail: disk.free, bsize: 1 })) as FileLayer['statfs'],
    } satisfies FileLayer,
  };
  return disk;
}

describe('on a disk without room', () => {
  it('two starts at once are not promised the same bytes', async () => {
    world = await openRealWorld({
      repos,
      faults: [slow, { when: { route: 'resolve' }, effect: { type: 'latency', ms: 200 } }],
    });
    const disk = shrinkableDisk();
    disk.free = 5 * MB;
    const engine = await world.open({ files: disk.files });
    const both = Promise.allSettled(repos.map(({ id }) => engine.start(world.repo(id))));
    const resolves = () => world.hub.journal.entries().filter(({ route }) => route === 'resolve');
    await expect.poll(() => resolves().length).toBe(2);
    world.line.pass(200);
    const starts = await both;
    expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(starts.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'insufficient_space' },
    });
  });

  it('a start and a resume say so, even where no lock can be written, and a cancelled job makes room', async () => {
    world = await openRealWorld({ repos, faults: [slow] });
    const disk = shrinkableDisk();
    const engine = await world.open({ files: disk.files });
    const job = await startJob(engine, world.repo('stage/one-GGUF'));
    await until(engine, job.id, ({ downloadedBytes }) => downloadedBytes > 200_000);
    await engine.jobs.pause(job.id);
    disk.free = 0;
    const refusal = { code: 'insufficient_space', message: expect.stringContaining('found 0 bytes') as string };
    await expect(engine.start(world.repo('stage/two-GGUF'))).rejects.toMatchObject(refusal);
    await expect(engine.jobs.resume(job.id)).rejects.toMatchObject(refusal);
    expect(await engine.jobs.cancel(job.id)).toMatchObject({ state: 'failed', code: 'cancelled', downloadedBytes: 0 });
    expect((await readdir(join(world.root, '.modeldock', job.id))).filter((name) => /part|journal/.test(name))).toEqual(
      [],
    );
  });
});
