import { createSerialQueue } from '../../core/serial-queue.js';
import type { Foresight, Transition } from '../../core/foresight.js';
import type { Decision } from '../../core/simulation.js';
import { onFirstAbort, wallNow, wallTimeout } from '../../core/wall-timer.js';
import type { JournalEntry } from '../journal/journal.js';
import type { SessionClock } from '../base/session-clock.js';

/** Something that happened in a session. Ids rise by one. */
export type SessionEvent = { id: number; at: number } & (
  | { type: 'transition'; transition: Transition }
  | { type: 'decision'; decision: Decision }
  | { type: 'call'; call: JournalEntry }
);

/** What is kept of an event: of a call only its place in the journal, which has bounds of its own. */
type Kept = { id: number; at: number } & (
  | { type: 'transition'; transition: Transition }
  | { type: 'decision'; decision: Decision }
  | { type: 'call'; callId: number }
);
type WithoutId<Event = Kept> = Event extends unknown ? Omit<Event, 'id'> : never;

export interface ListenOptions {
  /** The first event is the one after this one, as far as they are kept; without it, the next. */
  after?: number;
  /** Ends the listening. */
  signal?: AbortSignal;
  /** Called when the listening has begun, with the id of the event that it begins after. */
  onListening?: (after: number) => void;
}

/** What a session remembers of its listeners when its state is replaced. */
export interface Listeners {
  /** The id of the latest event. Ids continue to rise after a reset: a listener comes back with an id from before. */
  lastId: number;
  /** Wall time at which the last listener left. */
  leftAt: number | undefined;
}

export interface EventLogOptions {
  clock: SessionClock;
  foresight: Foresight | undefined;
  findCall: (id: number) => JournalEntry | undefined;
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
  listen(options?: ListenOptions): AsyncIterable<SessionEvent>;
  /** How many listeners there are. */
  listening(): number;
}

/** Events kept for listeners that come back; a listener that was away for longer sees a gap in the ids. */
const KEPT_EVENTS = 1000;
/** Events kept for a listener that reads too slowly; beyond them it loses the oldest, and sees a gap in the ids. */
const QUEUED_EVENTS = 1000;
/** Wall time for which a listener may be away. Recording costs each call something, so it ends after that. */
const AWAY_MS = 60_000;

/**
 * Creates the log of what happens in a session. Transitions that time brings are computed when they are due, by one timer
 * for all listeners; without listeners nothing runs. A call that the journal has dropped is a gap in the ids.
 */
export function createEventLog({
  clock,
  foresight,
  findCall,
  listeners,
  closing,
  onError = () => undefined,
}: EventLogOptions): EventLog {
  const kept: Kept[] = [];
  const queues = new Set<(event: Kept) => void>();
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
    if (queues.size > 0) listeners.leftAt = wallNow();
    queues.clear();
    disarm();
  });

  return {
    decided: (decision) => {
      notify();
      if (!records()) return;
      const at = clock.now();
      record(async () => {
        await catchUp(at);
        push({ type: 'decision', at, decision });
        await recordSequel(decision, at);
      });
    },
    happened: (transition) => {
      notify();
      if (records()) record(async () => push({ type: 'transition', at: transition.at, transition }));
    },
    called: (callId) => {
      if (!records()) return;
      const at = clock.now();
      if (unrecorded === 0 && at === recordedUntil) push({ type: 'call', at, callId });
      else {
        record(async () => {
          await catchUp(at);
          push({ type: 'call', at, callId });
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
    listening: () => queues.size,
  };

  function notify(): void {
    for (const listener of [...changeListeners]) listener();
  }

  /** Whether a listener is there, or left a moment ago and may come back. */
  function records(): boolean {
    if (queues.size > 0) return true;
    const { leftAt } = listeners;
    if (!missed && leftAt !== undefined && wallNow() - leftAt <= AWAY_MS) return true;
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
        await arm();
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
        push({ type: 'transition', at: transition.at, transition });
      }
    }
  }

  /** Records what a decision brings in its own millisecond: a scenario without length, or the stretch of a poll. */
  async function recordSequel(decision: Decision, at: number): Promise<void> {
    if (!foresight || !('job' in decision)) return;
    const back = decision.type === 'polled' ? decision.stepMs : 1;
    for (const transition of await foresight.transitions(at - back, at)) {
      // The pause that a resume ends in its first millisecond has been recorded already.
      const isRecorded = decision.type === 'resumed' && transition.type === 'paused';
      if (transition.job === decision.job && !isRecorded) push({ type: 'transition', at: transition.at, transition });
    }
  }

  function push(event: WithoutId): void {
    const numbered: Kept = { id: ++listeners.lastId, ...event };
    kept.push(numbered);
    if (kept.length > KEPT_EVENTS) kept.shift();
    for (const deliver of queues) deliver(numbered);
  }

  async function arm(): Promise<void> {
    disarm();
    const status = clock.status();
    if (!foresight || queues.size === 0 || status.mode !== 'running' || status.speed === 0) return;
    const next = await foresight.when('next-transition');
    // The last listener may have left meanwhile.
    if ('never' in next || queues.size === 0) return;
    disarm = wallTimeout(Math.ceil((next.at - clock.now()) / status.speed), () => record(() => catchUp(clock.now())));
  }

  async function* listen({ after, signal, onListening }: ListenOptions = {}): AsyncGenerator<SessionEvent> {
    const queue: Kept[] = [];
    let wake: () => void = () => undefined;
    const deliver = (event: Kept): void => {
      queue.push(event);
      if (queue.length > QUEUED_EVENTS) queue.shift();
      wake();
    };
    if (missed || listeners.leftAt === undefined) recordedUntil = clock.now();
    missed = false;
    listeners.leftAt ??= wallNow();
    const from = Math.min(after ?? Infinity, listeners.lastId);
    if (after !== undefined) queue.push(...kept.filter(({ id }) => id > after));
    queues.add(deliver);
    const stopWaiting = onFirstAbort([signal, closing], () => wake());
    onListening?.(from);
    record(() => catchUp(clock.now()));
    try {
      while (signal?.aborted !== true && !closing.aborted) {
        const next = queue.shift();
        if (next) {
          const event = show(next);
          if (event) yield event;
        } else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      queues.delete(deliver);
      stopWaiting();
      listeners.leftAt = wallNow();
      if (queues.size === 0) disarm();
    }
  }

  function show(event: Kept): SessionEvent | undefined {
    if (event.type !== 'call') return event;
    const { callId, ...rest } = event;
    const call = findCall(callId);
    return call && { ...rest, call };
  }
}
