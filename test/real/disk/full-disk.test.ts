import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PartFile } from '../../../src/real/disk/part-file.js';
import { createSmallDisk } from './small-disk.js';
import {
  begin,
  bring,
  createCargo,
  createWorkplace,
  KiB,
  SEGMENT,
  smallLimits,
  total,
  type Workplace,
} from './workplace.js';

const { content, file } = createCargo(24 * SEGMENT);
const JOURNAL_ROOM = 140 * KiB;
let place: Workplace;
beforeEach(async () => void (place = await createWorkplace()));
afterEach(() => place.close());

/** As requests do: some segments at a time, until the part will have no more. */
async function bringUntilItFails(part: PartFile): Promise<{ brought: number; error: unknown }> {
  let brought = 0;
  try {
    for (let first = 0; first < part.segmentCount; first += 4) {
      const some = [first, first + 1, first + 2, first + 3];
      brought += total(await bring(part, content, { segments: some, chunkBytes: 4000 }));
    }
    await part.checkpoint();
  } catch (error) {
    return { brought, error };
  }
  return { brought, error: undefined };
}

describe('a disk that fills up', () => {
  test.each([0, 5 * SEGMENT + 1234, 17 * SEGMENT])('after %i bytes loses nothing that was stored', async (room) => {
    const small = createSmallDisk(JOURNAL_ROOM + room);
    const part = await place.open(file, { files: small.files });
    const { error } = await bringUntilItFails(part);
    expect(error).toMatchObject({ name: 'DownloadError', code: 'disk_full' });
    expect((error as Error).message).toMatch(/the disk is full \(\d+ bytes are free, \d+ are still needed\)/);
    await expect(part.ready()).rejects.toBe(error);
    await expect(part.verify()).rejects.toBe(error);
    const stored = part.storedBytes();
    await part.close();
    // What fits is stored, but for less than a page at the end of each write in flight.
    expect(stored).toBeGreaterThan(room - 64 * KiB);

    small.addRoom(Infinity);
    const again = await place.open(file, { files: small.files });
    expect(again.storedBytes()).toBe(stored);
    expect(total(await bring(again, content))).toBe(file.size - stored);
    expect(await again.verify()).toMatchObject({ type: 'verified' });
  });

  test.each([
    ['ENOSPC', 'disk_full', 'the disk is full'],
    ['EDQUOT', 'disk_full', 'the disk quota is exhausted'],
    ['EIO', 'disk_error', 'EIO: the test wants it so'],
    ['EROFS', 'disk_error', 'Check the disk and the permissions of its folder'],
  ])('or otherwise fails to write with %s pauses with %s', async (code, expected, message) => {
    const small = createSmallDisk();
    const part = await place.open(file, { files: small.files });
    await bring(part, content, { segments: [0, 1, 2] });
    await part.checkpoint();
    small.failWrites(code);
    await expect(bring(part, content).then(() => part.verify())).rejects.toMatchObject({
      name: 'DownloadError',
      code: expected,
      message: expect.stringContaining(message) as string,
    });
    small.failWrites(undefined);
    await part.close();
    const again = await place.open(file);
    expect(again.storedBytes()).toBe(3 * SEGMENT);
  });

  test('during a sync is reported, and written bytes are written again, not fetched', async () => {
    const small = createSmallDisk();
    const part = await place.open(file, { files: small.files, limits: { checkpointMs: 60_000 } });
    await bring(part, content, { segments: [0, 1] });
    await part.checkpoint();
    await bring(part, content, { segments: [2, 3, 4] });
    begin(part, content, 7, 30_000);
    small.failSyncs('ENOSPC');
    await expect(part.checkpoint()).rejects.toMatchObject({ code: 'disk_full' });
    await part.close();

    const positions: number[] = [];
    small.failSyncs(undefined);
    const watching = createSmallDisk();
    const { files } = watching;
    const again = await place.open(file, {
      files: {
        ...files,
        open: (async (path: string, flags: number) => {
          const handle = await files.open(path, flags);
          if (!path.endsWith('.part')) return handle;
          const write = (bytes: Buffer, offset: number, length: number, position: number): unknown => {
            positions.push(position);
            return handle.write(bytes, offset, length, position);
          };
          return { ...handle, write };
        }) as typeof files.open,
      },
    });
    expect(again.storedBytes()).toBe(5 * SEGMENT + 30_000);
    expect(new Set(positions.map((position) => Math.floor(position / SEGMENT)))).toEqual(new Set([2, 3, 4, 7]));
    expect(total(await bring(again, content))).toBe(19 * SEGMENT - 30_000);
    expect(await again.verify()).toMatchObject({ type: 'verified' });
  });

  test('in background work is reported to the next caller', async () => {
    const small = createSmallDisk();
    const part = await place.open(file, { files: small.files, limits: { checkpointMs: 5 } });
    small.failSyncs('ENOSPC');
    begin(part, content, 0, 10_000);
    await expect
      .poll(() =>
        part.ready().then(
          () => 'ready',
          (error: unknown) => (error as { code: string }).code,
        ),
      )
      .toBe('disk_full');
    expect(part.take(1, Buffer.alloc(10))).toBe(false);
    expect(part.taken(1)).toBe(0);
  });

  test('before there is a journal is reported when the part is opened', async () => {
    const small = createSmallDisk(8 * KiB);
    await expect(place.open(file, { files: small.files })).rejects.toMatchObject({ code: 'disk_full' });
    small.addRoom(Infinity);
    const part = await place.open(file, { files: small.files });
    await bring(part, content);
    expect(await part.verify()).toMatchObject({ type: 'verified' });
  });
});

test('short writes are continued', async () => {
  const small = createSmallDisk();
  const { files } = small;
  const open = (async (path: string, flags: number) => {
    const handle = await files.open(path, flags);
    const writev = ([chunk]: readonly Uint8Array[], position: number): unknown =>
      handle.writev([chunk!.subarray(0, 1 + (position % 3000))], position);
    return path.endsWith('.part') ? { ...handle, writev } : handle;
  }) as typeof files.open;
  const part = await place.open(file, { files: { ...files, open } });
  await bring(part, content);
  expect(await part.verify()).toMatchObject({ type: 'verified' });
});

test('a full budget is emptied by writes of any size, however many parts share it', async () => {
  const limit = smallLimits.unjournaledBytes;
  const cargoes = Array.from({ length: 5 }, () => createCargo(12 * SEGMENT));
  const slow = { journalBytes: 10 * limit, journalMs: 60_000, writeBytes: SEGMENT };
  const parts = await Promise.all(
    cargoes.map((cargo, index) => {
      const folder = place.folder;
      return place.open(cargo.file, { folder, name: `cargo-${index}`, limits: slow });
    }),
  );
  // No segment ever has a whole write's worth of bytes when the budget is full.
  await Promise.all(
    parts.flatMap((part, index) =>
      Array.from({ length: 12 }, (_, segment) =>
        bring(part, cargoes[index]!.content, { segments: [segment], chunkBytes: 1000 }),
      ),
    ),
  );
  for (const part of parts) expect(await part.verify()).toMatchObject({ type: 'verified' });
});

test('a part that has stopped taking bytes leaves no other waiting', async () => {
  const slow = { journalBytes: 1e9, journalMs: 60_000, writeBytes: SEGMENT };
  const idle = await place.open(file, { name: 'idle', limits: slow });
  const { budget } = place;
  for (let segment = 0; segment < 23 && !budget.isFull(); segment++) begin(idle, content, segment, 16_000);
  expect(budget.isFull()).toBe(false);
  const cargo = createCargo(4 * SEGMENT);
  const busy = await place.open(cargo.file, { name: 'busy', limits: slow });
  await bring(busy, cargo.content, { chunkBytes: 1000 });
  expect(await busy.verify()).toMatchObject({ type: 'verified' });
});

test('what is received and not in a journal stays within the limit', async () => {
  let inMemory = 0;
  let most = 0;
  const { budget } = place;
  const counting = {
    ...budget,
    take(bytes: number) {
      most = Math.max(most, (inMemory += bytes));
      return budget.take(bytes);
    },
    release(bytes: number) {
      inMemory -= bytes;
      budget.release(bytes);
    },
  };
  place.budget = counting;
  const part = await place.open(file, { limits: { journalBytes: 1e9, journalMs: 60_000 } });
  await Promise.all(
    Array.from({ length: 24 }, (_, segment) => bring(part, content, { segments: [segment], chunkBytes: 1500 })),
  );
  expect(await part.verify()).toMatchObject({ type: 'verified' });
  expect(most).toBeGreaterThan(smallLimits.unjournaledBytes / 2);
  expect(most).toBeLessThanOrEqual(smallLimits.unjournaledBytes);
  expect(inMemory).toBe(0);
});
