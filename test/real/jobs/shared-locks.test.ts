import * as nodeFiles from 'node:fs/promises';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSharedLocks, type SharedLocks } from '../../../src/real/jobs/shared-locks.js';
import { defaultLimits, realClock } from '../../../src/real/index.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shared-locks-'));
});
afterEach(() => rm(root, { recursive: true }));

const open = (): SharedLocks => createSharedLocks({ files: nodeFiles, clock: realClock, limits: defaultLimits });
const wanted = () => ({ root, folder: join(root, 'owner/repo'), paths: ['b.gguf', 'a.gguf'], subject: 'owner/repo' });
const lockFiles = async (): Promise<string[]> =>
  (await readdir(join(root, '.modeldock/locks'))).filter((name) => name.endsWith('.lock'));

describe('a lock that jobs of one process share', () => {
  it('is taken once, and given up by the last of them', async () => {
    const locks = open();
    const first = await locks.take(wanted());
    const second = await locks.take({ ...wanted(), paths: ['a.gguf', 'b.gguf'] });
    await first.release();
    await first.release();
    await expect(open().take(wanted())).rejects.toMatchObject({ code: 'model_busy' });
    await second.release();
    expect(await lockFiles()).toEqual([]);
    await (await open().take(wanted())).release();
  });

  it('can be taken again at the moment it is given up', async () => {
    const locks = open();
    for (let round = 0; round < 10; round++) {
      const lock = await locks.take(wanted());
      const [, again] = await Promise.all([lock.release(), locks.take(wanted())]);
      expect(await lockFiles()).toHaveLength(1);
      await again.release();
    }
    expect(await lockFiles()).toEqual([]);
  });

  it('is refused to all of them while another process has it, and open to them afterwards', async () => {
    const other = await open().take(wanted());
    const locks = open();
    const outcomes = await Promise.allSettled([locks.take(wanted()), locks.take(wanted())]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await other.release();
    await (await locks.take(wanted())).release();
  });
});
