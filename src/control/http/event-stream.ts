import type { Answer } from '../../api/call.js';
import { wallInterval } from '../../core/wall-timer.js';
import type { SessionEvent, SessionEvents } from '../events/events.js';
import type { DockControl } from '../contract/dock-control.js';

/** A comment sent while there are no events, because a proxy closes a stream that is silent for long. */
const HEARTBEAT = ': still listening\n\n';
const HEARTBEAT_MS = 15_000;

/**
 * Sends a session's events as server-sent events: `event` is the type, `data` the whole event as JSON, `id` its number.
 * The first message has only an id, of the event that listening starts after: an `EventSource` that has seen no event
 * reconnects with it.
 * @param after the id of the event to resume after
 * @param callSignal aborted when the caller leaves
 */
export function streamEvents(
  listen: DockControl['events'],
  { after }: { after?: number },
  callSignal: AbortSignal,
): Answer {
  const leaving = new AbortController();
  const signal = AbortSignal.any([leaving.signal, callSignal]);
  let from = 0;
  const onListening = (position: number): void => {
    from = position;
  };
  const listening = listen({ signal, onListening, ...(after !== undefined && { after }) });
  const events = inBatches(listening)[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  // Requested at once, so that a client that has the first id misses no event.
  let upcoming: Promise<IteratorResult<readonly SessionEvent[]>> | undefined = events.next();
  let stopBeating: () => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(encoder.encode(`: listening\nid: ${from}\n\n`));
      stopBeating = wallInterval(HEARTBEAT_MS, () => {
        // A client that does not read needs no heartbeat.
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(HEARTBEAT));
      });
    },
    pull: async (controller) => {
      const next = await (upcoming ?? events.next());
      upcoming = undefined;
      if (next.done === true) {
        stopBeating();
        controller.close();
        return;
      }
      controller.enqueue(encode(next.value));
    },
    cancel: async () => {
      stopBeating();
      leaving.abort();
      await events.return?.();
    },
  });
  return {
    status: 200,
    headers: { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' },
    body,
  };
}

/** Encoded batches, shared by all listeners that get the same batch; weak, so it keeps no batch alive. */
const encoded = new WeakMap<readonly SessionEvent[], Uint8Array>();

function encode(batch: readonly SessionEvent[]): Uint8Array {
  const known = encoded.get(batch);
  if (known) return known;
  const text = batch
    .map((event) => `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('');
  const bytes = new TextEncoder().encode(text);
  encoded.set(batch, bytes);
  return bytes;
}

/** Returns batches of events: those of a control in process, or batches of one of any other control. */
function inBatches(events: AsyncIterable<SessionEvent> | SessionEvents): AsyncIterable<readonly SessionEvent[]> {
  return 'batches' in events ? events.batches() : oneByOne(events);
}

async function* oneByOne(events: AsyncIterable<SessionEvent>): AsyncGenerator<readonly SessionEvent[]> {
  for await (const event of events) yield [event];
}
