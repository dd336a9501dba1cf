import type { Connection } from '../suites/transport.js';
import type { World } from '../suites/world.js';
import { until } from '../until.js';
import { receivedFrom, requestFrom } from './fetch-messages.js';

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
      await until(() => waiting.now > 0);
      controller.abort();
      await until(() => waiting.abandoned > 0);
      await answer;
    },
  };
}
