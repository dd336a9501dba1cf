import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openRealWorld, pass, startJob, until, type RealWorld } from './real-world.js';

const MODEL = 'stage/one-GGUF';
const FILE = 'one-Q4_K_M.gguf';

let world: RealWorld;
afterEach(() => world.close());

/** The folder as a process leaves it that is killed now, and an engine that opens it. */
async function openAsKilled(name: string) {
  const copy = join(world.root, '..', name);
  await cp(world.root, copy, { recursive: true });
  return world.open({ modelsDirs: [copy] });
}

it('shows no fewer bytes in the next process where some were found wrong and given up', async () => {
  world = await openRealWorld({
    repos: [{ id: MODEL, files: [{ path: FILE, size: 600_000 }] }],
    faults: [{ when: { route: 'cdn' }, effect: { type: 'flip-bit', atByte: 300_000 } }],
  });
  const engine = await world.open();
  const { id } = await startJob(engine, world.repo(MODEL));
  await until(engine, id, ({ downloadedBytes }) => downloadedBytes === 600_000);
  // All of it is there and wrong; what is fetched again comes slowly.
  world.hub.faults.add({
    when: { route: 'cdn' },
    effect: { type: 'slow-body', bytesPerSecond: 50_000, share: 'total' },
  });
  const stored = async (): Promise<number> => (await engine.jobs.details(id))!.files[0]!.downloadedBytes;
  while ((await stored()) === 600_000) await pass(engine);
  expect(await engine.status(id)).toMatchObject({ downloadedBytes: 600_000 });
  const record = join(world.root, '.modeldock', id, 'job.json');
  await expect
    .poll(async () => JSON.parse(await readFile(record, 'utf8')) as object)
    .toMatchObject({ downloadedBytes: 600_000 });
  const next = await openAsKilled('killed');
  expect(await next.status(id)).toMatchObject({ downloadedBytes: 600_000 });
});
