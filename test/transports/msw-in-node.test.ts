import { setupServer } from 'msw/node';
import mswPackage from 'msw/package.json' with { type: 'json' };
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHandlers } from '../../src/handlers/index.js';
import { describeDownloadApi } from '../suites/download-api.suite.js';
import type { Transport } from '../suites/transport.js';
import { openWorld } from '../suites/world.js';
import { exchange } from './fetch-exchange.js';
import { sendOverHttp } from './http-exchange.js';

const baseUrl = 'http://localhost:1234';
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.close());

it('runs on the major version of MSW that it was asked to', () => {
  expect(mswPackage.version.split('.')[0]).toBe(process.env.EXPECTED_MSW_MAJOR ?? '2');
});

const mswInNode: Transport = {
  name: 'MSW in Node',
  cannot: {
    'http headers': 'they belong to the HTTP adapter',
    'host header': 'the request never leaves the process, so no Host header is added',
  },
  open: async (settings) => {
    const { api, dock, waiting } = openWorld(settings);
    server.resetHandlers(...createHandlers(api));
    const byFetch = exchange((request) => fetch(request), baseUrl, waiting);
    return {
      baseUrl,
      ...byFetch,
      // Fetch refuses this method; the clients of node:http can send it, and MSW hears them too.
      send: (request) => (request.method === 'TRACE' ? sendOverHttp(baseUrl, request) : byFetch.send(request)),
      advance: (ms) => dock.clock.advance(ms),
      close: async () => server.resetHandlers(),
    };
  },
};

describeDownloadApi(mswInNode);
