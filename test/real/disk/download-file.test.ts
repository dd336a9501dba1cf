import { createHash } from 'node:crypto';
import * as disk from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PartFile } from '../../../src/real/disk/part-file.js';
import type { FileLayer } from '../../../src/real/file-layer.js';
import { downloadFile } from '../../../src/real/download-file.js';
import type { PlannedFile } from '../../../src/real/plan.js';
import { realClock } from '../../../src/real/real-clock.js';
import { createConnectionSlots } from '../../../src/real/transfer/connection-slots.js';
import { createStage, createTransferCounters, type Stage } from '../transfer/stage.js';
import { createWorkplace, SEGMENT, smallLimits, type Workplace } from './workplace.js';

const SIZE = 30 * SEGMENT + 4321;
/** A request asks for one segment: what is on the wire when a longer one is divided comes again, more of it on a slow machine. */
const limits = { ...smallLimits, longestRunBytes: SEGMENT };
let stage: Stage;
let place: Workplace;
let file: PlannedFile;
beforeAll(async () => {
  stage = await createStage(SIZE);
  file = { path: 'cargo.gguf', size: SIZE, digest: { algorithm: 'sha256', hex: stage.sha256 } };
});
afterAll(() => stage.close());
beforeEach(async () => {
  place = await createWorkplace();
  stage.hub.faults.clear();
  stage.hub.journal.clear();
});
afterEach(() => place.close());

interface Run {
  phases: string[];
  /** How often it was asked anew where the file is. */
  sources(): number;
  done: Promise<unknown>;
}

function download(part: PartFile, signal = new AbortController().signal): Run {
  const phases: string[] = [];
  let sources = 0;
  const done = downloadFile({
    part,
    source() {
      sources += 1;
      return stage.source();
    },
    limits: { ...limits, errorsMs: 100, errorAttempts: 5 },
    clock: realClock,
    slots: createConnectionSlots(limits),
    bandwidth: [],
    signal,
    counters: createTransferCounters(),
    onPhase: (phase) => phases.push(phase),
    busy: () => 0,
  });
  done.catch(() => undefined);
  return { phases, sources: () => sources, done };
}

const servedBytes = (): number =>
  stage.reads().reduce((sum, { served }) => sum + (served === undefined ? 0 : served.end - served.start), 0);

async function digestOf(part: PartFile): Promise<string> {
  return createHash('sha256')
    .update(await disk.readFile(part.path))
    .digest('hex');
}

describe('a download', () => {
  test('is verified when it ends, and asks once where the file is', async () => {
    const part = await place.open(file);
    const run = download(part);
    await run.done;
    expect(await digestOf(part)).toBe(stage.sha256);
    expect(run.sources()).toBe(1);
    expect(run.phases.at(-1)).toBe('verifying');
  });

  test('asks for nothing when all bytes are there', async () => {
    const part = await place.open(file);
    await download(part).done;
    await part.close();
    stage.hub.journal.clear();
    const run = download(await place.open(file));
    await run.done;
    expect(stage.reads()).toEqual([]);
    expect(run.phases).toEqual(['verifying']);
  });

  test('ends when it is aborted, and resumes where it was', async () => {
    stage.hub.faults.add({
      when: { route: 'cdn' },
      effect: { type: 'slow-body', bytesPerSecond: 500_000, share: 'total' },
    });
    const controller = new AbortController();
    const part = await place.open(file);
    const run = download(part, controller.signal);
    await expect.poll(() => part.storedBytes()).toBeGreaterThan(200_000);
    controller.abort(new Error('enough'));
    await expect(run.done).rejects.toThrow('enough');
    await part.close();
    const stored = part.storedBytes();
    stage.hub.faults.clear();
    stage.hub.journal.clear();
    const again = await place.open(file);
    expect(again.storedBytes()).toBe(stored);
    await download(again).done;
    expect(await digestOf(again)).toBe(stage.sha256);
  });
});

describe('a bit that is flipped', () => {
  test.each([0, 17 * SEGMENT + 99, SIZE - 1])(
    'once on the way, at byte %i, is repaired through another URL',
    async (atByte) => {
      stage.hub.faults.add({ when: { route: 'cdn', covers: atByte }, times: 1, effect: { type: 'flip-bit', atByte } });
      const part = await place.open(file);
      const run = download(part);
      await run.done;
      expect(await digestOf(part)).toBe(stage.sha256);
      expect(run.sources()).toBe(2);
      expect(servedBytes()).toBeLessThanOrEqual(2 * SIZE);
    },
  );

  test('always on the way ends with both digests, and nothing is fetched a third time', async () => {
    stage.hub.faults.add({ when: { route: 'cdn' }, effect: { type: 'flip-bit', atByte: 5 * SEGMENT } });
    const wrong = Buffer.from(stage.content);
    wrong[5 * SEGMENT] = wrong[5 * SEGMENT]! ^ 1;
    const found = createHash('sha256').update(wrong).digest('hex');
    const part = await place.open(file);
    const error = (await download(part).done.catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ name: 'DownloadError', code: 'checksum_mismatch' });
    expect(error.message).toContain(found);
    expect(error.message).toContain(stage.sha256);
    expect(servedBytes()).toBeLessThanOrEqual(2 * SIZE);
  });

  test('is looked for first where a request broke off', async () => {
    const broken = 20 * SEGMENT + 500;
    stage.hub.faults.add([
      { when: { route: 'cdn', covers: broken }, times: 1, effect: { type: 'reset', atByte: broken } },
    ]);
    const part = await place.open(file);
    const source = stage.source();
    // The bit is wrong in what came before the break, and nowhere else.
    let flipped = false;
    await downloadFile({
      part,
      source: () => ({
        host: source.host,
        read: (range, receiver, signal) => {
          let at = range.start;
          return source.read(
            range,
            {
              ...receiver,
              onStart(answered) {
                at = answered.start;
                receiver.onStart(answered);
              },
              onBytes(bytes) {
                const copy = Buffer.from(bytes);
                const target = 20 * SEGMENT + 10 - at;
                if (!flipped && target >= 0 && target < copy.length) {
                  flipped = true;
                  copy[target] = copy[target]! ^ 1;
                }
                at += bytes.length;
                return receiver.onBytes(copy);
              },
            },
            signal,
          );
        },
      }),
      limits,
      clock: realClock,
      slots: createConnectionSlots(limits),
      bandwidth: [],
      signal: new AbortController().signal,
      counters: createTransferCounters(),
      busy: () => 0,
    });
    expect(flipped).toBe(true);
    expect(await digestOf(part)).toBe(stage.sha256);
    expect(servedBytes()).toBeLessThan(1.5 * SIZE);
  });

  test('on the disk costs that segment only', async () => {
    const part = await place.open(file);
    await download(part).done;
    await part.close();
    const bytes = await disk.readFile(part.path);
    for (const segment of [3, 12, 30]) bytes[segment * SEGMENT] = bytes[segment * SEGMENT]! ^ 4;
    await disk.writeFile(part.path, bytes);
    stage.hub.journal.clear();
    const again = await place.open(file);
    await download(again).done;
    expect(await digestOf(again)).toBe(stage.sha256);
    expect(servedBytes()).toBe(2 * SEGMENT + 4321);
  });
});

test('what the disk has changed while it was written is fetched once more, and nothing else', async () => {
  const part = await place.open(file, { files: flippingDisk(1) });
  const run = download(part);
  await run.done;
  expect(await digestOf(part)).toBe(stage.sha256);
  expect(run.sources()).toBe(2);
  expect(servedBytes()).toBeLessThanOrEqual(SIZE + SEGMENT);
});

test('a disk that keeps nothing is reported', async () => {
  const part = await place.open(file, { files: flippingDisk(Infinity) });
  await expect(download(part).done).rejects.toMatchObject({
    code: 'disk_error',
    message: expect.stringContaining('the disk has changed the written bytes') as string,
  });
});

/** A disk that changes the first byte of so many writes to a part, each in another way. */
function flippingDisk(times: number): FileLayer {
  let flips = 0;
  const open = async (path: string, flags: number): Promise<disk.FileHandle> => {
    const handle = await disk.open(path, flags);
    if (!path.endsWith('.part')) return handle;
    const writev = (chunks: readonly Uint8Array[], position: number): unknown => {
      if (flips >= times) return handle.writev(chunks, position);
      flips += 1;
      const [first, ...rest] = chunks.map((chunk) => Buffer.from(chunk));
      first![0] = first![0]! ^ (1 + (flips % 255));
      return handle.writev([first!, ...rest], position);
    };
    const wrapped = {
      writev,
      stat: handle.stat.bind(handle),
      datasync: handle.datasync.bind(handle),
      close: handle.close.bind(handle),
    };
    return wrapped as unknown as disk.FileHandle;
  };
  return { ...disk, open: open as FileLayer['open'] };
}
