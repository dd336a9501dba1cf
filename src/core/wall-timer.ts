/*
 * Timers of the machine itself, captured when the module loads: with timers that a test has faked, waits in here would
 * never end. Only waits for real time (injected latency, time-outs of waits) belong on them.
 */
const startTimer = globalThis.setTimeout;
const stopTimer = globalThis.clearTimeout;
const startInterval = globalThis.setInterval;
const stopInterval = globalThis.clearInterval;
const readDate = Date.now;
const readMonotonic = performance.now.bind(performance);

/** The longest wait that `setTimeout` supports; it fires at once for a longer one. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Returns milliseconds since the epoch by the machine's date, which may be set back: for dates that outlive the
 * process.
 */
export function wallDate(): number {
  return readDate();
}

/** Returns milliseconds, not whole, that never go back: for durations. */
export function monotonicNow(): number {
  return readMonotonic();
}

/** Calls back after `ms` milliseconds, at most 2³¹−1, unless it is cancelled first. */
export function wallTimeout(ms: number, callback: () => void): () => void {
  const timer = startTimer(callback, Math.min(ms, LONGEST_TIMER_MS));
  return () => stopTimer(timer);
}

/** Resolves in a later turn of the event loop, when what is due in this one has been done, whatever timers a test has faked. */
export function wallTurn(): Promise<void> {
  return new Promise((resolve) => void wallTimeout(0, resolve));
}

/** Calls back every `ms` milliseconds until it is cancelled; keeps no process alive. */
export function wallInterval(ms: number, callback: () => void): () => void {
  const timer: unknown = startInterval(callback, ms);
  // Only Node's timers are objects.
  if (typeof timer === 'object') (timer as { unref?: () => void }).unref?.();
  return () => stopInterval(timer as number);
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

/** Resolves when the first of the signals is aborted; leaves no listener on the others. */
export function untilAborted(...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve) => void onFirstAbort(signals, () => resolve()));
}

/**
 * The callbacks that wait for each signal, behind one listener: Node warns of a leak at more than ten listeners. It is
 * module-wide because callers that share a signal do not know each other; it is weak, so it keeps no signal alive.
 */
const waitingFor = new WeakMap<AbortSignal, { callbacks: Set<() => void>; stop: () => void }>();

/**
 * Calls back once, when the first of the signals is aborted: at once if one is already. Returns a function that stops
 * waiting.
 */
export function onFirstAbort(
  signals: readonly (AbortSignal | undefined)[],
  callback: (signal: AbortSignal) => void,
): () => void {
  const aborted = signals.find((signal) => signal?.aborted);
  if (aborted) {
    callback(aborted);
    return () => undefined;
  }
  const stops: (() => void)[] = [];
  const stopListening = (): void => {
    for (const stop of stops) stop();
  };
  for (const signal of signals) {
    if (!signal) continue;
    stops.push(
      onAbort(signal, () => {
        stopListening();
        callback(signal);
      }),
    );
  }
  return stopListening;
}

function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const waiting = waitingFor.get(signal) ?? listenTo(signal);
  waiting.callbacks.add(callback);
  return () => {
    if (waiting.callbacks.delete(callback) && waiting.callbacks.size === 0) waiting.stop();
  };
}

function listenTo(signal: AbortSignal): { callbacks: Set<() => void>; stop: () => void } {
  const callbacks = new Set<() => void>();
  const aborting = (): void => {
    waitingFor.delete(signal);
    for (const callback of [...callbacks]) callback();
  };
  const stop = (): void => {
    signal.removeEventListener('abort', aborting);
    waitingFor.delete(signal);
  };
  signal.addEventListener('abort', aborting, { once: true });
  const waiting = { callbacks, stop };
  waitingFor.set(signal, waiting);
  return waiting;
}
