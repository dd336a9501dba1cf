import { vi } from 'vitest';
import type { Connection, Sent } from '../suites/transport.js';
import type { World } from '../suites/world.js';

/** Sends with Fetch's classes, through anything that answers a `Request`. */
export function exchange(
  fetch: (request: Request) => Promise<Response>,
  baseUrl: string,
  waiting: World['waiting'],
): Pick<Connection, 'send' | 'leave'> {
  const requestFrom = ({ method, path, headers, body }: Sent, signal?: AbortSignal): Request =>
    new Request(baseUrl + path, {
      method,
      ...(headers && { headers }),
      // Bytes: for a string, Fetch would add a content type of its own.
      ...(body !== undefined && { body: new TextEncoder().encode(body) }),
      ...(signal && { signal }),
    });

  return {
    send: async (request) => {
      const response = await fetch(requestFrom(request));
      const { status, headers } = response;
      return { status, headers: Object.fromEntries(headers), body: await response.text() };
    },
    leave: async (request) => {
      const controller = new AbortController();
      const answer = fetch(requestFrom(request, controller.signal)).catch((error: unknown) => error);
      await vi.waitUntil(() => waiting.now > 0);
      controller.abort();
      await vi.waitUntil(() => waiting.abandoned > 0);
      await answer;
    },
  };
}
