import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRealWorld, startJob, until } from './real-world.js';

const run = promisify(execFile);
const repos = ['one', 'two'].map((name) => ({
  id: `stage/${name}-GGUF`,
  files: [{ path: `${name}-Q4_K_M.gguf`, size: 300_000 }],
}));

let place: string;
let isMounted = false;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'modeldock-inodes-'));
  isMounted = await run('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=40,size=16m', 'tmpfs', place]).then(
    () => true,
    () => false,
  );
});
afterAll(async () => {
  if (isMounted) await run('umount', [place]);
  await rm(place, { recursive: true, force: true });
});

/** Takes all inodes. */
async function fill(): Promise<void> {
  for (let index = 0; ; index++) {
    const isFull = await writeFile(join(place, `fill-${index}`), '').then(
      () => false,
      () => true,
    );
    if (isFull) return;
  }
}

it('refuses a start as one without room where no further file can be created, and starts once one can', async (context) => {
  if (!isMounted) return context.skip('mount is not permitted here');
  const world = await openRealWorld({ repos });
  const root = join(place, 'models');
  await mkdir(root);
  const engine = await world.open({ modelsDirs: [root] });
  await fill();
  await expect(engine.start(world.repo('stage/one-GGUF'))).rejects.toMatchObject({
    code: 'insufficient_space',
    message: expect.stringContaining('ENOSPC') as string,
  });
  for (const name of await readdir(place)) if (name.startsWith('fill-')) await rm(join(place, name));
  const job = await startJob(engine, world.repo('stage/two-GGUF'));
  expect(await until(engine, job.id, ({ state }) => state !== 'downloading')).toMatchObject({ state: 'completed' });
  await world.close();
});
