import { describe, expect } from 'vitest';
import type { Transport } from '../transport.js';
import { checksOver, JSON_TYPE } from './checks.js';

/** Each is answered with its own method and path in the body. */
const unknownUnderApi = [
  ['GET', '/api/v1'],
  ['GET', '/api/v1/nothing'],
  ['GET', '/api/v1/models/download-status'],
  ['GET', '/api/v1/models/download'],
  ['GET', '/api/v1/models/download/status'],
  ['GET', '/api/v1/models/download/status/'],
  ['GET', '/api/v1/models/download/status//'],
  ['GET', '/api/v1/models/download/status/a/b'],
  ['DELETE', '/api/v1/models/download/job_493c7c9ded'],
  ['POST', '/api/v1/models/download/status/job_493c7c9ded'],
  ['OPTIONS', '/api/v1/models/download'],
  ['PROPFIND', '/api/v1/models'],
  ['GET', '/API/v1/Nothing'],
] as const;
const unknownElsewhere = [
  ['GET', '/'],
  ['GET', '/v1/nothing'],
  ['GET', '/api/v2/models'],
  ['GET', '/api/v1models'],
  ['POST', '/v1/models'],
  ['PUT', '/lmstudio-greeting'],
  ['GET', '//api/v1/models'],
] as const;

/** Which requests are answered as what. */
export function routes(transport: Transport): void {
  const { check, needs } = checksOver(transport);

  describe('an unknown route', () => {
    check('under /api/v1 is a 404 with a text for an error', {}, async (client) => {
      for (const [method, path] of unknownUnderApi) {
        const answer = await client.send({ method, path });
        expect(answer.body).toBe(`{"error":"Unexpected endpoint or method. (${method} ${path})"}`);
        expect(answer.status).toBe(404);
        expect(answer.headers['content-type']).toBe(JSON_TYPE);
      }
    });

    check('elsewhere is the same with a 200', {}, async (client) => {
      for (const [method, path] of unknownElsewhere) {
        const answer = await client.send({ method, path });
        expect(answer.body).toBe(`{"error":"Unexpected endpoint or method. (${method} ${path})"}`);
        expect(answer.status).toBe(200);
        expect(answer.headers['content-type']).toBe(JSON_TYPE);
      }
    });

    check('elsewhere is a 404 where the profile is strict', { profile: 'strict' }, async (client) => {
      for (const [method, path] of unknownElsewhere) {
        expect((await client.send({ method, path })).status).toBe(404);
      }
    });

    needs('any method')('is one for TRACE as well', {}, async (client) => {
      const answer = await client.send({ method: 'TRACE', path: '/api/v1/models' });
      expect(answer.status).toBe(404);
      expect(answer.body).toBe('{"error":"Unexpected endpoint or method. (TRACE /api/v1/models)"}');
    });
  });

  describe('a documented route', () => {
    check('greets those who look for LM Studio', {}, async (client) => {
      const answer = await client.get('/lmstudio-greeting');
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe(JSON_TYPE);
      expect(answer.body).toBe('{"lmstudio":true}');
    });

    check('is found without regard to case and to one slash at the end', {}, async (client) => {
      await client.post('/API/V1/Models/Download/', { model: 'simulate/instant' });
      expect((await client.get('/LMStudio-Greeting/')).body).toBe('{"lmstudio":true}');
      const { body } = await client.get('/api/v1/models');
      expect(body).toContain('simulate/instant');
      expect((await client.get('/Api/v1/MODELS/')).body).toBe(body);
      expect((await client.get('/api/v1/models//')).status).toBe(404);
    });

    check('keeps the case of a job id', { jobIds: ['job_Aa'] }, async (client) => {
      await client.download('simulate/slow');
      expect((await client.get('/API/v1/models/download/STATUS/job_Aa/')).status).toBe(200);
      expect((await client.status('job_aa')).status).toBe(404);
    });

    check('does not mind a query', {}, async (client) => {
      expect((await client.get('/lmstudio-greeting?now=1')).body).toBe('{"lmstudio":true}');
    });

    check('answers HEAD as GET, without the body', { jobIds: ['job_0000000001'] }, async (client) => {
      await client.download('simulate/slow');
      for (const [path, status] of [
        ['/api/v1/models', 200],
        ['/api/v1/models/download/status/job_0000000001', 200],
        ['/api/v1/models/download/status/nobody', 404],
        ['/api/v1/models/download', 404],
        ['/nothing', 200],
      ] as const) {
        const answer = await client.send({ method: 'HEAD', path });
        expect(answer.status).toBe(status);
        expect(answer.headers['content-type']).toBe(JSON_TYPE);
        expect(answer.body).toBe('');
      }
    });
  });
}
