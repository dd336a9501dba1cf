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
type Happening<Event = Kept> = Event extends unknown ? Omit<Event, 'id'> : never;

export interface ListenOptions {
  /** The first event is the one after this one, as far as they are kept; without it, the next. */
  after?: number;
  /** Ends the listening. */
  signal?: AbortSignal;
  /** Told when the listening has begun: after the event of which id. */
  onListening?: (after: number) => void;
}

/** What a dock remembers of its listeners when its world is replaced. */
export interface Audience {
  /** The id of the latest event. Ids go on rising in a new world: a listener comes back with one of the old. */
  lastId: number;
  /** Wall time at which the last listener left. */
  heardAt: number | undefined;
}

export interface EventLogOptions {
  clock: SessionClock;
  foresight: Foresight | undefined;
  findCall: (id: number) => JournalEntry | undefined;
  audience: Audience;
  /** Ends all listening. */
  closing: AbortSignal;
  onError?: ((error: unknown) => void) | undefined;
}

export interface EventLog {
  /** To be told of each decision, after it was made. */
  decided(decision: Decision): void;
  /** To be told of what happened by itself, where there is no foresight. */
  happened(transition: Transition): void;
  /** To be told of each call that was answered, by its id in the journal. */
  called(callId: number): void;
  /** To be told when time was set or advanced, or runs at another speed. */
  timeChanged(): void;
  /** Calls back after each decision and change of time; what time alone brings is not told. */
  onChange(listener: () => void): () => void;
  listen(options?: ListenOptions): AsyncIterable<SessionEvent>;
  /** How many listeners there are. */
  listening(): number;
}

/** Kept for listeners that come back; one that was away for longer sees a gap in the ids. */
const KEPT_EVENTS = 1000;
/** A listener that reads more slowly than things happen loses the oldest, and sees a gap in the ids. */
const QUEUED_EVENTS = 1000;
/** Wall time for which a listener may be away; recording costs each call, so it ends after that. */
const AWAY_MS = 60_000;

/**
 * Tells what happens in a session. What time brings is computed when it is due, by one timer for all listeners; while
 * nobody listens nothing runs. A call that the journal has dropped is a gap in the ids.
 */
export function createEventLog({
  clock,
  foresight,
  findCall,
  audience,
  closing,
  onError = () => undefined,
}: EventLogOptions): EventLog {
  const kept: Kept[] = [];
  const queues = new Set<(event: Kept) => void>();
  const changeListeners = new Set<() => void>();
  /** Up to when the stories of all jobs have been told. */
  let toldUntil = clock.now();
  /** Whether something happened that was not recorded. */
  let missed = false;
  /** Telling takes the store's time: one thing after the other, or the order would be lost. */
  const oneByOne = createSerialQueue();
  /** How many things wait to be told. */
  let untold = 0;
  let disarm: () => void = () => undefined;
  // The listeners may end only later, and the next world asks at once.
  onFirstAbort([closing], () => {
    if (queues.size > 0) audience.heardAt = wallNow();
    queues.clear();
    disarm();
  });

  return {
    decided: (decision) => {
      notify();
      if (!records()) return;
      const at = clock.now();
      tell(async () => {
        await catchUp(at);
        push({ type: 'decision', at, decision });
        await tellSequel(decision, at);
      });
    },
    happened: (transition) => {
      notify();
      if (records()) tell(async () => push({ type: 'transition', at: transition.at, transition }));
    },
    called: (callId) => {
      if (!records()) return;
      const at = clock.now();
      if (untold === 0 && at === toldUntil) push({ type: 'call', at, callId });
      else {
        tell(async () => {
          await catchUp(at);
          push({ type: 'call', at, callId });
        });
      }
    },
    timeChanged: () => {
      notify();
      if (!records()) return;
      const at = clock.now();
      tell(() => catchUp(at));
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

  /** Whether somebody listens, or left a moment ago and may come back. */
  function records(): boolean {
    if (queues.size > 0) return true;
    const { heardAt } = audience;
    if (!missed && heardAt !== undefined && wallNow() - heardAt <= AWAY_MS) return true;
    // Whoever comes back later is to see the gap.
    if (!missed && heardAt !== undefined) audience.lastId++;
    missed = true;
    return false;
  }

  function tell(what: () => Promise<void>): void {
    untold++;
    void oneByOne(async () => {
      try {
        await what();
        await arm();
      } catch (error) {
        audience.lastId++;
        onError(error);
      }
      untold--;
    });
  }

  async function catchUp(to: number): Promise<void> {
    const from = toldUntil;
    // Time that was set back brings nothing again; what could not be told is not told twice.
    toldUntil = to;
    if (foresight && to > from) {
      for (const transition of await foresight.transitions(from, to)) {
        push({ type: 'transition', at: transition.at, transition });
      }
    }
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
    const event: Kept = { id: ++audience.lastId, ...happening };
    kept.push(event);
    if (kept.length > KEPT_EVENTS) kept.shift();
    for (const sendBody of queues) sendBody(event);
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

  async function* listen({ after, signal, onListening }: ListenOptions = {}): AsyncGenerator<SessionEvent> {
    const queue: Kept[] = [];
    let wake: () => void = () => undefined;
    const sendBody = (event: Kept): void => {
      queue.push(event);
      if (queue.length > QUEUED_EVENTS) queue.shift();
      wake();
    };
    if (missed || audience.heardAt === undefined) toldUntil = clock.now();
    missed = false;
    audience.heardAt ??= wallNow();
    const from = Math.min(after ?? Infinity, audience.lastId);
    if (after !== undefined) queue.push(...kept.filter(({ id }) => id > after));
    queues.add(sendBody);
    const stopWaiting = onFirstAbort([signal, closing], () => wake());
    onListening?.(from);
    tell(() => catchUp(clock.now()));
    try {
      while (signal?.aborted !== true && !closing.aborted) {
        const next = queue.shift();
        if (next) {
          const event = show(next);
          if (event) yield event;
        } else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      queues.delete(sendBody);
      stopWaiting();
      audience.heardAt = wallNow();
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
