import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';

/** Resolve when the module of a thread has loaded, or the thread has ended. */
const loads = new WeakMap<Worker, Promise<unknown>>();

/**
 * Starts a worker thread without the flags of this process: those of `node --input-type=module --eval …` would keep it
 * from starting. The module posts to `workerData.loading` as soon as it runs. A message is used, and not the closing of
 * the port, because it arrives even if the thread then works without a pause.
 */
export function startWorker(module: URL): Worker {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(module, { execArgv: [], workerData: { loading: port2 }, transferList: [port2] });
  const loaded = Promise.race([once(port1, 'message'), once(port1, 'close')]).then(() => port1.close());
  // Waiting for the module does not keep the process alive; `endWorker` does.
  port1.unref();
  loads.set(worker, loaded);
  return worker;
}

/**
 * Ends a worker thread once its module has loaded. If Node ends a thread while it opens a module, the descriptor of
 * that file stays open in the process.
 */
export async function endWorker(worker: Worker): Promise<void> {
  worker.ref();
  await loads.get(worker);
  await worker.terminate();
}
