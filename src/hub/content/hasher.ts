import type { Worker } from 'node:worker_threads';
import { createSerialQueue } from '../../core/serial-queue.js';
import { endWorker, startWorker } from '../../node/start-worker.js';
import type { ContentSource } from './content.js';

/** Hashes one file after another in a thread of its own, which is started when there is work. */
export interface Hasher {
  /** Returns 64 hex digits. Rejects if the file cannot be read, is no longer needed, or the hasher is closed. */
  sha256(source: ContentSource, unwanted: AbortSignal): Promise<string>;
  /** The bytes of all requested files that have not been hashed yet. */
  bytesLeft(): number;
  close(): Promise<void>;
}

interface Message {
  progress?: number;
  digest?: string;
  failed?: string;
}

const UNWANTED = 'the file is no longer served';

/** Creates a hasher; it has no thread yet. */
export function createHasher(): Hasher {
  let worker: Worker | undefined;
  const oneByOne = createSerialQueue();
  const waiting = new Set<{ size: number }>();
  let doneOfCurrent = 0;
  let closed = false;
  let ending: Promise<unknown> = Promise.resolve();

  function compute(source: ContentSource, unwanted: AbortSignal): Promise<string> {
    if (closed) return Promise.reject(failure('the hub is closed'));
    if (unwanted.aborted) return Promise.reject(failure(UNWANTED));
    doneOfCurrent = 0;
    return new Promise((resolve, reject) => {
      const hasher = (worker ??= startWorker(new URL('./digest-worker.js', import.meta.url)));
      const settle = (): void => {
        hasher.off('message', onMessage).off('error', onError).off('exit', onExit);
        unwanted.removeEventListener('abort', onUnwanted);
        // An idle thread must not keep the process alive.
        hasher.unref();
      };
      const onMessage = ({ progress, digest, failed }: Message): void => {
        if (progress !== undefined) {
          doneOfCurrent = progress;
          return;
        }
        settle();
        if (digest === undefined) reject(failure(String(failed)));
        else resolve(digest);
      };
      const onError = (error: Error): void => {
        worker = undefined;
        settle();
        reject(failure(error.message));
      };
      const onExit = (): void => onError(new Error('its thread ended'));
      // The thread hashes without a pause in which it could receive a message, so it is ended, and the next file gets
      // another one.
      const onUnwanted = (): void => {
        onError(new Error(UNWANTED));
        doneOfCurrent = 0;
        ending = Promise.all([ending, endWorker(hasher)]);
      };
      hasher.on('message', onMessage).on('error', onError).on('exit', onExit);
      unwanted.addEventListener('abort', onUnwanted);
      hasher.ref();
      hasher.postMessage({ source });
    });
  }

  return {
    sha256(source, unwanted) {
      if (unwanted.aborted) return Promise.reject(failure(UNWANTED));
      const job = { size: source.size };
      const forget = (): unknown => waiting.delete(job);
      waiting.add(job);
      // Also while it waits behind another file: no client waits for it.
      unwanted.addEventListener('abort', forget);
      return oneByOne(() => compute(source, unwanted)).finally(() => {
        forget();
        unwanted.removeEventListener('abort', forget);
        doneOfCurrent = 0;
      });
    },
    bytesLeft: () => [...waiting].reduce((bytes, { size }) => bytes + size, 0) - doneOfCurrent,
    async close() {
      closed = true;
      await Promise.all([ending, worker && endWorker(worker)]);
    },
  };
}

function failure(reason: string): Error {
  return new Error(`Cannot compute a sha256: ${reason}`);
}
