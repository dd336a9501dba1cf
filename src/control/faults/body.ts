import type { Answer } from '../../api/call.js';
import { monotonicNow, wallSleep } from '../../core/wall-timer.js';
import type { BodyPlace } from './fault.js';

/** An answer whose whole body is in memory. */
export type TextAnswer = Exclude<Answer, 'network error'> & { body: string };

/** Announces the whole body and breaks off within it. An empty body cannot break off. */
export function truncate(answer: TextAnswer, after: BodyPlace): Answer {
  const bytes = new TextEncoder().encode(answer.body);
  if (bytes.length === 0) return answer;
  const kept = bytes.subarray(0, cutAt(after, bytes.length));
  let sent = false;
  return streamed(answer, bytes.length, {
    pull: (controller) => {
      if (!sent && kept.length > 0) controller.enqueue(kept);
      // The error is raised in a later turn: it would discard what is still in the queue.
      else controller.error(new Error(`The simulated connection broke after ${kept.length} of ${bytes.length} bytes.`));
      sent = true;
    },
  });
}

/** Ends the body early; the answer itself is complete. */
export function breakJson(answer: TextAnswer, after: BodyPlace): Answer {
  const bytes = new TextEncoder().encode(answer.body);
  // With `stream` an incomplete character is omitted instead of replaced.
  const kept = new TextDecoder().decode(bytes.subarray(0, cutAt(after, bytes.length)), { stream: true });
  return { ...answer, body: kept };
}

/** The signals that end a wait; the first one counts. */
export interface Endings {
  /** Aborted when the client has left, or the session is closed. */
  gone: readonly AbortSignal[];
  /** Aborted when the fault is removed, so that the wait ends. */
  removed: AbortSignal;
}

/**
 * Sends the body at a limited speed. No timer runs before the first byte is requested, or after the reader has left.
 */
export function slowDown(answer: TextAnswer, bytesPerSecond: number, { gone, removed }: Endings): Answer {
  const bytes = new TextEncoder().encode(answer.body);
  const reader = new AbortController();
  const portion = Math.max(1, Math.min(Math.round(bytesPerSecond * PORTION_SECONDS), LARGEST_PORTION));
  let sent = 0;
  let began: number | undefined;
  return streamed(answer, bytes.length, {
    pull: async (controller) => {
      if (sent === bytes.length) {
        controller.close();
        return;
      }
      began ??= monotonicNow();
      const next = removed.aborted ? bytes.length : Math.min(sent + portion, bytes.length);
      const wait = began + (next / bytesPerSecond) * 1000 - monotonicNow();
      try {
        // Computed from the time since the first byte: timers are late, and their delays would add up.
        if (wait > 0 && !removed.aborted) await wallSleep(wait, ...gone, reader.signal, removed);
      } catch (reason) {
        if (!removed.aborted) {
          controller.error(reason);
          return;
        }
      }
      controller.enqueue(bytes.subarray(sent, next));
      sent = next;
    },
    cancel: () => reader.abort(),
  });
}

const PORTION_SECONDS = 0.05;
const LARGEST_PORTION = 16_384;

/** Replaces a header, in any spelling of its name. */
export function withHeader(
  headers: Readonly<Record<string, string>>,
  name: string,
  value: string,
): Record<string, string> {
  const others = Object.entries(headers).filter(([each]) => each.toLowerCase() !== name.toLowerCase());
  return { ...Object.fromEntries(others), [name]: value };
}

function streamed(answer: TextAnswer, length: number, source: UnderlyingDefaultSource<Uint8Array>): Answer {
  return {
    ...answer,
    headers: withHeader(answer.headers, 'Content-Length', String(length)),
    // With this, a body that is not read, as of an answer to HEAD, is never produced.
    body: new ReadableStream(source, { highWaterMark: 0 }),
  };
}

/** Returns a place before the last byte: a whole body would not be a fault. */
function cutAt(after: BodyPlace, length: number): number {
  const bytes = typeof after === 'number' ? Math.floor(after * length) : after.bytes;
  return Math.max(0, Math.min(bytes, length - 1));
}
