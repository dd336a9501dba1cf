import type { StreamedEvent } from './server-sent-events.js';

/** A reply in the format of one API: whole, and as the events of a stream. */
export interface CannedShape {
  whole: unknown;
  events: () => Iterable<StreamedEvent>;
}
