import { createHash } from 'node:crypto';
import { describe, expect } from 'vitest';
import type { Transport } from '../transport.js';
import { checksOver, pretty } from './checks.js';

/** What is not in an answer's body. */
export function connections(transport: Transport): void {
  const { check, needs } = checksOver(transport);

  describe('a connection', () => {
    check('that breaks leaves the client without an answer, and the next one works', {}, async (client) => {
      await expect(client.get('/lmstudio-greeting?answer=broken')).rejects.toThrow();
      expect((await client.get('/lmstudio-greeting')).status).toBe(200);
    });

    needs('abort')('whose client leaves is noticed by the api', {}, async (client) => {
      await client.leave({ method: 'GET', path: '/lmstudio-greeting?answer=never' });
      expect((await client.get('/lmstudio-greeting')).status).toBe(200);
    });
  });

  describe('an answer over HTTP', () => {
    needs('http headers')("has Express's headers", {}, async (client) => {
      const paths = ['/api/v1/models', '/lmstudio-greeting', '/api/v1/nothing', '/nothing', '/__modeldock/health'];
      for (const path of paths) {
        const { headers, body } = await client.get(path);
        const digest = createHash('sha1').update(body).digest('base64').slice(0, 27);
        expect(headers).toMatchObject({
          'x-powered-by': 'Express',
          'content-length': String(Buffer.byteLength(body)),
          etag: `W/"${Buffer.byteLength(body).toString(16)}-${digest}"`,
        });
      }
    });

    needs('http headers')('to HEAD has the headers of the answer to GET', {}, async (client) => {
      const { headers } = await client.get('/api/v1/models');
      const head = await client.send({ method: 'HEAD', path: '/api/v1/models' });
      for (const name of ['etag', 'content-length', 'content-type']) expect(head.headers[name]).toBe(headers[name]);
    });

    needs('http headers')('is not sent again to a client that has it', { jobIds: ['job_1'] }, async (client) => {
      await client.download('simulate/pauses-at-30');
      await client.advance(60_000);
      const first = await client.status('job_1');
      const path = '/api/v1/models/download/status/job_1';
      const headers = { 'if-none-match': first.headers.etag! };
      const same = await client.get(path, headers);
      expect(same.status).toBe(304);
      expect(same.body).toBe('');
      expect(same.headers.etag).toBe(first.headers.etag);
      expect(same.headers).not.toHaveProperty('content-type');

      expect((await client.get(path, { 'if-none-match': 'W/"2-another"' })).body).toBe(first.body);
    });

    needs('http headers')('is sent in full once it has changed', { jobIds: ['job_1'] }, async (client) => {
      await client.download('simulate/steady');
      await client.advance(5100);
      const { headers } = await client.status('job_1');
      await client.advance(1);
      const next = await client.get('/api/v1/models/download/status/job_1', { 'if-none-match': headers.etag! });
      expect(next.status).toBe(200);
      expect(next.body).toContain('500100000');
    });

    needs('http headers')('to a POST is never a 304', {}, async (client) => {
      const { headers, body } = await client.download('simulate/already-downloaded');
      expect(body).toBe(pretty({ status: 'already_downloaded' }));
      const again = await client.post(
        '/api/v1/models/download',
        { model: 'simulate/already-downloaded' },
        { 'if-none-match': headers.etag! },
      );
      expect(again.status).toBe(200);
    });
  });
}
