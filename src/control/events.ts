import type { Foresight, Transition } from '../core/foresight.js';
import type { Decision } from '../core/simulation.js';
import { wallTimeout } from '../core/wall-timer.js';
import type { JournalEntry } from './journal.js';
import type { SessionClock } from './session-clock.js';

/** Something that happened in a session. Ids rise by one. */
export type SessionEvent = { id: number; at: number } & (
  | { type: 'transition'; transition: Transition }
  | { type: 'decision'; decision: Decision }
  | { type: 'call'; call: JournalEntry }
);

type Happening<Event = SessionEvent> = Event extends unknown ? Omit<Event, 'id'> : never;

export interface EventLog {
  /** To be told of each decision, after it was made. */
  decided(decision: Decision): void;
  called(call: () => JournalEntry): void;
  /** To be told when time was set or advanced, or runs at another speed. */
  timeChanged(): void;
  /** Calls back after each decision and change of time; what time alone brings is not told. */
  onChange(listener: () => void): () => void;
  /** Events from now on, or after the event of that id as far as they are kept. */
  listen(options?: { after?: number; signal?: AbortSignal }): AsyncIterable<SessionEvent>;
  /** How many listeners there are. */
  listening(): number;
}

/** Kept for listeners that come back; one that was away for longer sees a gap in the ids. */
const KEPT_EVENTS = 1000;
/** A listener that reads more slowly than things happen loses the oldest, and sees a gap in the ids. */
const QUEUED_EVENTS = 1000;

/**
 * Tells what happens in a session. What time brings is computed when it is due, by one timer for all listeners; while
 * nobody listens nothing runs.
 * @param closing ends all listening
 */
export function createEventLog(clock: SessionClock, foresight: Foresight | undefined, closing: AbortSignal): EventLog {
  const kept: SessionEvent[] = [];
  const queues = new Set<(event: SessionEvent) => void>();
  const changeListeners = new Set<() => void>();
  let lastId = 0;
  /** Up to when the stories of all jobs have been told; undefined until somebody listens for the first time. */
  let toldUntil: number | undefined;
  /** Telling takes the store's time: one thing after the other, or the order would be lost. */
  let telling: Promise<void> = Promise.resolve();
  let disarm: () => void = () => undefined;

  return {
    decided: (decision) => {
      notify();
      if (toldUntil === undefined) return;
      const at = clock.now();
      tell(async () => {
        await catchUp(at);
        push({ type: 'decision', at, decision });
        await tellSequel(decision, at);
      });
    },
    called: (call) => {
      if (toldUntil === undefined) return;
      const at = clock.now();
      tell(async () => {
        await catchUp(at);
        push({ type: 'call', at, call: call() });
      });
    },
    timeChanged: () => {
      notify();
      if (toldUntil === undefined) return;
      const at = clock.now();
      tell(() => catchUp(at));
    },
    onChange: (listener) => {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    listen: ({ after, signal } = {}) => listen(after, signal),
    listening: () => queues.size,
  };

  function notify(): void {
    for (const listener of [...changeListeners]) listener();
  }

  function tell(what: () => Promise<void>): void {
    telling = telling.then(what).then(arm);
  }

  async function catchUp(to: number): Promise<void> {
    const from = toldUntil ?? to;
    if (foresight && to > from) {
      for (const transition of await foresight.transitions(from, to)) {
        push({ type: 'transition', at: transition.at, transition });
      }
    }
    // Time that was set back brings nothing again.
    toldUntil = to;
  }

  /** What a decision brings in its own millisecond: a story without length, or the stretch a poll went. */
  async function tellSequel(decision: Decision, at: number): Promise<void> {
    if (!foresight || !('job' in decision)) return;
    const back = decision.type === 'polled' ? decision.stepMs : 1;
    for (const transition of await foresight.transitions(at - back, at)) {
      // The pause that a resume ends in its first millisecond has been told already.
      const told = decision.type === 'resumed' && transition.type === 'paused';
      if (transition.job === decision.job && !told) push({ type: 'transition', at: transition.at, transition });
    }
  }

  function push(happening: Happening): void {
    const event = { id: ++lastId, ...happening };
    kept.push(event);
    if (kept.length > KEPT_EVENTS) kept.shift();
    for (const deliver of queues) deliver(event);
  }

  async function arm(): Promise<void> {
    disarm();
    const status = clock.status();
    if (!foresight || queues.size === 0 || status.mode !== 'running' || status.speed === 0) return;
    const next = await foresight.when('next-transition');
    // The last listener may have left meanwhile.
    if ('never' in next || queues.size === 0) return;
    disarm = wallTimeout(Math.ceil((next.at - clock.now()) / status.speed), () => tell(() => catchUp(clock.now())));
  }

  async function* listen(after: number | undefined, signal: AbortSignal | undefined): AsyncGenerator<SessionEvent> {
    const queue: SessionEvent[] = [];
    let wake: () => void = () => undefined;
    const deliver = (event: SessionEvent): void => {
      queue.push(event);
      if (queue.length > QUEUED_EVENTS) queue.shift();
      wake();
    };
    const stop = (): void => wake();
    toldUntil ??= clock.now();
    if (after !== undefined) queue.push(...kept.filter(({ id }) => id > after));
    queues.add(deliver);
    signal?.addEventListener('abort', stop, { once: true });
    closing.addEventListener('abort', stop, { once: true });
    tell(() => catchUp(clock.now()));
    try {
      while (signal?.aborted !== true && !closing.aborted) {
        const event = queue.shift();
        if (event) yield event;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      queues.delete(deliver);
      signal?.removeEventListener('abort', stop);
      closing.removeEventListener('abort', stop);
      if (queues.size === 0) disarm();
    }
  }
}
