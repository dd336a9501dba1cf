/** A body as the journal shows it. */
export interface JournalText {
  /** At most its first 8 kB, without secrets. */
  text: string;
  /** Its whole length, as UTF-8; for a stream, what has passed so far. */
  bytes: number;
  /** Set if the text is only the beginning. */
  clipped?: true;
  /** Set for a stream without an end: it is still flowing, it was cut off, or the client left. */
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

/** Formats a kept text for people. @param redact removes the secrets */
export function show(kept: KeptText, redact: (text: string) => string): JournalText {
  if (typeof kept === 'string') return { text: redact(kept), bytes: new TextEncoder().encode(kept).length };
  return { text: redact(kept.text), bytes: kept.wholeBytes, clipped: true };
}

/** Keeps the beginning of a line whose length clients control. */
export function keepLine(line: string, length: number): string {
  return line.length <= length ? line : `${beginningOf(new TextEncoder().encode(line), length)}…`;
}

/**
 * Returns the beginning of a text. It is decoded anew, because a slice would keep the whole text in memory. A character
 * that is cut in two is omitted.
 */
function beginningOf(bytes: Uint8Array, length: number): string {
  return new TextDecoder().decode(bytes.subarray(0, length), { stream: true });
}

/** A stream that is observed while it passes. */
export interface WatchedStream {
  stream: ReadableStream<Uint8Array>;
  /** The text that has passed so far. */
  seen: () => { kept: KeptText; ended: boolean };
}

/**
 * Observes a stream without reading ahead: a chunk passes when the client asks for it, and only its beginning is
 * copied.
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
          // A client that leaves also cancels the source; that is not the end of the body.
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
    // With this, the source is not read before the client asks for it.
    { highWaterMark: 0 },
  );
  return { stream, seen: () => ({ kept: bytes > KEPT_BYTES ? { text, wholeBytes: bytes } : text, ended }) };
}
