import { constants } from 'node:fs/promises';
import { createSerialQueue } from '../../core/serial-queue.js';
import { readRegularFile } from '../../node/read-file.js';
import { writeAll } from '../../node/write-all.js';
import type { FileLayer } from '../file-layer.js';
import {
  applyCheckpoint,
  applyProgress,
  decodeJournal,
  encodeBase,
  encodeCheckpoint,
  encodeDoubt,
  encodeProgress,
  largestBase,
  type JournalState,
} from './journal-records.js';
import { isInPlace } from './in-place.js';
import type { Marks } from './segment-layout.js';

/**
 * The journal of a part, on disk. The file has two halves and is written in full when it is created, so that records
 * fit even on a full disk. One half is in use: a base and the records after it. When it is full, and when the journal
 * is opened, a new base is written to the other half, and the first half stays unchanged until that one is synced.
 */
export interface PartJournal {
  readonly state: JournalState;
  /** Records marks. Resolves when the record is written. */
  progress(marks: Marks): Promise<void>;
  /** Records marks whose bytes have been synced; resolves when the record has been synced too. */
  checkpoint(marks: Marks): Promise<void>;
  /**
   * Writes the journal anew where its file was deleted or replaced: otherwise records go on into a file without a name.
   * @returns whether that was necessary
   */
  keepInPlace(): Promise<boolean>;
  /** Records that a sync of the part has failed. */
  doubt(): Promise<void>;
  close(): Promise<void>;
}

/** A link in its place may lead to a file of the user. Windows has no such flag. */
const NO_FOLLOW = (constants as Partial<typeof constants>).O_NOFOLLOW ?? 0;
const REPLACE = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | NO_FOLLOW;
const PAGE = 4096;
const ROOM_FOR_RECORDS = 64 * 1024;
/** The largest journal: that of a file of ten terabytes in segments of 16 MiB has half of this size. */
const MOST_JOURNAL_BYTES = 64 * 1024 * 1024;

/** Reads the journal at `path`; `undefined` if there is none, or an invalid one. @throws UnusableFile */
export async function readJournal(path: string, files: FileLayer): Promise<JournalState | undefined> {
  return newest(await readWhole(path, files))?.state;
}

/** Starts a journal at `path` with `state`, over an existing one if there is one. */
export async function startJournal(
  path: string,
  state: JournalState,
  { files, segmentCount }: { files: FileLayer; segmentCount: number },
): Promise<PartJournal> {
  const bytes = await readWhole(path, files);
  const found = newest(bytes);
  const halfBytes = Math.ceil((largestBase(segmentCount) + ROOM_FOR_RECORDS) / PAGE) * PAGE;
  let handle = await files.open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  let generation = found?.generation ?? 0;
  // A readable base is not overwritten until the new one is synced.
  let half = found?.at === 0 ? 0 : 1;
  let at = halfBytes;
  const withJobLock = createSerialQueue();

  async function writeBase(): Promise<void> {
    const base = encodeBase(generation + 1, state);
    await writeAll(handle, base, (1 - half) * halfBytes);
    await handle.datasync();
    generation += 1;
    half = 1 - half;
    at = base.length;
  }

  async function append(encodeFor: (generation: number) => Buffer): Promise<void> {
    const record = encodeFor(generation);
    if (at + record.length > halfBytes) return writeBase();
    await writeAll(handle, record, half * halfBytes + at);
    at += record.length;
  }

  async function replace(): Promise<boolean> {
    if (await isInPlace(files, path, handle)) return false;
    const lost = handle;
    handle = await files.open(path, REPLACE, 0o644);
    await lost.close();
    await writeAll(handle, Buffer.alloc(2 * halfBytes), 0);
    await writeBase();
    return true;
  }

  try {
    const lacking = 2 * halfBytes - bytes.length;
    if (lacking > 0) await writeAll(handle, Buffer.alloc(lacking), bytes.length);
    if (lacking < 0) await handle.truncate(2 * halfBytes);
    await writeBase();
  } catch (error) {
    await handle.close();
    throw error;
  }

  return {
    state,
    progress: (marks) =>
      withJobLock(() => {
        applyProgress(state, marks);
        return append((now) => encodeProgress(now, [...marks]));
      }),
    checkpoint: (marks) =>
      withJobLock(async () => {
        applyCheckpoint(state, marks);
        await append((now) => encodeCheckpoint(now, [...marks]));
        await handle.datasync();
      }),
    keepInPlace: () => withJobLock(replace),
    doubt: () =>
      withJobLock(() => {
        state.doubtful = true;
        return append(encodeDoubt);
      }),
    close: () => withJobLock(() => handle.close()),
  };
}

/** Checks every place where a base may begin: a truncated journal does not show where its middle was. */
function newest(bytes: Buffer): { generation: number; state: JournalState; at: number } | undefined {
  let best: { generation: number; state: JournalState; at: number } | undefined;
  for (let at = 0; at < bytes.length; at += PAGE) {
    const decoded = decodeJournal(bytes.subarray(at));
    if (decoded !== undefined && decoded.generation > (best?.generation ?? 0)) best = { ...decoded, at };
  }
  return best;
}

async function readWhole(path: string, files: FileLayer): Promise<Buffer> {
  return (await readRegularFile(files, path, MOST_JOURNAL_BYTES)) ?? Buffer.alloc(0);
}

export type { JournalState };
