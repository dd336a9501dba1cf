import type { Transition } from '../../core/foresight.js';
import type { Decision } from '../../core/simulation.js';
import { monotonicNow, wallTimeout } from '../../core/wall-timer.js';
import type { JournalEntry } from '../journal/journal.js';

/** Something that happened in a session. Ids increase by one. */
export type SessionEvent = { id: number; at: number } & (
  | { type: 'transition'; transition: Transition }
  | { type: 'decision'; decision: Decision }
  | { type: 'call'; call: JournalEntry }
);

/** What a session remembers of its listeners when its state is replaced. */
export interface Listeners {
  /** The id of the latest event. Ids continue to increase after a reset: a listener may come back with an older id. */
  lastId: number;
  /** Wall time at which the last listener left. */
  leftAt: number | undefined;
}

/** The kept part of an event. Of a call only its id in the journal is kept; the journal has limits of its own. */
type Kept = { id: number; at: number } & (
  | { type: 'transition'; transition: Transition }
  | { type: 'decision'; decision: Decision }
  | { type: 'call'; callId: number }
);
type Happening<Event = Kept> = Event extends unknown ? Omit<Event, 'id'> : never;

/**
 * How many events are kept, for all listeners together; a listener is only a place among them. One that was away too
 * long, or reads too slowly, loses the oldest events and sees a gap in the ids.
 */
const KEPT_EVENTS = 1000;
/** The largest batch; it limits the memory of what is encoded at once: a call may have two bodies. */
const BATCH_EVENTS = 64;
/**
 * Up to this many listeners are woken at each event; with more, wake-ups are combined, because they would take all the
 * time.
 */
const FEW_LISTENERS = 20;
const WAKE_MS_PER_LISTENER = 0.25;
/** Finds a call in the journal; undefined if it has been dropped there. */
type FindCall = (id: number) => JournalEntry | undefined;

/** The events of a session, and the listeners that read them, each at its own place. */
export interface KeptEvents {
  push(happening: Happening): void;
  /** Whether there is an event after this id. */
  hasAfter(id: number): boolean;
  /** Returns the next batch of events after this id, and the id after which the following batch starts. */
  after(id: number, findCall: FindCall): { batch: readonly SessionEvent[]; upTo: number };
  /** Adds a callback that wakes a listener, and returns a function that removes it. */
  add(wake: () => void): () => void;
  /** The number of listeners. */
  listening(): number;
  close(): void;
}

export function createKeptEvents(session: Listeners): KeptEvents {
  const kept: Kept[] = [];
  const listeners = new Set<() => void>();
  let wokenAt = -Infinity;
  let stopWaking: (() => void) | undefined;
  /** The latest batch, for other listeners at the same place. */
  let latest: { after: number; batch: readonly SessionEvent[]; upTo: number } | undefined;

  return {
    push: (happening) => {
      kept.push({ id: ++session.lastId, ...happening });
      if (kept.length > KEPT_EVENTS) kept.shift();
      if (stopWaking || listeners.size === 0) return;
      const waitMs = wokenAt + listeners.size * WAKE_MS_PER_LISTENER - monotonicNow();
      if (listeners.size <= FEW_LISTENERS || waitMs <= 0) wake();
      else stopWaking = wallTimeout(waitMs, wake);
    },
    hasAfter: (id) => (kept.at(-1)?.id ?? 0) > id,
    after: (id, findCall) => {
      const next = nextAfter(id);
      const upTo = next.at(-1)?.id ?? id;
      if (latest?.after === id && latest.upTo === upTo) return latest;
      const shown = {
        after: id,
        upTo,
        batch: next.map((event) => show(event, findCall)).filter((event) => event !== undefined),
      };
      if (listeners.size > 1) {
        latest = shown;
        // Listeners that were woken together read together; later the journal may have dropped some of the calls.
        wallTimeout(0, () => (latest = undefined));
      }
      return shown;
    },
    add: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listening: () => listeners.size,
    close: () => {
      listeners.clear();
      stopWaking?.();
    },
  };

  function wake(): void {
    stopWaking = undefined;
    wokenAt = monotonicNow();
    for (const listener of [...listeners]) listener();
  }

  /** Returns the events after this id, by binary search: ids increase, with gaps. */
  function nextAfter(id: number): readonly Kept[] {
    let low = 0;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (kept[middle]!.id <= id) low = middle + 1;
      else high = middle;
    }
    return kept.slice(low, low + BATCH_EVENTS);
  }

  function show(event: Kept, findCall: FindCall): SessionEvent | undefined {
    if (event.type !== 'call') return event;
    const { callId, ...rest } = event;
    const call = findCall(callId);
    return call && { ...rest, call };
  }
}
