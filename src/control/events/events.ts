import { createSerialQueue } from '../../core/serial-queue.js';
import type { Foresight, Transition } from '../../core/foresight.js';
import type { Decision } from '../../core/simulation.js';
import { onFirstAbort, monotonicNow, wallTimeout } from '../../core/wall-timer.js';
import type { JournalEntry } from '../journal/journal.js';
import type { SessionClock } from '../base/session-clock.js';
import { createKeptEvents, type Listeners } from './kept-events.js';
import { createListening, type ListenOptions, type SessionEvents } from './listen.js';

export type { Listeners, SessionEvent } from './kept-events.js';
export type { ListenOptions, SessionEvents } from './listen.js';

export interface EventLogOptions {
  clock: SessionClock;
  foresight: Foresight | undefined;
  /** Loads the code that formats journal entries, and returns a function that finds one. */
  lookupCalls: () => Promise<(id: number) => JournalEntry | undefined>;
  listeners: Listeners;
  /** Stops all listeners when it is aborted. */
  closing: AbortSignal;
  onError?: ((error: unknown) => void) | undefined;
}

export interface EventLog {
  /** Records a decision, after it was made. */
  decided(decision: Decision): void;
  /** Records a transition that happened by itself, where there is no foresight. */
  happened(transition: Transition): void;
  /** Records an answered call, by its id in the journal. */
  called(callId: number): void;
  /** Records that the clock was set, advanced or given another speed. */
  timeChanged(): void;
  /** Calls back after each decision and change of the clock, but not for transitions that come by time alone. */
  onChange(listener: () => void): () => void;
  listen(options?: ListenOptions): SessionEvents;
  /** The number of listeners. */
  listening(): number;
}

/** How long a listener may be away, in wall time, before recording stops: recording costs each call something. */
const AWAY_MS = 60_000;

/**
 * Creates the log of a session's events. Transitions that come by time are computed when they are due, by one timer for
 * all listeners; without listeners no timer runs. A call that the journal has dropped leaves a gap in the ids.
 */
export function createEventLog({
  clock,
  foresight,
  lookupCalls,
  listeners,
  closing,
  onError = () => undefined,
}: EventLogOptions): EventLog {
  const events = createKeptEvents(listeners);
  const changeListeners = new Set<() => void>();
  /** The time up to which the transitions of all jobs have been recorded. */
  let recordedUntil = clock.now();
  /** Whether an event was not recorded. */
  let missed = false;
  /** Runs recordings one after another: they read the store, and would otherwise lose their order. */
  const oneByOne = createSerialQueue();
  /** How many recordings are pending. */
  let unrecorded = 0;
  let disarm: () => void = () => undefined;
  const listen = createListening({
    ...{ events, listeners, closing, lookupCalls },
    started: () => {
      if (missed || listeners.leftAt === undefined) recordedUntil = clock.now();
      missed = false;
      listeners.leftAt ??= monotonicNow();
      record(() => catchUp(clock.now()));
    },
    ended: () => {
      listeners.leftAt = monotonicNow();
      if (events.listening() === 0) disarm();
    },
  });
  // The listeners may end only later, and the next state asks at once.
  onFirstAbort([closing], () => {
    if (events.listening() > 0) listeners.leftAt = monotonicNow();
    events.close();
    disarm();
  });

  return {
    decided: (decision) => {
      notify();
      if (!records()) return;
      const at = clock.now();
      record(async () => {
        await catchUp(at);
        events.push({ type: 'decision', at, decision });
        await recordSequel(decision, at);
      });
    },
    happened: (transition) => {
      notify();
      if (records()) record(async () => events.push({ type: 'transition', at: transition.at, transition }));
    },
    called: (callId) => {
      if (!records()) return;
      const at = clock.now();
      if (unrecorded === 0 && at === recordedUntil) events.push({ type: 'call', at, callId });
      else {
        record(async () => {
          await catchUp(at);
          events.push({ type: 'call', at, callId });
        });
      }
    },
    timeChanged: () => {
      notify();
      if (!records()) return;
      const at = clock.now();
      record(() => catchUp(at));
    },
    onChange: (listener) => {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    listen,
    listening: () => events.listening(),
  };

  function notify(): void {
    for (const listener of [...changeListeners]) listener();
  }

  /** Whether a listener is present, or left a moment ago and may come back. */
  function records(): boolean {
    if (events.listening() > 0) return true;
    const { leftAt } = listeners;
    if (!missed && leftAt !== undefined && monotonicNow() - leftAt <= AWAY_MS) return true;
    // A listener that comes back later sees the gap.
    if (!missed && leftAt !== undefined) listeners.lastId++;
    missed = true;
    return false;
  }

  function record(what: () => Promise<void>): void {
    unrecorded++;
    void oneByOne(async () => {
      try {
        await what();
        // If more recordings are pending, the last of them starts the timer.
        if (unrecorded === 1) await arm();
      } catch (error) {
        listeners.lastId++;
        onError(error);
      }
      unrecorded--;
    });
  }

  async function catchUp(to: number): Promise<void> {
    const from = recordedUntil;
    // Time that was set back does not repeat transitions; a transition that could not be recorded is not tried twice.
    recordedUntil = to;
    if (foresight && to > from) {
      for (const transition of await foresight.transitions(from, to)) {
        events.push({ type: 'transition', at: transition.at, transition });
      }
    }
  }

  /**
   * Records the transitions that a decision causes in its own millisecond: a scenario without length, or the stretch of
   * a poll.
   */
  async function recordSequel(decision: Decision, at: number): Promise<void> {
    if (!foresight || !('job' in decision)) return;
    const back = decision.type === 'polled' ? decision.stepMs : 1;
    for (const transition of await foresight.transitions(at - back, at, decision.job)) {
      // The pause that a resume ends in its first millisecond has been recorded already.
      const isRecorded = decision.type === 'resumed' && transition.type === 'paused';
      if (!isRecorded) events.push({ type: 'transition', at: transition.at, transition });
    }
  }

  async function arm(): Promise<void> {
    disarm();
    const status = clock.status();
    if (!foresight || events.listening() === 0 || status.mode !== 'running' || status.speed === 0) return;
    const next = await foresight.when('next-transition');
    // The last listener may have left in the meantime.
    if ('never' in next || events.listening() === 0) return;
    disarm = wallTimeout(Math.ceil((next.at - clock.now()) / status.speed), () => record(() => catchUp(clock.now())));
  }
}
