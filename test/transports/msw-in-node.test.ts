import http from 'node:http';
import { setupServer } from 'msw/node';
import mswPackage from 'msw/package.json' with { type: 'json' };
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHandlers } from '../../src/handlers/index.js';
import { describeDownloadApi } from '../suites/download-api.suite.js';
import type { Received, Sent, Transport } from '../suites/transport.js';
import { openWorld } from '../suites/world.js';
import { exchange } from './fetch-exchange.js';

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
    'host header': 'the request never leaves the process, so nobody adds one',
  },
  open: async (settings) => {
    const { api, dock, waiting } = openWorld(settings);
    server.resetHandlers(...createHandlers(api));
    const byFetch = exchange((request) => fetch(request), baseUrl, waiting);
    return {
      baseUrl,
      ...byFetch,
      // Fetch refuses this method; the clients of node:http can send it, and MSW hears them too.
      send: (request) => (request.method === 'TRACE' ? byNodeHttp(request) : byFetch.send(request)),
      advance: (ms) => dock.clock.advance(ms),
      close: async () => server.resetHandlers(),
    };
  },
};

describeDownloadApi(mswInNode);

function byNodeHttp({ method, path, headers = {} }: Sent): Promise<Received> {
  return new Promise((resolve, reject) => {
    http
      .request(baseUrl + path, { method, headers }, (response) => {
        let body = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => (body += chunk))
          .once('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers as Record<string, string>, body }),
          );
      })
      .once('error', reject)
      .end();
  });
}
