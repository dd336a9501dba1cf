/** A body as the journal keeps it. */
export interface JournalText {
  /** Its first 8 kB at most, without secrets. */
  text: string;
  /** Its whole length, as UTF-8; of a stream, what has passed. */
  bytes: number;
  /** The text is only the beginning. */
  clipped?: true;
  /** A stream that has not ended: it still flows, it was cut off, or the client left. */
  unfinished?: true;
}

/** How much of a body is kept, in bytes of UTF-8. */
export const KEPT_BYTES = 8 * 1024;

/** The kept part of a body: all of it, or its beginning and the whole length. */
export type KeptText = string | { text: string; wholeBytes: number };

/** Keeps the beginning of a body. */
export function keep(body: string): KeptText {
  // A UTF-16 unit is three bytes of UTF-8 at most.
  if (body.length * 3 <= KEPT_BYTES) return body;
  const bytes = new TextEncoder().encode(body);
  if (bytes.length <= KEPT_BYTES) return body;
  return { text: beginningOf(bytes, KEPT_BYTES), wholeBytes: bytes.length };
}

/** A kept text for people to read. @param redact takes the secrets out */
export function show(kept: KeptText, redact: (text: string) => string): JournalText {
  if (typeof kept === 'string') return { text: redact(kept), bytes: new TextEncoder().encode(kept).length };
  return { text: redact(kept.text), bytes: kept.wholeBytes, clipped: true };
}

/** The beginning of a line that clients can make as long as they like. */
export function keepLine(line: string, length: number): string {
  return line.length <= length ? line : `${beginningOf(new TextEncoder().encode(line), length)}…`;
}

/** Decoded, not sliced: a slice would keep the whole text in memory. A character that is cut in two is left out. */
function beginningOf(bytes: Uint8Array, length: number): string {
  return new TextDecoder().decode(bytes.subarray(0, length), { stream: true });
}

/** A stream that is watched while it passes. */
export interface WatchedStream {
  stream: ReadableStream<Uint8Array>;
  /** The text that has passed so far. */
  seen: () => { kept: KeptText; ended: boolean };
}

/**
 * Watches a stream without reading ahead: a chunk passes when the client asks for it, and only its beginning is copied.
 * @param onEnd called once: at its end, when it breaks, or when the client leaves
 */
export function watchStream(source: ReadableStream<Uint8Array>, onEnd: () => void): WatchedStream {
  const reader = source.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  let ended = false;
  let over = false;
  const end = (): void => {
    if (!over) onEnd();
    over = true;
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          // A client that leaves ends the source as well; that is not the end of the body.
          if (over) return;
          if (done) {
            ended = true;
            controller.close();
            end();
            return;
          }
          if (bytes < KEPT_BYTES) text += decoder.decode(value.subarray(0, KEPT_BYTES - bytes), { stream: true });
          bytes += value.byteLength;
          controller.enqueue(value);
        } catch (error) {
          controller.error(error);
          end();
        }
      },
      cancel: async (reason) => {
        end();
        await reader.cancel(reason);
      },
    },
    // Nothing is read before the client asks for it.
    { highWaterMark: 0 },
  );
  return { stream, seen: () => ({ kept: bytes > KEPT_BYTES ? { text, wholeBytes: bytes } : text, ended }) };
}
