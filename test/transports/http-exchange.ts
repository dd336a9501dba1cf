import http from 'node:http';
import type { Connection, Received, Sent } from '../suites/transport.js';
import type { World } from '../suites/world.js';
import { until } from '../until.js';

/** Sends with node:http, which adds nothing but `Host` and `Connection`, and refuses no method. */
export function exchangeOverHttp(baseUrl: string, waiting: World['waiting']): Pick<Connection, 'send' | 'leave'> {
  return {
    send: (request) => sendOverHttp(baseUrl, request),
    leave: async ({ method, path, headers = {} }) => {
      const request = http.request(baseUrl + path, { method, headers, agent: false });
      const ended = new Promise((resolve) => request.once('error', resolve));
      request.end();
      await until(() => waiting.now > 0);
      request.destroy();
      await until(() => waiting.abandoned > 0);
      await ended;
    },
  };
}

export function sendOverHttp(baseUrl: string, { method, path, headers = {}, body }: Sent): Promise<Received> {
  return new Promise((resolve, reject) => {
    http
      .request(baseUrl + path, { method, headers, agent: false }, (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk))
          .once('error', reject)
          .once('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers as Record<string, string>, body: text }),
          );
      })
      .once('error', reject)
      .end(body);
  });
}
