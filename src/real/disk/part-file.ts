import { constants } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../node/sync-folder.js';
import type { DownloadError } from '../download-error.js';
import type { FileLayer } from '../file-layer.js';
import type { DownloaderLimits } from '../limits.js';
import type { Digest, PlannedFile } from '../plan.js';
import type { RealClock } from '../real-clock.js';
import type { ByteSink } from '../transfer/byte-sink.js';
import type { ByteBudget } from './byte-budget.js';
import type { CheckedRange, Digester } from './digester.js';
import { readFingerprint, type Fingerprint } from '../library/fingerprint.js';
import { describeDiskError } from './disk-error.js';
import { confirmDigest } from './hash-still-file.js';
import { keepPartInPlace } from './in-place.js';
import { readJournal, startJournal } from './journal.js';
import { createPartRecorder } from './part-recorder.js';
import { resumePart } from './resume-part.js';
import type { SegmentLayout } from './segment-layout.js';
import { createSegmentWriter, type SegmentWriter } from './segment-writer.js';

/** The result of verifying a whole part. */
export type Verdict =
  /** `fingerprint`: the part's fingerprint when its bytes were hashed. */
  | { type: 'verified'; fingerprint: Fingerprint }
  /** Bytes are missing, or were found damaged and dropped: they must be fetched first. */
  | { type: 'incomplete' }
  /**
   * The digest differs from the plan. `damaged`: the segments that are not on the disk as they arrived; empty if all
   * are.
   */
  | { type: 'mismatch'; found: string; damaged: readonly number[] };

/** A file that is being downloaded: bytes are written segment by segment, and a journal beside it records them. */
export interface PartFile extends ByteSink {
  readonly path: string;
  readonly digest: Digest;
  readonly segmentCount: number;
  /** Bytes written. */
  storedBytes(): number;
  /** Bytes that the journal knows of. They outlast the process: what is shown is never more. */
  recordedBytes(): number;
  /** How many bytes have been hashed. */
  hashedBytes(): number;
  /** Returns the crc32 of the stored bytes of a segment. */
  crc(segment: number): number;
  /** Writes what was taken; no bytes may be taken meanwhile. @throws DownloadError disk_full, disk_error */
  settle(): Promise<void>;
  /**
   * Computes the digest of a complete part; no bytes may be taken meanwhile. A verified part is synced.
   * @throws DownloadError disk_full, disk_error
   */
  verify(): Promise<Verdict>;
  /**
   * Makes what was taken survive a power failure. No bytes may be taken meanwhile. @throws DownloadError disk_full,
   * disk_error
   */
  checkpoint(): Promise<void>;
  /** Empties a segment, at once; resolves when the journal has recorded it. No request may be adding to it. */
  forget(segment: number): Promise<void>;
  /**
   * Writes and records what was taken, and closes the files. A failure that was not reported yet is ignored: the
   * recorded bytes are correct.
   */
  close(): Promise<void>;
  /** Closes and deletes the part and its journal. */
  discard(): Promise<void>;
}

/** Returns the paths of a part's files. */
export function partPaths(folder: string, name: string): { part: string; journal: string } {
  return { part: join(folder, `${name}.part`), journal: join(folder, `${name}.journal`) };
}

export interface PartOptions {
  /** Must exist. */
  folder: string;
  name: string;
  file: Pick<PlannedFile, 'size' | 'digest'>;
  files: FileLayer;
  clock: RealClock;
  limits: DownloaderLimits;
  /** One for the whole process. */
  budget: ByteBudget;
  /** One for the whole process. */
  digester: Digester;
  /** The result of `readBootId`. */
  bootId: string;
  onWarning?: (text: string) => void;
  /** Called before stored bytes are given up. */
  onForgotten?: () => void;
}

/**
 * Opens a part, or resumes an existing one of the same file (digest and size). The segments of a resumed part keep
 * their length.
 * @throws DownloadError disk_full, disk_error
 */
export async function openPart({
  folder,
  name,
  file,
  files,
  clock,
  limits,
  budget,
  digester,
  bootId,
  onWarning = () => undefined,
  onForgotten = () => undefined,
}: PartOptions): Promise<PartFile> {
  const { part: path, journal: journalPath } = partPaths(folder, name);
  const identity = { ...file.digest, size: file.size };
  const whole = { path, ...identity };

  const { handle, journal, segments, toBeChecked } = await open().catch(async (error: unknown) => {
    throw await describeDiskError(error, { doing: 'open', path, files, neededBytes: file.size });
  });

  async function open() {
    const handle = await files.open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    try {
      const found = await readJournal(journalPath, files);
      const { state, segments, toBeChecked } = await resumePart({
        ...{ journal: found, identity, segmentBytes: limits.segmentBytes, bootId, handle, path, digester },
      });
      const journal = await startJournal(journalPath, state, { files, segmentCount: segments.count });
      return { handle, journal, segments, toBeChecked };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  let storedBytes = 0;
  for (const { stored } of journal.state.current.values()) storedBytes += stored;
  /** The first incomplete segment; the bytes before it can be hashed. */
  let frontier = 0;
  let advancedTo = 0;
  /** Set while segments are replaced: hashing in between would be wasted. */
  let hashLater = false;
  /** Set when a damaged segment was found while hashing, and the others have not been checked since. */
  let foundDamage = false;
  let failing: Promise<void> | undefined;
  let failure: DownloadError | undefined;
  let closing: Promise<void> | undefined;
  const waiting = new Set<{ resolve: () => void; reject: (error: unknown) => void }>();

  function fail(doing: string, error: unknown): void {
    failing ??= (async () => {
      writer.stop();
      failure = await describeDiskError(error, { doing, path, files, neededBytes: file.size - storedBytes });
      for (const { reject } of waiting) reject(failure);
      waiting.clear();
    })();
  }

  const writer = createSegmentWriter({
    ...{ handle, segments, resumed: journal.state.current, writeBytes: limits.writeBytes, budget },
    onStored(segment, bytes) {
      storedBytes += bytes;
      recorder.stored(segment, bytes);
      advance();
    },
    onError: (error) => fail('write', error),
  });
  const recorder = createPartRecorder({
    ...{ handle, journal, budget, clock, limits },
    mark: (segment) => ({ stored: writer.stored(segment), crc: writer.crc(segment) }),
    flush: () => writer.flush(),
    keepInPlace: () => keepInPlace(),
    syncNames: () => syncFolder(files, folder),
    onError: fail,
  });
  const keepInPlace = (): Promise<void> =>
    keepPartInPlace({ ...{ files, folder, path, handle, journal, journalPath, onWarning }, bytes: storedBytes });
  const following = digester.follow({
    ...{ ...whole, segmentBytes: segments.segmentBytes },
    expected: toBeChecked,
    onDamaged(segment) {
      foundDamage = true;
      advancedTo = Math.min(advancedTo, segments.start(segment));
      reset(segment).catch((error: unknown) => fail('write the journal of', error));
    },
  });
  const stopListening = budget.onFull(() => {
    writer.flush();
    recorder.record().catch((error: unknown) => fail('write the journal of', error));
  });
  advance();

  /** Announces how far the file is complete without a gap; not at every chunk. */
  function advance(): void {
    while (frontier < segments.count && writer.stored(frontier) === segments.length(frontier)) frontier += 1;
    const until = frontier === segments.count ? file.size : segments.start(frontier) + writer.stored(frontier);
    if (hashLater || (until - advancedTo < ADVANCE_BYTES && until < file.size) || until === advancedTo) return;
    advancedTo = until;
    following.advance(until);
  }

  function reset(segment: number): Promise<void> {
    if (writer.stored(segment) > 0) onForgotten();
    storedBytes -= writer.stored(segment);
    writer.forget(segment);
    frontier = Math.min(frontier, segment);
    recorder.changed(segment);
    return recorder.record();
  }

  async function failed<T>(doing: string, step: Promise<T>): Promise<T> {
    try {
      return await step;
    } catch (error) {
      fail(doing, error);
      await failing;
      throw failure!;
    }
  }

  async function throwFailure(): Promise<void> {
    await failing;
    if (failure !== undefined) throw failure;
  }

  async function settle(): Promise<void> {
    await writer.settled();
    await throwFailure();
  }

  async function checkpoint(): Promise<void> {
    await settle();
    await failed('sync', recorder.checkpoint());
  }

  async function verify(): Promise<Verdict> {
    await settle();
    await failed('read', keepInPlace());
    const written = await failed('read', readFingerprint(files, path));
    // There must be no step between here and the wait for the digest: damage found in between would not end the wait.
    if (storedBytes < file.size) return incomplete();
    hashLater = false;
    advance();
    const [followed] = await Promise.all([failed('read', following.digest()), checkpoint()]);
    // The fingerprint is that of the name: it must be the name of what was written.
    await failed('read', keepInPlace());
    const judged = await failed('read', confirmDigest(followed, written, whole, { files, digester }));
    if (typeof judged === 'object') return { type: 'verified', fingerprint: judged };
    if (judged !== undefined) return { type: 'mismatch', found: judged, damaged: await findDamaged() };
    return incomplete(true);
  }

  /** If one segment was damaged, checks all of them, so that all damaged ones are fetched together. */
  async function incomplete(isDamaged = foundDamage): Promise<Verdict> {
    foundDamage = false;
    if (isDamaged) for (const segment of await findDamaged()) await forget(segment);
    return { type: 'incomplete' };
  }

  /** Finds segments that are not on the disk as they arrived. */
  const findDamaged = () => failed('read', digester.check(path, storedRanges(segments, writer)));

  function forget(segment: number): Promise<void> {
    if (advancedTo > segments.start(segment)) {
      hashLater = true;
      advancedTo = 0;
    }
    following.forget(segment);
    return failed('write the journal of', reset(segment));
  }

  function close(): Promise<void> {
    closing ??= (async () => {
      await writer.settled();
      writer.stop();
      await recorder.record().catch(() => undefined);
      await recorder.stop();
      stopListening();
      following.stop();
      for (const { resolve } of waiting) resolve();
      waiting.clear();
      await journal.close().catch(() => undefined);
      await handle.close().catch(() => undefined);
    })();
    return closing;
  }

  return {
    path,
    digest: file.digest,
    size: file.size,
    segmentBytes: segments.segmentBytes,
    segmentCount: segments.count,
    taken: (segment) => writer.taken(segment),
    take(segment, bytes) {
      writer.take(segment, bytes);
      recorder.arrived();
      return failing === undefined && !budget.isFull();
    },
    async ready() {
      await throwFailure();
      if (!budget.isFull()) return;
      await new Promise<void>((resolve, reject) => {
        const waiter = { resolve, reject };
        waiting.add(waiter);
        void budget.ready().then(() => {
          waiting.delete(waiter);
          resolve();
        });
      });
    },
    storedBytes: () => storedBytes,
    recordedBytes: () => recorder.recordedBytes(),
    hashedBytes: () => following.hashed(),
    crc: (segment) => writer.crc(segment),
    settle,
    verify,
    checkpoint,
    forget,
    close,
    async discard() {
      await close();
      await files.rm(path, { force: true });
      await files.rm(journalPath, { force: true });
    },
  };
}

/** Lists the stored range of each segment that has bytes, with its crc. */
function storedRanges(segments: SegmentLayout, writer: Pick<SegmentWriter, 'stored' | 'crc'>): CheckedRange[] {
  return Array.from({ length: segments.count }, (_, segment) => {
    const start = segments.start(segment);
    return { segment, start, end: start + writer.stored(segment), from: 0, crc: writer.crc(segment) };
  }).filter(({ start, end }) => end > start);
}

/** The smallest advance that is announced to the hashing thread, except for the end of the file. */
const ADVANCE_BYTES = 1024 * 1024;
