import { createSerialQueue } from '../../core/serial-queue.js';
import type { FileHandle } from 'node:fs/promises';
import type { RealClock } from '../real-clock.js';
import type { DownloaderLimits } from '../limits.js';
import type { ByteBudget } from './byte-budget.js';
import type { PartJournal } from './journal.js';
import type { Mark, Marks } from './segment-layout.js';

/**
 * Journals the bytes of a part: a record every so many bytes or milliseconds, a checkpoint every few seconds. Recorded
 * bytes are released from the budget.
 */
export interface PartRecorder {
  /** Says that bytes have arrived: they are recorded soon, even if no more arrive. */
  arrived(): void;
  /** Says that a segment has got bytes. */
  stored(segment: number, bytes: number): void;
  /** Says that a segment was emptied. */
  changed(segment: number): void;
  /** Records what has not been recorded yet. */
  record(): Promise<void>;
  /** Records, syncs the part, and records that it is synced. */
  checkpoint(): Promise<void>;
  /** How many bytes the journal knows of: so many are there whenever the process is killed. */
  recordedBytes(): number;
  /** Stops the timers; running operations are completed. */
  stop(): Promise<void>;
}

interface PartRecorderOptions {
  handle: Pick<FileHandle, 'datasync'>;
  journal: PartJournal;
  /** Returns the mark of a segment as it is written now. */
  mark: (segment: number) => Mark;
  /** Writes held bytes, so that the next record includes them. */
  flush: () => void;
  /** Called before each checkpoint. @throws DownloadError where the part is not in its place any more */
  keepInPlace: () => Promise<void>;
  /** Makes the names of part and journal survive a power failure. */
  syncNames: () => Promise<void>;
  budget: ByteBudget;
  clock: RealClock;
  limits: Pick<DownloaderLimits, 'journalBytes' | 'journalMs' | 'checkpointMs'>;
  /** Called with errors of background work. */
  onError: (doing: 'write' | 'sync', error: unknown) => void;
}

export function createPartRecorder({
  handle,
  journal,
  mark,
  flush,
  keepInPlace,
  syncNames,
  budget,
  clock,
  limits,
  onError,
}: PartRecorderOptions): PartRecorder {
  const ending = new AbortController();
  let touched = new Set<number>();
  const recorded = countRecorded(journal.state.current);
  let unrecordedBytes = 0;
  let recording: Promise<void> | undefined;
  let recordSoon = false;
  let isDue = false;
  let checkpointSoon = false;
  /** Segments recorded since the last checkpoint. */
  let unsynced = new Set<number>();
  const checkpoints = createSerialQueue();
  let namesAreSafe = false;

  async function writeRecord(): Promise<void> {
    while (touched.size > 0) {
      const now = touched;
      const bytes = unrecordedBytes;
      touched = new Set();
      unrecordedBytes = 0;
      const marks = new Map([...now].map((segment) => [segment, mark(segment)]));
      try {
        await journal.progress(marks);
      } finally {
        budget.release(bytes);
      }
      recorded.add(marks);
      for (const segment of now) unsynced.add(segment);
      scheduleCheckpoint();
    }
  }

  /** Records one at a time: changes while a record is written are in the next one. */
  function record(): Promise<void> {
    recording ??= writeRecord().finally(() => (recording = undefined));
    return recording;
  }

  function schedule(ms: number, step: () => void): void {
    // Rejects only when the part is closed.
    clock.sleep(ms, ending.signal).then(step, () => undefined);
  }

  function scheduleRecord(): void {
    if (recordSoon) return;
    recordSoon = true;
    schedule(limits.journalMs, () => {
      recordSoon = false;
      // Held bytes are not written at once: they are recorded when they are.
      isDue = true;
      flush();
      recordUnasked();
    });
  }

  function scheduleCheckpoint(): void {
    if (checkpointSoon) return;
    checkpointSoon = true;
    schedule(limits.checkpointMs, () => {
      checkpointSoon = false;
      checkpoint().catch((error: unknown) => onError('sync', error));
    });
  }

  function recordUnasked(): void {
    record().catch((error: unknown) => onError('write', error));
  }

  async function syncPart(): Promise<void> {
    await keepInPlace();
    await record();
    // Taken before the sync begins: bytes written while it runs are not covered by it.
    const marks = new Map([...unsynced].map((segment) => [segment, journal.state.current.get(segment) ?? nothing]));
    unsynced = new Set();
    if (!namesAreSafe) {
      await syncNames();
      namesAreSafe = true;
    }
    try {
      await handle.datasync();
    } catch (error) {
      // The system may mark pages that it failed to write as written, and not try again.
      await journal.doubt();
      throw error;
    }
    await journal.checkpoint(marks);
  }

  function checkpoint(): Promise<void> {
    return checkpoints(syncPart);
  }

  return {
    arrived: scheduleRecord,
    stored(segment, bytes) {
      touched.add(segment);
      unrecordedBytes += bytes;
      if (unrecordedBytes >= limits.journalBytes || budget.isFull() || isDue) {
        isDue = false;
        recordUnasked();
      }
      // Always scheduled: bytes that arrived while their segment was being written are still held, and perhaps no
      // others follow.
      scheduleRecord();
    },
    changed(segment) {
      touched.add(segment);
    },
    record,
    checkpoint,
    recordedBytes: recorded.bytes,
    async stop() {
      ending.abort();
      await checkpoints(() => undefined);
      await recording?.catch(() => undefined);
    },
  };
}

/** Counts the bytes of the marks that are written. */
function countRecorded(marks: Marks): { add: (marks: Marks) => void; bytes: () => number } {
  const recorded = new Map<number, number>();
  let bytes = 0;
  const add = (changed: Marks): void => {
    for (const [segment, { stored }] of changed) {
      bytes += stored - (recorded.get(segment) ?? 0);
      recorded.set(segment, stored);
    }
  };
  add(marks);
  return { add, bytes: () => bytes };
}

const nothing: Mark = { stored: 0, crc: 0 };
