import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hub } from '../../../src/hub/index.js';
import type { FileLayer } from '../../../src/real/file-layer.js';
import { watchFiles } from '../watched-files.js';
import { matrixLimits } from './limits.js';
import { expectNoMoreThan, held } from './resources.js';
import { expectFirstCommit, expectSecrets } from './row.js';
import { shapes } from './shapes.js';
import { createMatrixHub, createWorld } from './world.js';

let hub: Hub;
beforeAll(async () => {
  hub = await createMatrixHub();
});
afterEach(() => hub.control.reset());
afterAll(() => hub.close());

/** What we hold, and what sockets do. */
const UNJOURNALED = matrixLimits.unjournaledBytes + 1024 * 1024;

interface Disk {
  files: FileLayer;
  makeRoom(): void;
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: no room, ${code === 'EDQUOT' ? 'quota' : 'disk'}`), { code });
}

/** Takes so many bytes of parts: the write that does not fit is cut short, and all after it fail, until there is room. */
function fullAfter(bytes: number, code: string): Disk {
  let room = bytes;
  const files = watchFiles({
    before: ({ name, path, bytes: size = 0 }) => {
      if (!name.startsWith('write') || !path.endsWith('.part')) return undefined;
      if (room <= 0) throw systemError(code);
      const most = Math.min(room, size);
      room -= most;
      return most < size ? most : undefined;
    },
  });
  return { files, makeRoom: () => (room = Infinity) };
}

/** Takes everything, and says only when it is synced that there was no room for it. */
function fullWhenSynced(bytes: number, code: string): Disk {
  let written = 0;
  let room = bytes;
  const files = watchFiles({
    before: ({ name, path }) => {
      if (name === 'datasync' && path.endsWith('.part') && written > room) throw systemError(code);
      return undefined;
    },
    after: ({ name, path, bytes: size = 0 }) => {
      if (name.startsWith('write') && path.endsWith('.part')) written += size;
    },
  });
  return { files, makeRoom: () => (room = Infinity) };
}

const disks: { title: string; make: () => Disk; twice: number }[] = [
  { title: 'a write', make: () => fullAfter(1_234_567, 'ENOSPC'), twice: UNJOURNALED },
  { title: 'a write, by a quota', make: () => fullAfter(1_000_000, 'EDQUOT'), twice: UNJOURNALED },
  // What a failed sync was for may or may not be on the disk: everything since the last checkpoint is in doubt.
  { title: 'a sync', make: () => fullWhenSynced(1_234_567, 'ENOSPC'), twice: Infinity },
];

describe.each(shapes.map((shape) => [shape.title, shape] as const))('a disk that is full, with %s,', (_, shape) => {
  it.each(disks.map((disk) => [disk.title, disk] as const))(
    'pauses at %s with disk_full, and completes when there is room',
    async (_title, { make, twice }) => {
      const before = await held();
      const world = await createWorld(hub, shape);
      hub.control.reset();
      const disk = make();
      hub.faults.add({ effect: { type: 'slow-body', bytesPerSecond: 1_000_000, share: 'each' } });
      const engine = await world.open({ files: disk.files });
      const { id } = await world.start(engine);
      const paused = await world.until(engine, id, ({ state }) => state !== 'downloading');
      expect(paused).toMatchObject({ state: 'paused', code: 'disk_full' });
      expect(await world.published()).toEqual([]);

      disk.makeRoom();
      await engine.jobs.resume(id);
      const job = await world.until(engine, id, ({ state }) => state !== 'downloading');
      expect(job.state).toBe('completed');
      await expectFirstCommit(world);
      expectSecrets(world);
      const { files } = hub.journal.summary();
      expect(files.reduce((sum, { bytesTwice }) => sum + bytesTwice, 0)).toBeLessThanOrEqual(twice);
      await world.close();
      hub.control.reset();
      await expectNoMoreThan(before);
    },
  );
});
