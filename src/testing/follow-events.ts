import { ControlError } from '../control/base/control-error.js';
import type { ListenOptions, SessionEvent } from '../control/events/events.js';
import { onFirstAbort, wallSleep } from '../core/wall-timer.js';

export interface FollowOptions extends ListenOptions {
  open: (path: string, init: RequestInit) => Promise<Response>;
}

/** How long to wait before each new attempt; after the last, the connection counts as lost. */
const PAUSES_MS = [100, 250, 500, 1000, 2000];

/**
 * Reads a session's events. A connection that breaks is opened again where it broke; the stream ends when the session
 * does, is reset or restored.
 * @throws Error when the server cannot be reached any more
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
 * Server-sent events, as far as this server sends them: the data of each is one line of JSON, and its id is in there. An
 * id without data is no event, but counts as the last id, as the HTML standard has it (9.2.6, dispatch the event).
 */
async function* readEvents(
  response: Response,
  signal: AbortSignal,
): AsyncGenerator<{ id: number; event?: SessionEvent }> {
  if (!response.body || !/^text\/event-stream\b/.test(response.headers.get('content-type') ?? '')) {
    throw new ControlError(response.status, 'not_found', `Cannot follow events: ${response.url} sends none.`);
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
