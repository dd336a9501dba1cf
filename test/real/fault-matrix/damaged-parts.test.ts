import { open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hub, HubJournalEntry } from '../../../src/hub/index.js';
import { matrixLimits } from './limits.js';
import { expectNoMoreThan, held } from './resources.js';
import { expectFirstCommit, expectSecrets } from './row.js';
import { largestOf, onFile, shapes, type Shape } from './shapes.js';
import { createMatrixHub, createWorld, stagedFiles, type World } from './world.js';

const SEGMENT = matrixLimits.segmentBytes;

let hub: Hub;
beforeAll(async () => {
  hub = await createMatrixHub();
});
afterEach(() => hub.control.reset());
afterAll(() => hub.close());

/** The part of the largest file, and its journal. */
interface Staged {
  part: string;
  journal: string;
  /** What the journal of another file looks like. */
  foreignJournal(): Promise<Buffer>;
}

interface Damage {
  title: string;
  inflict(staged: Staged): Promise<void>;
  /** Which segments' bytes are fetched again, besides what was never there. Default: any. */
  isRefetched?: (segment: number) => boolean;
}

async function flip(path: string, byte: number): Promise<void> {
  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, byte);
  buffer[0]! ^= 1;
  await file.write(buffer, 0, 1, byte);
  await file.close();
}

const damages: Damage[] = [
  { title: 'was left as it is', inflict: async () => undefined, isRefetched: () => false },
  {
    title: 'has a flipped bit',
    inflict: ({ part }) => flip(part, 2 * SEGMENT + 777),
    isRefetched: (segment) => segment === 2,
  },
  {
    title: 'has two flipped bits',
    inflict: async ({ part }) => {
      await flip(part, 0);
      await flip(part, 4 * SEGMENT - 1);
    },
    isRefetched: (segment) => segment === 0 || segment === 3,
  },
  {
    title: 'was truncated',
    inflict: ({ part }) => truncate(part, 3 * SEGMENT + 100),
    isRefetched: (segment) => segment >= 3,
  },
  { title: 'was deleted', inflict: ({ part }) => rm(part), isRefetched: () => true },
  { title: 'has lost its journal', inflict: ({ journal }) => rm(journal), isRefetched: () => true },
  {
    title: 'has half of its journal',
    inflict: async ({ journal }) => truncate(journal, Math.floor((await stat(journal)).size / 2)),
  },
  {
    title: 'has an empty journal',
    inflict: ({ journal }) => truncate(journal, 0),
    isRefetched: () => true,
  },
  {
    title: 'has the journal of another file',
    inflict: async ({ journal, foreignJournal }) => writeFile(journal, await foreignJournal()),
    isRefetched: () => true,
  },
];

/** Downloads all but the end of the largest file, and closes the engine. */
async function downloadMostOf(world: World): Promise<{ id: string; mark: number }> {
  const { path, size } = largestOf(world.shape);
  const mark = size - 1000;
  hub.faults.add(onFile(path, { effect: { type: 'stall', atByte: mark } }));
  const engine = await world.open({ limits: { silenceMs: 60_000 } });
  const { id } = await world.start(engine);
  const rest = Object.values(world.shape.sizes).reduce((sum, each) => sum + each, 0) - 1000;
  await world.until(engine, id, ({ downloadedBytes }) => downloadedBytes === rest);
  await engine.close();
  hub.faults.clear();
  hub.journal.clear();
  return { id, mark };
}

/** Where the largest file is staged: no other part is nearly as long. */
async function stagedOf({ root, shape }: World): Promise<Omit<Staged, 'foreignJournal'>> {
  const { size } = largestOf(shape);
  for (const part of await stagedFiles(root)) {
    if (part.endsWith('.part') && size - (await stat(part)).size <= 1000) {
      return { part, journal: part.replace(/part$/, 'journal') };
    }
  }
  throw new Error(`There is no part of ${size} bytes in ${root}.`);
}

async function journalOf(shape: Shape): Promise<Buffer> {
  const world = await createWorld(hub, shape);
  await downloadMostOf(world);
  const journal = await readFile((await stagedOf(world)).journal);
  await world.close();
  hub.control.reset();
  return journal;
}

/** Segments of the largest file of which bytes were served, but for those at its end that were never there. */
function refetchedIn(reads: readonly HubJournalEntry[], mark: number): number[] {
  const segments = new Set<number>();
  for (const { served } of reads) {
    if (served === undefined) continue;
    for (let at = served.start; at < Math.min(served.end, mark); at = (Math.floor(at / SEGMENT) + 1) * SEGMENT) {
      segments.add(Math.floor(at / SEGMENT));
    }
  }
  return [...segments].sort((one, other) => one - other);
}

describe.each(shapes.map((shape) => [shape.title, shape] as const))('of %s,', (_, shape) => {
  const { path, size } = largestOf(shape);
  const lastWhole = Math.floor((size - 1000) / SEGMENT);
  const all = Array.from({ length: lastWhole + 1 }, (_, segment) => segment);

  it.each(damages.map((damage) => [damage.title, damage] as const))(
    'a part that %s is completed with what is bad of it',
    async (_title, { inflict, isRefetched }) => {
      const other = shapes.find((each) => each !== shape)!;
      const foreignJournal = (): Promise<Buffer> => journalOf(other);
      const before = await held();
      const world = await createWorld(hub, shape);
      hub.control.reset();
      const { id, mark } = await downloadMostOf(world);
      await inflict({ ...(await stagedOf(world)), foreignJournal });
      hub.journal.clear();

      const engine = await world.open();
      const job = await world.until(engine, id, ({ state }) => state !== 'downloading');
      expect(job.state).toBe('completed');
      await expectFirstCommit(world);
      expectSecrets(world);
      const again = refetchedIn(world.reads(path), mark);
      if (isRefetched) expect(again).toEqual(all.filter(isRefetched));
      await world.close();
      hub.control.reset();
      await expectNoMoreThan(before);
    },
  );
});
