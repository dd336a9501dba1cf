import type { Answer } from '../../api/call.js';
import { monotonicNow, wallSleep } from '../../core/wall-timer.js';
import type { BodyPlace } from './fault.js';

/** An answer whose body is whole and at hand. */
export type TextAnswer = Exclude<Answer, 'network error'> & { body: string };

/** Announces the whole body and breaks within it. An empty body has nothing to break in. */
export function truncate(answer: TextAnswer, after: BodyPlace): Answer {
  const bytes = new TextEncoder().encode(answer.body);
  if (bytes.length === 0) return answer;
  const kept = bytes.subarray(0, cutAt(after, bytes.length));
  let sent = false;
  return streamed(answer, bytes.length, {
    pull: (controller) => {
      if (!sent && kept.length > 0) controller.enqueue(kept);
      // Not in one go: an error throws away what is still in the queue.
      else controller.error(new Error(`The simulated connection broke after ${kept.length} of ${bytes.length} bytes.`));
      sent = true;
    },
  });
}

/** Ends the body early; the answer itself is whole. */
export function breakJson(answer: TextAnswer, after: BodyPlace): Answer {
  const bytes = new TextEncoder().encode(answer.body);
  // With `stream` a character that was cut through is left away instead of replaced.
  const kept = new TextDecoder().decode(bytes.subarray(0, cutAt(after, bytes.length)), { stream: true });
  return { ...answer, body: kept };
}

/** The first of these to be aborted ends a wait. */
export interface Endings {
  /** The client has left, or the session is gone. */
  gone: readonly AbortSignal[];
  /** The fault was removed: there is nothing to wait for any more. */
  removed: AbortSignal;
}

/** Sends the body at a pace. Nothing runs before the first byte is asked for, and nothing after the reader has left. */
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
        // By the time that has passed since the first byte: timers are late, and lateness would add up.
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

/** Replaces a header, however its name was spelled. */
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
    // A body that is not read, as of an answer to HEAD, is never asked for and costs nothing.
    body: new ReadableStream(source, { highWaterMark: 0 }),
  };
}

/** Always before the last byte: a whole body would be no fault. */
function cutAt(after: BodyPlace, length: number): number {
  const bytes = typeof after === 'number' ? Math.floor(after * length) : after.bytes;
  return Math.max(0, Math.min(bytes, length - 1));
}
