/*
 * Timers of the machine itself, kept from before anybody could replace them: a test that fakes timers would otherwise
 * never see the end of a wait in here. Only waits that are wall time by nature (injected latency, time-outs of waits)
 * belong on them.
 */
const startTimer = globalThis.setTimeout;
const stopTimer = globalThis.clearTimeout;
const readDate = Date.now;

/** What `setTimeout` can hold; it takes a longer wait for none at all. */
export const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Milliseconds since the epoch, as the machine has it. */
export function wallNow(): number {
  return readDate();
}

/** Calls back after `ms` milliseconds, at most 2³¹−1, unless it is cancelled first. */
export function wallTimeout(ms: number, callback: () => void): () => void {
  const timer = startTimer(callback, Math.min(ms, LONGEST_WAIT_MS));
  return () => stopTimer(timer);
}

/**
 * Resolves after `ms` milliseconds, at most 2³¹−1; rejects with the reason of the first of the signals that is aborted
 * before. Neither a timer nor a listener is left behind.
 */
export function wallSleep(ms: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = wallTimeout(ms, () => {
      stopListening();
      resolve();
    });
    const stopListening = onFirstAbort(signals, (signal) => {
      cancel();
      reject(signal.reason as Error);
    });
  });
}

/** Resolves when the first of the signals is aborted; no listener is left behind on the others. */
export function untilAborted(...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve) => void onFirstAbort(signals, () => resolve()));
}

function onFirstAbort(
  signals: readonly (AbortSignal | undefined)[],
  callback: (signal: AbortSignal) => void,
): () => void {
  const aborted = signals.find((signal) => signal?.aborted);
  if (aborted) {
    callback(aborted);
    return () => undefined;
  }
  const stopListening = (): void => {
    for (const signal of signals) signal?.removeEventListener('abort', aborting);
  };
  function aborting(this: AbortSignal): void {
    stopListening();
    callback(this);
  }
  for (const signal of signals) signal?.addEventListener('abort', aborting);
  return stopListening;
}
