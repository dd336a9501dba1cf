import type { Worker } from 'node:worker_threads';
import { endWorker, startWorker } from '../../node/start-worker.js';
import type { Digest } from '../plan.js';

/*
 * Computes digests and crcs of files in one thread for the whole process: it hashes faster than most networks and disks
 * deliver, and starting a thread for each small file would take longer than hashing it.
 */

export interface Digester {
  /** Follows a growing file: hashes the bytes that `advance` announces. */
  follow(file: FollowedFile): Following;
  /** Reads ranges again. Resolves with the segments whose crc differs, or that are not complete. */
  check(path: string, ranges: readonly CheckedRange[]): Promise<readonly number[]>;
  /** Hashes an existing file. Resolves with lower-case hex. */
  digestOf(file: WholeFile, options?: { onHashed?: (bytes: number) => void; signal?: AbortSignal }): Promise<string>;
  close(): Promise<void>;
}

export interface WholeFile {
  path: string;
  algorithm: Digest['algorithm'];
  size: number;
}

export interface FollowedFile extends WholeFile {
  segmentBytes: number;
  /** The crc32 of segments that were complete before, to be checked while hashing. */
  expected: ReadonlyMap<number, number>;
  /** Called when a segment has changed or is shorter: the hash stops at its start and waits for an `advance`. */
  onDamaged: (segment: number) => void;
}

export interface Following {
  /** Announces that the file is complete up to this many bytes. */
  advance(until: number): void;
  /** Bytes hashed so far. */
  hashed(): number;
  /** Says that a segment will get other bytes; from there on, the file is hashed again after an `advance`. */
  forget(segment: number): void;
  /** Waits for the last byte. Resolves with lower-case hex, or `undefined` if damage was found instead. */
  digest(): Promise<string | undefined>;
  stop(): void;
}

export interface CheckedRange {
  segment: number;
  start: number;
  end: number;
  /** The crc32 of the segment before `start`; 0 if that is its start. */
  from: number;
  /** The crc32 of the segment up to `end`. */
  crc: number;
}

/* Messages to and from the thread. `era` counts how often a part of the file was taken back. */

export interface Follow extends WholeFile {
  type: 'follow';
  id: number;
  segmentBytes: number;
  expected: Map<number, number>;
}
export interface Check {
  type: 'check';
  id: number;
  path: string;
  ranges: readonly CheckedRange[];
}
export type ToWorker =
  | Follow
  | Check
  | { type: 'advance'; id: number; era: number; until: number }
  | { type: 'forget'; id: number; era: number; segment: number }
  | { type: 'stop'; id: number };
type FromWorker =
  | { type: 'hashed'; id: number; era: number; hashed: number; digest?: string }
  | { type: 'damaged'; id: number; era: number; hashed: number; segment: number }
  | { type: 'checked'; id: number; damaged: readonly number[] }
  | Failed;
/** `code`: what the system calls the error. */
interface Failed {
  type: 'failed';
  id: number;
  error: unknown;
  code?: string;
}

interface Task {
  onMessage(message: FromWorker): void;
  onLost(error: Error): void;
}

/** How long an idle thread waits for more work. */
const IDLE_MS = 1000;

/** Creates a digester; it has no thread yet. */
export function createDigester(): Digester {
  const tasks = new Map<number, Task>();
  let lastId = 0;
  let worker: Worker | undefined;
  let awaited = 0;
  let idle: NodeJS.Timeout | undefined;
  let closed = false;

  function thread(): Worker {
    if (closed) throw new Error('Cannot compute a digest: the digester is closed');
    if (worker !== undefined) return worker;
    const started = startWorker(new URL('./digest-worker.js', import.meta.url));
    started.on('message', (message: FromWorker) => tasks.get(message.id)?.onMessage(message));
    const lose = (reason: string): void => {
      if (worker !== started) return;
      worker = undefined;
      for (const task of [...tasks.values()]) task.onLost(new Error(`Cannot compute a digest: ${reason}`));
    };
    started.on('error', (error) => lose(error.message));
    started.on('exit', () => lose('its thread ended'));
    worker = started;
    if (awaited === 0) started.unref();
    return started;
  }

  function begin(task: Task): number {
    clearTimeout(idle);
    tasks.set(++lastId, task);
    return lastId;
  }

  function end(id: number): void {
    tasks.delete(id);
    if (tasks.size > 0) return;
    clearTimeout(idle);
    idle = setTimeout(() => void stopThread(), IDLE_MS).unref();
  }

  async function stopThread(): Promise<void> {
    const stopped = worker;
    worker = undefined;
    if (stopped !== undefined) await endWorker(stopped);
  }

  /** The thread keeps the process alive exactly while a caller waits for it. */
  function waitFor<T>(executor: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
    awaited += 1;
    worker?.ref();
    return new Promise<T>(executor).finally(() => {
      awaited -= 1;
      if (awaited === 0) worker?.unref();
    });
  }

  function follow({ expected, onDamaged, path, algorithm, size, segmentBytes }: FollowedFile): Following {
    let era = 0;
    let hashed = 0;
    let digest: string | undefined;
    let lost: Error | undefined;
    let waiting: { resolve: (digest: string | undefined) => void; reject: (error: Error) => void }[] = [];

    function settle(how: (waiter: (typeof waiting)[number]) => void): void {
      const settled = waiting;
      waiting = [];
      settled.forEach(how);
    }
    const id = begin({
      onMessage(message) {
        if (message.type === 'failed') {
          lost = asError(message);
          settle(({ reject }) => reject(lost!));
        } else if (message.type === 'hashed' && message.era === era) {
          hashed = message.hashed;
          digest = message.digest;
          if (digest !== undefined) settle(({ resolve }) => resolve(digest));
        } else if (message.type === 'damaged' && message.era === era) {
          era += 1;
          hashed = message.hashed;
          onDamaged(message.segment);
          settle(({ resolve }) => resolve(undefined));
        }
      },
      onLost(error) {
        lost = error;
        settle(({ reject }) => reject(error));
      },
    });
    const post = (message: ToWorker): void => thread().postMessage(message);
    post({ type: 'follow', id, path, algorithm, size, segmentBytes, expected: new Map(expected) });

    return {
      advance(until) {
        if (lost === undefined && until > hashed) post({ type: 'advance', id, era, until });
      },
      hashed: () => hashed,
      forget(segment) {
        era += 1;
        digest = undefined;
        const start = segment * segmentBytes;
        // The thread may have saved the state at the segment's start; its next message shows how far it is.
        if (hashed > start) hashed = 0;
        if (lost === undefined) post({ type: 'forget', id, era, segment });
        settle(({ resolve }) => resolve(undefined));
      },
      async digest() {
        if (lost !== undefined) throw lost;
        if (digest !== undefined) return digest;
        return waitFor((resolve, reject) => waiting.push({ resolve, reject }));
      },
      stop() {
        if (worker !== undefined && lost === undefined && tasks.has(id)) post({ type: 'stop', id });
        end(id);
        settle(({ resolve }) => resolve(undefined));
      },
    };
  }

  return {
    follow,
    check(path, ranges) {
      if (ranges.length === 0) return Promise.resolve([]);
      return waitFor((resolve, reject) => {
        const id = begin({
          onMessage(message) {
            end(id);
            if (message.type === 'checked') resolve(message.damaged);
            else if (message.type === 'failed') reject(asError(message));
          },
          onLost(error) {
            end(id);
            reject(error);
          },
        });
        thread().postMessage({ type: 'check', id, path, ranges } satisfies ToWorker);
      });
    },
    async digestOf({ path, algorithm, size }, { onHashed, signal } = {}) {
      signal?.throwIfAborted();
      const following = follow({
        path,
        algorithm,
        size,
        segmentBytes: Math.max(size, 1),
        expected: new Map(),
        onDamaged: () => undefined,
      });
      const report = onHashed && setInterval(() => onHashed(following.hashed()), 200).unref();
      const stop = (): void => following.stop();
      signal?.addEventListener('abort', stop, { once: true });
      try {
        following.advance(size);
        const digest = await following.digest();
        signal?.throwIfAborted();
        if (digest === undefined) throw new Error(`Cannot hash ${path}: it is shorter than ${size} bytes`);
        onHashed?.(size);
        return digest;
      } finally {
        clearInterval(report);
        signal?.removeEventListener('abort', stop);
        stop();
      }
    },
    async close() {
      closed = true;
      clearTimeout(idle);
      await stopThread();
      for (const task of [...tasks.values()]) task.onLost(new Error('Cannot compute a digest: the digester is closed'));
    },
  };
}

function asError({ error, code }: Failed): Error {
  const known = error instanceof Error ? error : new Error(String(error));
  return code === undefined ? known : Object.assign(known, { code });
}
