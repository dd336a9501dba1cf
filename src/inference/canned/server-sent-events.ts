import type { Answer } from '../../api/call.js';

/** An event of a stream; without a name if the API uses none. */
export interface StreamedEvent {
  event?: string;
  data: unknown;
}

/** Sends events one by one, as the client reads them. */
export function eventStream(events: Iterable<StreamedEvent>, headers: Record<string, string>): Answer {
  const encoder = new TextEncoder();
  const iterator = events[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const next = iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(print(next.value)));
    },
  });
  return {
    status: 200,
    headers: { ...headers, 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-cache' },
    body,
  };
}

function print({ event, data }: StreamedEvent): string {
  const line = `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
  return event === undefined ? line : `event: ${event}\n${line}`;
}
