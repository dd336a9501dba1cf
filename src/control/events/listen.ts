import { onFirstAbort } from '../../core/wall-timer.js';
import type { JournalEntry } from '../journal/journal.js';
import type { KeptEvents, Listeners, SessionEvent } from './kept-events.js';

/** From where to listen, and how long. */
export interface ListenOptions {
  /** Starts with the event after this id, as far as events are kept; without it, with the next one. */
  after?: number;
  /** Stops listening when it is aborted. */
  signal?: AbortSignal;
  /** Called when listening has begun, with the id of the last event before it. */
  onListening?: (after: number) => void;
}

/** A session's events one by one; `batches` yields the same, as many at once as there are. */
export interface SessionEvents extends AsyncIterable<SessionEvent> {
  /** Listeners at the same event get the same array, so that it is encoded once for all of them. */
  batches(): AsyncIterable<readonly SessionEvent[]>;
}

export interface ListeningOptions {
  events: KeptEvents;
  listeners: Listeners;
  /** Ends all listening. */
  closing: AbortSignal;
  /** Loads what shows the journal's entries, and returns how to find one. */
  lookupCalls: () => Promise<(id: number) => JournalEntry | undefined>;
  /** Called when a listener has come, before it reads. */
  started: () => void;
  /** Called when a listener has left. */
  ended: () => void;
}

/** Creates what reads a session's events: each listener is a place in them, from which it reads on. */
export function createListening({
  events,
  listeners,
  closing,
  lookupCalls,
  started,
  ended,
}: ListeningOptions): (options?: ListenOptions) => SessionEvents {
  return (options = {}) => ({
    batches: () => listenInBatches(options),
    async *[Symbol.asyncIterator]() {
      for await (const batch of listenInBatches(options)) {
        for (const event of batch) {
          if (isOver(options.signal)) return;
          yield event;
        }
      }
    },
  });

  async function* listenInBatches({
    after,
    signal,
    onListening,
  }: ListenOptions): AsyncGenerator<readonly SessionEvent[]> {
    let place = Math.min(after ?? Infinity, listeners.lastId);
    let findCall: Awaited<ReturnType<typeof lookupCalls>> | undefined;
    let wakeUp: () => void = () => undefined;
    const leave = events.add(() => wakeUp());
    started();
    const stopWaiting = onFirstAbort([signal, closing], () => wakeUp());
    onListening?.(place);
    try {
      while (!isOver(signal)) {
        if (events.hasAfter(place)) {
          // Loaded here and not earlier: a listener that leaves before any event must end at once.
          const { batch, upTo } = events.after(place, (findCall ??= await lookupCalls()));
          place = upTo;
          if (batch.length > 0) yield batch;
        } else await new Promise<void>((resolve) => (wakeUp = resolve));
      }
    } finally {
      leave();
      stopWaiting();
      ended();
    }
  }

  function isOver(signal: AbortSignal | undefined): boolean {
    return signal?.aborted === true || closing.aborted;
  }
}
