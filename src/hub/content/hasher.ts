import { Worker } from 'node:worker_threads';
import type { ContentSource } from './content.js';

/** Hashes one file after another in a thread of its own, which is started when there is something to do. */
export interface Hasher {
  /** 64 hex digits. Rejects when the file cannot be read, or the hasher is closed. */
  sha256(source: ContentSource): Promise<string>;
  /** Bytes of all files that were asked for and are not done. */
  bytesLeft(): number;
  close(): Promise<void>;
}

interface Message {
  progress?: number;
  digest?: string;
  failed?: string;
}

/** A hasher without a thread yet. */
export function createHasher(): Hasher {
  let worker: Worker | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let waitingBytes = 0;
  let doneOfCurrent = 0;
  let closed = false;

  function compute(source: ContentSource): Promise<string> {
    if (closed) return Promise.reject(failure('the hub is closed'));
    doneOfCurrent = 0;
    return new Promise((resolve, reject) => {
      // Without the flags of this process: `node --input-type=module --eval …` would keep the thread from starting.
      const hasher = (worker ??= new Worker(new URL('./digest-worker.js', import.meta.url), { execArgv: [] }));
      const settle = (): void => {
        hasher.off('message', onMessage).off('error', onError).off('exit', onExit);
        // An idle thread must not keep a process alive that has nothing else to do.
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
      hasher.on('message', onMessage).on('error', onError).on('exit', onExit);
      hasher.ref();
      hasher.postMessage({ source });
    });
  }

  return {
    sha256(source) {
      waitingBytes += source.size;
      const digest = queue
        .then(() => compute(source))
        .finally(() => {
          waitingBytes -= source.size;
          doneOfCurrent = 0;
        });
      queue = digest.catch(() => undefined);
      return digest;
    },
    bytesLeft: () => waitingBytes - doneOfCurrent,
    async close() {
      closed = true;
      await worker?.terminate();
    },
  };
}

function failure(reason: string): Error {
  return new Error(`could not compute a sha256: ${reason}`);
}
