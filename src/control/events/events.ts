import { createSerialQueue } from '../../core/serial-queue.js';
import type { Foresight, Transition } from '../../core/foresight.js';
import type { Decision } from '../../core/simulation.js';
import { onFirstAbort, monotonicNow, wallTimeout } from '../../core/wall-timer.js';
import type { JournalEntry } from '../journal/journal.js';
import type { SessionClock } from '../base/session-clock.js';
import { createKeptEvents, type Listeners, type SessionEvent } from './kept-events.js';

export type { Listeners, SessionEvent } from './kept-events.js';

/** From where to listen, and how long. */
export interface ListenOptions {
  /** The first event is the one after this one, as far as they are kept; without it, the next. */
  after?: number;
  /** Ends the listening. */
  signal?: AbortSignal;
  /** Called when the listening has begun, with the id of the event that it begins after. */
  onListening?: (after: number) => void;
}

/** A session's events one by one; `batches` has the same, as many at once as there are. */
export interface SessionEvents extends AsyncIterable<SessionEvent> {
  /** Listeners that stand at the same event get the same array, so that it can be encoded once for all of them. */
  batches(): AsyncIterable<readonly SessionEvent[]>;
}

export interface EventLogOptions {
  clock: SessionClock;
  foresight: Foresight | undefined;
  /** Loads what shows the journal's entries, and returns how to find one. */
  lookupCalls: () => Promise<(id: number) => JournalEntry | undefined>;
  listeners: Listeners;
  /** Ends all listening. */
  closing: AbortSignal;
  onError?: ((error: unknown) => void) | undefined;
}

export interface EventLog {
  /** Records a decision, after it was made. */
  decided(decision: Decision): void;
  /** Records a transition that happened by itself, where there is no foresight. */
  happened(transition: Transition): void;
  /** Records a call that was answered, by its id in the journal. */
  called(callId: number): void;
  /** Records that time was set or advanced, or runs at another speed. */
  timeChanged(): void;
  /** Calls back after each decision and change of time, but not for transitions that time alone brings. */
  onChange(listener: () => void): () => void;
  listen(options?: ListenOptions): SessionEvents;
  /** How many listeners there are. */
  listening(): number;
}

/** Wall time for which a listener may be away. Recording costs each call something, so it ends after that. */
const AWAY_MS = 60_000;

/**
 * Creates the log of what happens in a session. Transitions that time brings are computed when they are due, by one timer
 * for all listeners; without listeners nothing runs. A call that the journal has dropped is a gap in the ids.
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
  /** Up to when the transitions of all jobs have been recorded. */
  let recordedUntil = clock.now();
  /** Whether something happened that was not recorded. */
  let missed = false;
  /** Recording asks the store: one thing after the other, or the order would be lost. */
  const oneByOne = createSerialQueue();
  /** How many things wait to be recorded. */
  let unrecorded = 0;
  let disarm: () => void = () => undefined;
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

  /** Whether a listener is there, or left a moment ago and may come back. */
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
        // Whatever still waits to be recorded arms the timer when it has been.
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
    // Time that was set back brings nothing again; a transition that could not be recorded is not tried twice.
    recordedUntil = to;
    if (foresight && to > from) {
      for (const transition of await foresight.transitions(from, to)) {
        events.push({ type: 'transition', at: transition.at, transition });
      }
    }
  }

  /** Records what a decision brings in its own millisecond: a scenario without length, or the stretch of a poll. */
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
    // The last listener may have left meanwhile.
    if ('never' in next || events.listening() === 0) return;
    disarm = wallTimeout(Math.ceil((next.at - clock.now()) / status.speed), () => record(() => catchUp(clock.now())));
  }

  function listen(options: ListenOptions = {}): SessionEvents {
    return {
      batches: () => listenInBatches(options),
      async *[Symbol.asyncIterator]() {
        for await (const batch of listenInBatches(options)) {
          for (const event of batch) {
            if (isOver(options.signal)) return;
            yield event;
          }
        }
      },
    };
  }

  async function* listenInBatches({
    after,
    signal,
    onListening,
  }: ListenOptions): AsyncGenerator<readonly SessionEvent[]> {
    let place = Math.min(after ?? Infinity, listeners.lastId);
    let findCall: Awaited<ReturnType<typeof lookupCalls>> | undefined;
    let wakeUp: () => void = () => undefined;
    if (missed || listeners.leftAt === undefined) recordedUntil = clock.now();
    missed = false;
    listeners.leftAt ??= monotonicNow();
    const leave = events.add(() => wakeUp());
    const stopWaiting = onFirstAbort([signal, closing], () => wakeUp());
    onListening?.(place);
    record(() => catchUp(clock.now()));
    try {
      while (!isOver(signal)) {
        if (events.hasAfter(place)) {
          // Not before: a listener that leaves while nothing happens is to be gone at once.
          const { batch, upTo } = events.after(place, (findCall ??= await lookupCalls()));
          place = upTo;
          if (batch.length > 0) yield batch;
        } else await new Promise<void>((resolve) => (wakeUp = resolve));
      }
    } finally {
      leave();
      stopWaiting();
      listeners.leftAt = monotonicNow();
      if (events.listening() === 0) disarm();
    }
  }

  function isOver(signal: AbortSignal | undefined): boolean {
    return signal?.aborted === true || closing.aborted;
  }
}
