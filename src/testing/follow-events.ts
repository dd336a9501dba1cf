import { ControlError } from '../control/base/control-error.js';
import type { ListenOptions, SessionEvent } from '../control/events/events.js';
import { onFirstAbort, wallSleep } from '../core/wall-timer.js';

export interface FollowOptions extends ListenOptions {
  open: (path: string, init: RequestInit) => Promise<Response>;
}

/** The waits before each new attempt, in ms; after the last, the connection counts as lost. */
const PAUSES_MS = [100, 250, 500, 1000, 2000];

/**
 * Reads a session's events. A broken connection is reopened at the event where it broke; the stream ends when the
 * session is closed, reset or restored.
 * @throws Error when the server can no longer be reached
 */
export async function* followEvents({ after, signal, onListening, open }: FollowOptions): AsyncGenerator<SessionEvent> {
  let last = after;
  let failures = 0;
  let begun = (position: number): void => {
    begun = () => undefined;
    onListening?.(position);
  };
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  signal?.addEventListener('abort', leave, { once: true });
  try {
    while (signal?.aborted !== true) {
      try {
        const response = await open('/events', {
          headers: { Accept: 'text/event-stream', ...(last !== undefined && { 'Last-Event-ID': `${last}` }) },
          signal: leaving.signal,
        });
        for await (const { id, event } of readEvents(response, leaving.signal)) {
          failures = 0;
          last = id;
          if (event) yield event;
          else begun(id);
        }
        return;
      } catch (error) {
        if (leaving.signal.aborted) return;
        const pause = PAUSES_MS[failures++];
        if (error instanceof ControlError || pause === undefined) throw error;
        await wallSleep(pause, leaving.signal).catch(() => undefined);
      }
    }
  } finally {
    signal?.removeEventListener('abort', leave);
    leave();
  }
}

/**
 * Parses server-sent events, as far as this server sends them: the data of each is one line of JSON, which contains its
 * id. An id without data is not an event, but counts as the last id, as in the HTML standard (9.2.6, dispatch the
 * event).
 */
async function* readEvents(
  response: Response,
  signal: AbortSignal,
): AsyncGenerator<{ id: number; event?: SessionEvent }> {
  if (!response.body || !/^text\/event-stream\b/.test(response.headers.get('content-type') ?? '')) {
    throw new ControlError(
      response.status,
      'not_found',
      `Cannot follow events: expected a stream from ${response.url}, found no body.`,
    );
  }
  const reader = response.body.getReader();
  // Not awaited: MSW holds a second copy of each answer, and cancelling waits for both.
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  // A fetch that MSW answers does not end by its signal while its body is read.
  const stopWaiting = onFirstAbort([signal], cancel);
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const events = text.split('\n\n');
      text = events.pop()!;
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        const id = /^id: (\d+)$/m.exec(event)?.[1];
        if (data !== undefined) yield { id: Number(id), event: JSON.parse(data) as SessionEvent };
        else if (id !== undefined) yield { id: Number(id) };
      }
    }
  } finally {
    stopWaiting();
    cancel();
  }
}
