import { randomBytes } from 'node:crypto';
import * as disk from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createVolatileFiles } from '../power-loss/volatile-files.js';
import { readJournal, startJournal, type PartJournal, type JournalState } from '../../../src/real/disk/journal.js';

const identity = { algorithm: 'sha256', hex: 'ab'.repeat(32), size: 100_000_000 };
const segmentCount = 100;
let folder: string;
let path: string;
let open: PartJournal[] = [];
beforeEach(async () => {
  folder = await disk.mkdtemp(join(tmpdir(), 'modeldock-journal-'));
  path = join(folder, 'cargo.journal');
});
afterEach(async () => {
  await Promise.all(open.map((journal) => journal.close()));
  open = [];
  await disk.rm(folder, { recursive: true });
});

async function start(state: Partial<JournalState> = {}): Promise<PartJournal> {
  const empty = { current: new Map(), durable: new Map(), doubtful: false };
  const whole = { identity, segmentBytes: 1_000_000, bootId: 'boot', ...empty, ...state };
  const journal = await startJournal(path, whole, { files: disk, segmentCount });
  open.push(journal);
  return journal;
}

const marks = (...entries: [segment: number, stored: number, crc: number][]) =>
  new Map(entries.map(([segment, stored, crc]) => [segment, { stored, crc }]));

test('a journal gives back what was recorded, and apart from it what was synced', async () => {
  const journal = await start();
  await journal.progress(marks([0, 500, 1], [7, 600, 2]));
  await journal.checkpoint(marks([0, 500, 1]));
  await journal.progress(marks([0, 900, 3]));
  expect(await readJournal(path, disk)).toEqual({
    ...{ identity, segmentBytes: 1_000_000, bootId: 'boot', doubtful: false },
    current: marks([0, 900, 3], [7, 600, 2]),
    durable: marks([0, 500, 1]),
  });
  await journal.doubt();
  expect(await readJournal(path, disk)).toMatchObject({ doubtful: true });
});

test('a segment that went back is not synced any more either', async () => {
  const journal = await start();
  await journal.checkpoint(marks([3, 500, 1]));
  await journal.progress(marks([3, 0, 0]));
  await journal.progress(marks([3, 800, 9]));
  expect(await readJournal(path, disk)).toMatchObject({ current: marks([3, 800, 9]), durable: marks() });
});

test('a journal never grows, however much is recorded, and forgets nothing', async () => {
  const journal = await start();
  const { size } = await disk.stat(path);
  for (let round = 1; round <= 6000; round++) {
    await journal.progress(marks([round % segmentCount, round, round * 7], [99, round, round]));
    if (round % 500 === 0) await journal.checkpoint(journal.state.current);
  }
  const read = await readJournal(path, disk);
  expect(read?.current).toEqual(journal.state.current);
  expect(read?.durable).toEqual(journal.state.durable);
  expect(read?.current.get(99)).toEqual({ stored: 6000, crc: 6000 });
  expect((await disk.stat(path)).size).toBe(size);
});

test('a journal that is started has its room on the disk', async () => {
  await start();
  const { size, blocks } = await disk.stat(path);
  expect(blocks * 512).toBeGreaterThanOrEqual(size);
});

test('a record torn at any byte is dropped, and those before it hold', async () => {
  const journal = await start();
  await journal.progress(marks([1, 100, 5]));
  const before = await disk.readFile(path);
  await journal.progress(marks([1, 200, 6], [2, 50, 7]));
  const after = await disk.readFile(path);
  const changed = [...after.keys()].filter((at) => before[at] !== after[at]);
  for (const at of changed.slice(0, -1)) {
    const torn = Buffer.concat([after.subarray(0, at + 1), before.subarray(at + 1)]);
    await disk.writeFile(path, torn);
    expect((await readJournal(path, disk))?.current).toEqual(marks([1, 100, 5]));
  }
});

test('a journal that is opened again is whole at every byte of its first write', async () => {
  const first = await start();
  await first.progress(marks([1, 100, 5]));
  const before = await disk.readFile(path);
  await start({ current: marks([1, 100, 5]) });
  const after = await disk.readFile(path);
  const changed = [...after.keys()].filter((at) => before[at] !== after[at]);
  expect(changed.length).toBeGreaterThan(20);
  for (const at of changed) {
    await disk.writeFile(path, Buffer.concat([after.subarray(0, at), before.subarray(at)]));
    expect((await readJournal(path, disk))?.current).toEqual(marks([1, 100, 5]));
  }
});

test('what an earlier life left behind a record is not taken for one', async () => {
  const first = await start();
  for (let round = 1; round <= 40; round++) await first.progress(marks([5, round, round]));
  await start();
  const third = await start();
  await third.progress(marks([5, 3, 3]));
  expect((await readJournal(path, disk))?.current).toEqual(marks([5, 3, 3]));
});

test('a journal that was cut short gives what is left, and is made whole when it is started', async () => {
  const journal = await start();
  for (let round = 1; round <= 50; round++) await journal.progress(marks([0, round, round]));
  const { size } = await disk.stat(path);
  await disk.truncate(path, 1000);
  const left = await readJournal(path, disk);
  expect(left?.current.get(0)?.stored).toBeGreaterThan(5);
  await start(left);
  expect((await disk.stat(path)).size).toBe(size);
  expect((await readJournal(path, disk))?.current).toEqual(left?.current);
});

test.each([0, 1, 15, 16, 5000, 200_000])('%i foreign bytes are no journal', async (length) => {
  await disk.writeFile(path, randomBytes(length));
  expect(await readJournal(path, disk)).toBeUndefined();
  await start();
  expect(await readJournal(path, disk)).toMatchObject({ identity, current: marks() });
});

test('what was synced outlives a loss of power, however often the journal was started meanwhile', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const before = join(folder, `before-${seed}`);
    const after = join(folder, `after-${seed}`);
    await disk.mkdir(before);
    await disk.mkdir(after);
    const { files, rebuild } = await createVolatileFiles(before);
    // Longer than what a disk writes at once.
    const durable = marks(...Array.from({ length: 90 }, (_, at): [number, number, number] => [at, 1000 + at, 7]));
    for (let round = 0; round < 3; round++) {
      const state = { identity, segmentBytes: 1_000_000, bootId: 'boot', doubtful: false };
      const current = new Map(round === 0 ? [] : durable);
      const at = join(before, 'cargo.journal');
      const journal = await startJournal(at, { ...state, current, durable: new Map(current) }, { files, segmentCount });
      if (round === 0) {
        await journal.checkpoint(durable);
        const names = await files.open(before, 'r');
        await names.sync();
        await names.close();
      }
      await journal.close();
    }
    await rebuild(after, seed);
    expect((await readJournal(join(after, 'cargo.journal'), disk))?.durable, `seed ${seed}`).toEqual(durable);
  }
});

test('no file is no journal', async () => {
  expect(await readJournal(path, disk)).toBeUndefined();
});
