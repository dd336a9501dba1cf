import * as disk from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fractionAt } from '../../../src/core/random.js';
import { bring, createCargo, createWorkplace, KiB, SEGMENT, type Workplace } from '../disk/workplace.js';
import type { PartFile } from '../../../src/real/disk/part-file.js';
import { createVolatileFiles } from './volatile-files.js';

const { content, file } = createCargo(20 * SEGMENT + 12_345);
/** All of them: `POWER_LOSSES=100`. */
const LOSSES = Number(process.env.POWER_LOSSES ?? 12);
const limits = { journalBytes: 24 * KiB, checkpointMs: 4, journalMs: 2 };

let place: Workplace;
beforeAll(async () => void (place = await createWorkplace(limits)));
afterAll(() => place.close());

test.each(Array.from({ length: LOSSES }, (_, index) => index + 1))(
  'a part ends with the right bytes after two losses of power (seed %i)',
  async (seed) => {
    let folder = join(place.folder, `${seed}-0`);
    await disk.mkdir(folder);
    let safe = 0;
    for (let loss = 1; loss <= 2; loss++) {
      const volatile = await createVolatileFiles(folder);
      // Opening takes a few steps; the rest are writes, records and syncs.
      volatile.cutAfter(Math.floor(fractionAt(seed, 1000 + loss) * 130));
      try {
        const part = await place.open(file, { folder, files: volatile.files, bootId: `boot ${loss}` });
        expect(part.storedBytes()).toBeGreaterThanOrEqual(safe);
        await bringSlowly(part, () => (safe = part.storedBytes())).finally(() => part.close());
      } catch (error) {
        expect(error).toMatchObject({ name: 'DownloadError', code: 'disk_error' });
      }
      folder = join(place.folder, `${seed}-${loss}`);
      await disk.mkdir(folder);
      await volatile.rebuild(folder, seed * 10 + loss);
    }

    const part = await place.open(file, { folder, bootId: 'last boot' });
    expect(part.storedBytes()).toBeGreaterThanOrEqual(safe);
    await bring(part, content);
    expect(await part.verify()).toMatchObject({ type: 'verified' });
    await part.close();
    const found = createHash('sha256')
      .update(await disk.readFile(part.path))
      .digest('hex');
    expect(found).toBe(file.digest.hex);
  },
);

/** Segments in an order of its own, with time between them for records and checkpoints. */
async function bringSlowly(part: PartFile, onCheckpoint: () => void): Promise<void> {
  for (let first = 0; first < part.segmentCount; first += 4) {
    const some = [first + 2, first, first + 3, first + 1].filter((segment) => segment < part.segmentCount);
    await bring(part, content, { segments: some });
    if (first % 8 !== 0) continue;
    await part.checkpoint();
    onCheckpoint();
  }
  await part.verify();
}
