import { onFirstAbort } from './wall-timer.js';

/**
 * Resolves as `work` does, unless the signal is aborted first: then it rejects with the signal's reason. The work
 * itself continues; a later failure of it is ignored.
 */
export function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stopListening = onFirstAbort([signal], () => reject(signal.reason as Error));
    work.then(resolve, reject).finally(stopListening);
  });
}
