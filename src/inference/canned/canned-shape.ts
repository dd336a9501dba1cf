import type { StreamedEvent } from './server-sent-events.js';

/** One way of spelling a reply: whole, and as the events of a stream. */
export interface CannedShape {
  whole: unknown;
  events: () => Iterable<StreamedEvent>;
}
