import { Worker } from 'node:worker_threads';

/**
 * Starts a worker thread without the flags of this process: `node --input-type=module --eval …` would keep it from
 * starting.
 */
export function startWorker(module: URL): Worker {
  return new Worker(module, { execArgv: [] });
}
