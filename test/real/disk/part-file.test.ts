import * as disk from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { partPaths, type PartFile } from '../../../src/real/disk/part-file.js';
import { until } from '../../until.js';
import { begin, bring, createCargo, createWorkplace, SEGMENT, total, type Workplace } from './workplace.js';

const { content, file } = createCargo(10 * SEGMENT + 777);
let place: Workplace;
beforeEach(async () => void (place = await createWorkplace()));
afterEach(() => place.close());

const paths = (): { part: string; journal: string } => partPaths(place.folder, 'cargo');

/** A part with everything but what belongs to segment 9, closed. */
async function leaveMost(): Promise<void> {
  const part = await place.open(file);
  await bring(part, content, { segments: [0, 1, 2, 3, 4, 5, 6, 7, 8, 10] });
  begin(part, content, 9, 30_000);
  await part.close();
}

/** Brings what is missing until the part is verified. @returns what was brought of each segment */
async function complete(part: PartFile): Promise<Record<number, number>> {
  const all: Record<number, number> = {};
  for (let round = 0; round < 3; round++) {
    for (const [segment, bytes] of await bring(part, content)) all[segment] = (all[segment] ?? 0) + bytes;
    const verdict = await part.verify();
    if (verdict.type === 'verified') {
      await part.close();
      expect(
        createHash('sha256')
          .update(await disk.readFile(part.path))
          .digest('hex'),
      ).toBe(file.digest.hex);
      return all;
    }
    expect(verdict).toEqual({ type: 'incomplete' });
  }
  throw new Error('the part was never verified');
}

describe('a part', () => {
  test('is verified once all bytes are there, in whatever order and chunks they came', async () => {
    const part = await place.open(file);
    await bring(part, content, { segments: [10, 3, 7, 1], chunkBytes: 100 });
    expect(await part.verify()).toEqual({ type: 'incomplete' });
    await bring(part, content, { chunkBytes: 50_000 });
    expect(await part.verify()).toMatchObject({ type: 'verified' });
    expect(part.storedBytes()).toBe(file.size);
    expect(part.hashedBytes()).toBe(file.size);
    expect(content.equals(await disk.readFile(part.path))).toBe(true);
  });

  test.each([0, 1, SEGMENT, SEGMENT + 1])('of %i bytes is verified', async (size) => {
    const cargo = createCargo(size);
    const part = await place.open(cargo.file);
    await bring(part, cargo.content);
    expect(await part.verify()).toMatchObject({ type: 'verified' });
  });

  test("is held to git's blob id where that is what the plan has", async () => {
    const hex = createHash('sha1').update(`blob ${file.size}\0`).update(content).digest('hex');
    const part = await place.open({ ...file, digest: { algorithm: 'git-sha1', hex } });
    await bring(part, content);
    expect(await part.verify()).toMatchObject({ type: 'verified' });
  });

  test('refuses bytes beyond the end of a segment', async () => {
    const part = await place.open(file);
    begin(part, content, 0, SEGMENT);
    expect(() => part.take(0, Buffer.alloc(1))).toThrow('Cannot take 1 bytes into segment 0: it has 65536 of 65536.');
  });

  test('names the digest it found where all bytes are on the disk as they arrived', async () => {
    const part = await place.open(file);
    const wrong = Buffer.from(content);
    wrong[5 * SEGMENT] = wrong[5 * SEGMENT]! ^ 1;
    await bring(part, wrong);
    const found = createHash('sha256').update(wrong).digest('hex');
    expect(await part.verify()).toEqual({ type: 'mismatch', found, damaged: [] });
    await part.forget(5);
    expect(part.taken(5)).toBe(0);
    await bring(part, content);
    expect(await part.verify()).toMatchObject({ type: 'verified' });
  });

  test('names the segments that were damaged on the disk after they were written', async () => {
    const part = await place.open(file);
    await bring(part, content);
    await part.checkpoint();
    expect(await part.verify()).toMatchObject({ type: 'verified' });
    await overwrite(part.path, 2 * SEGMENT + 5);
    await overwrite(part.path, 10 * SEGMENT + 776);
    await part.forget(0);
    await bring(part, content);
    expect(await part.verify()).toMatchObject({ type: 'mismatch', damaged: [2, 10] });
  });

  test('leaves nothing behind when it is discarded', async () => {
    const part = await place.open(file);
    await bring(part, content);
    await part.discard();
    expect(await disk.readdir(place.folder)).toEqual([]);
  });

  test.runIf(process.platform === 'linux')('lets go of its files when it is closed in the middle', async () => {
    const before = (await disk.readdir('/proc/self/fd')).length;
    for (let round = 0; round < 3; round++) {
      const part = await place.open(file);
      begin(part, content, round, 40_000);
      await part.close();
    }
    await place.digester.close();
    expect((await disk.readdir('/proc/self/fd')).length).toBeLessThanOrEqual(before);
  });
});

describe('a part that is opened again', () => {
  test('goes on where it stopped, in the middle of segments too', async () => {
    await leaveMost();
    const part = await place.open(file);
    expect(part.taken(9)).toBe(30_000);
    expect(part.storedBytes()).toBe(file.size - SEGMENT + 30_000);
    expect(await complete(part)).toEqual({ 9: SEGMENT - 30_000 });
  });

  test('keeps the segments it was begun with', async () => {
    await leaveMost();
    const part = await place.open(file, { limits: { segmentBytes: 4 * SEGMENT } });
    expect(part.segmentBytes).toBe(SEGMENT);
    expect(await complete(part)).toEqual({ 9: SEGMENT - 30_000 });
  });

  test('starts from nothing when its journal is of another file', async () => {
    await leaveMost();
    const other = createCargo(file.size);
    const part = await place.open(other.file);
    expect(part.storedBytes()).toBe(0);
    expect(total(await bring(part, other.content))).toBe(file.size);
    expect(await part.verify()).toMatchObject({ type: 'verified' });
  });

  test('starts from nothing when its journal is of the same digest and another size', async () => {
    await leaveMost();
    const part = await place.open({ ...file, size: file.size - 1 });
    expect(part.storedBytes()).toBe(0);
    await part.close();
    expect((await disk.stat(part.path)).size).toBe(file.size - 1);
  });

  test.each([
    ['one flipped bit', [3], () => overwrite(paths().part, 3 * SEGMENT + 1000)],
    [
      'flipped bits in several segments',
      [0, 4, 10],
      async () => {
        for (const at of [5, 5 * SEGMENT - 1, 10 * SEGMENT + 100]) await overwrite(paths().part, at);
      },
    ],
    ['a flipped bit in a segment that is not whole', [9], () => overwrite(paths().part, 9 * SEGMENT)],
    ['a truncated end', [7, 8, 9, 10], () => disk.truncate(paths().part, 7 * SEGMENT + 20_000)],
  ] as const)('fetches exactly the bad segments again after %s', async (_, bad, damage) => {
    await leaveMost();
    await damage();
    const expected = Object.fromEntries(bad.map((segment) => [segment, lengthOf(segment)]));
    const brought = await complete(await place.open(file));
    expect(brought).toEqual({ ...(bad.includes(9 as never) ? {} : { 9: SEGMENT - 30_000 }), ...expected });
  });

  test('fetches all damaged segments in one go where the first is found before the part is verified', async () => {
    await leaveMost();
    for (const at of [5, 5 * SEGMENT - 1, 10 * SEGMENT + 100]) await overwrite(paths().part, at);
    const part = await place.open(file);
    await bring(part, content);
    await until(() => part.storedBytes() < file.size);
    expect(await part.verify()).toEqual({ type: 'incomplete' });
    expect([...(await bring(part, content)).keys()].sort((one, other) => one - other)).toEqual([0, 4, 10]);
    expect(await part.verify()).toMatchObject({ type: 'verified' });
  });

  test.each([
    ['its part is gone', () => disk.rm(paths().part)],
    ['its journal is gone', () => disk.rm(paths().journal)],
    ['its journal is empty', () => disk.truncate(paths().journal, 0)],
    ['its journal is something else', () => disk.writeFile(paths().journal, Buffer.alloc(200_000, 'x'))],
    ['its part is something else', () => disk.writeFile(paths().part, Buffer.alloc(file.size, 'x'))],
  ] as const)('fetches everything again when %s', async (_, damage) => {
    await leaveMost();
    await damage();
    const brought = await complete(await place.open(file));
    const bytes = Object.values(brought).reduce((sum, count) => sum + count, 0);
    expect(bytes).toBe(file.size);
  });

  test('counts only what was synced when the machine was started anew, and reads it first', async () => {
    const part = await place.open(file, { limits: { checkpointMs: 60_000 } });
    await bring(part, content, { segments: [0, 1, 2, 3] });
    begin(part, content, 8, 20_000);
    await part.checkpoint();
    await bring(part, content, { segments: [4, 5, 8] });
    await part.close();
    await overwrite(part.path, 2 * SEGMENT);

    const again = await place.open(file, { bootId: 'second boot' });
    expect([0, 1, 2, 3, 4, 5, 8].map((segment) => again.taken(segment))).toEqual([
      ...[SEGMENT, SEGMENT, 0, SEGMENT, 0, 0, 20_000],
    ]);
    await complete(again);
  });
});

function lengthOf(segment: number): number {
  return Math.min(SEGMENT, file.size - segment * SEGMENT);
}

async function overwrite(path: string, position: number): Promise<void> {
  const handle = await disk.open(path, 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, position);
  byte[0] = byte[0]! ^ 0x10;
  await handle.write(byte, 0, 1, position);
  await handle.close();
}
