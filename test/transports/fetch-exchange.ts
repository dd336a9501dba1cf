import { vi } from 'vitest';
import type { Connection } from '../suites/transport.js';
import type { World } from '../suites/world.js';
import { receivedFrom, requestFrom } from './fetch-messages.js';

/** A loaded machine takes its time. */
const PATIENCE = { timeout: 4000, interval: 5 };

/** Sends with Fetch's classes, through anything that answers a `Request`. */
export function exchange(
  fetch: (request: Request) => Promise<Response>,
  baseUrl: string,
  waiting: World['waiting'],
): Pick<Connection, 'send' | 'leave'> {
  return {
    send: async (request) => receivedFrom(await fetch(requestFrom(baseUrl, request))),
    leave: async (request) => {
      const controller = new AbortController();
      const answer = fetch(requestFrom(baseUrl, request, controller.signal)).catch((error: unknown) => error);
      await vi.waitUntil(() => waiting.now > 0, PATIENCE);
      controller.abort();
      await vi.waitUntil(() => waiting.abandoned > 0, PATIENCE);
      await answer;
    },
  };
}
