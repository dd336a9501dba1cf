import { createDock, createSessions } from '../../src/index.js';
import { serve } from '../../src/server/index.js';
import { connect } from '../../src/testing/index.js';
import type { Door, Opened } from './suite/door.js';

/** A dock, called as a function. */
export const inProcess: Door = {
  name: 'in process',
  open: async (beginning) => {
    const dock = createDock(beginning);
    return {
      control: dock,
      client: clientAt('http://localhost:1234', (url, init) => dock.api.fetch(new Request(url, init))),
      close: async () => dock.close(),
    };
  },
};

/** One of the sessions of a server, over its sockets. */
export const overHttp: Door = {
  name: 'over HTTP',
  open: async (beginning) => {
    const sessions = createSessions(beginning);
    const serving = await serve({ api: sessions.api, port: 0, host: '127.0.0.1' });
    const control = connect(serving.url, { session: 'checkout-17' });
    return {
      control,
      client: clientAt(control.baseUrl, fetch),
      close: async () => {
        sessions.close();
        await serving.close();
      },
    };
  },
};

export function clientAt(
  baseUrl: string,
  send: (url: string, init: RequestInit) => Promise<Response>,
): Opened['client'] {
  return async (method, path, body) => {
    const json = body !== undefined && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const response = await send(baseUrl + path, { method, ...json });
    return { status: response.status, body: await response.text() };
  };
}
