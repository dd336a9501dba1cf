import { describe, expect } from 'vitest';
import type { Transport } from '../transport.js';
import { checksOver, JSON_TYPE, pretty } from './checks.js';

const TOKEN = 'sk-lm-AbCdEfGh:0123456789abcdefghij';
const PAGE = 'http://localhost:5173';
const learnMore = 'Learn more at: https://lmstudio.ai/docs/developer/core/authentication.';
const preflight = {
  origin: PAGE,
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-type',
};

const unauthorized = (message: string): string =>
  pretty({ error: { type: 'invalid_request', code: 'invalid_api_key', message } });

/** Tokens, and pages of other origins. */
export function accessControl(transport: Transport): void {
  const { check, needs } = checksOver(transport);

  describe('a token', () => {
    check('is not asked for by default, and any passes', {}, async (client) => {
      expect((await client.get('/api/v1/models')).status).toBe(200);
      expect((await client.get('/api/v1/models', { authorization: 'Bearer anything' })).status).toBe(200);
    });

    check('that is required and missing is a 401', { requireToken: TOKEN }, async (client) => {
      for (const headers of [{}, { authorization: 'Basic dXNlcjpwYXNz' }]) {
        for (const path of ['/api/v1/models', '/nothing']) {
          const answer = await client.get(path, headers);
          expect(answer.status).toBe(401);
          expect(answer.headers['content-type']).toBe(JSON_TYPE);
          expect(answer.body).toBe(
            unauthorized(
              'An LM Studio API token is required to make requests to this server, but none was provided using the ' +
                "Authorization header using the 'Bearer' scheme (i.e., 'Authorization: Bearer $LM_API_TOKEN'). " +
                learnMore,
            ),
          );
        }
      }
    });

    check('that is wrong is a 401 which hides most of it', { requireToken: TOKEN }, async (client) => {
      for (const [token, shown] of [
        ['sk-lm-secret', 'sk-lm-secr**'],
        ['short', 'short'],
      ] as const) {
        const answer = await client.get('/api/v1/models', { authorization: `Bearer ${token}` });
        expect(answer.status).toBe(401);
        expect(answer.body).toBe(
          unauthorized(
            `Malformed LM Studio API token provided: ${shown}. Ensure you are using a valid token. ${learnMore}`,
          ),
        );
      }
    });

    check('that is right passes', { requireToken: TOKEN }, async (client) => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      expect((await client.get('/api/v1/models', headers)).body).toBe(pretty({ models: [] }));
      expect((await client.post('/api/v1/models/download', { model: 'simulate/slow' }, headers)).status).toBe(200);
    });

    check('is not asked for by the control API', { requireToken: TOKEN }, async (client) => {
      expect((await client.get('/__modeldock/health')).status).toBe(200);
    });
  });

  describe('a page of another origin', () => {
    check('is not let in by default', {}, async (client) => {
      const answer = await client.get('/api/v1/models');
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    });

    needs('origin headers')('gets the answer of an unknown route for its preflight by default', {}, async (client) => {
      const answer = await client.send({ method: 'OPTIONS', path: '/api/v1/models/download', headers: preflight });
      expect(answer.status).toBe(404);
      expect(answer.body).toBe('{"error":"Unexpected endpoint or method. (OPTIONS /api/v1/models/download)"}');
    });

    check('is let in where all are', { cors: '*' }, async (client) => {
      for (const path of ['/api/v1/models', '/api/v1/nothing', '/__modeldock/health']) {
        expect((await client.get(path)).headers['access-control-allow-origin']).toBe('*');
      }
    });

    check(
      'is let in where its origin is, also when its token is refused',
      { cors: PAGE, requireToken: TOKEN },
      async (client) => {
        const answer = await client.get('/api/v1/models');
        expect(answer.status).toBe(401);
        expect(answer.headers['access-control-allow-origin']).toBe(PAGE);
        expect(answer.headers.vary).toBe('Origin');
      },
    );

    needs('origin headers')(
      'has its preflight answered without a token',
      { cors: PAGE, requireToken: TOKEN },
      async (client) => {
        const answer = await client.send({ method: 'OPTIONS', path: '/api/v1/models/download', headers: preflight });
        expect(answer.status).toBe(204);
        expect(answer.body).toBe('');
        expect(answer.headers).toMatchObject({
          'access-control-allow-origin': PAGE,
          'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
          'access-control-allow-headers': 'authorization,content-type',
          vary: 'Origin, Access-Control-Request-Headers',
        });
        expect(answer.headers).not.toHaveProperty('content-type');
      },
    );

    needs('origin headers')('cannot operate the dock', {}, async (client) => {
      const answer = await client.post('/__modeldock/reset', '', { origin: 'https://elsewhere.example' });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body)).toMatchObject({ error: { type: 'forbidden' } });
    });

    needs('origin headers')('can operate the dock where it is let in', { cors: PAGE }, async (client) => {
      expect((await client.post('/__modeldock/reset', '', { origin: PAGE })).status).toBe(200);
    });
  });

  describe('a page of its own origin', () => {
    needs('host header')('can operate the dock', {}, async (client) => {
      const { origin } = new URL(client.baseUrl);
      expect((await client.post('/__modeldock/reset', '', { origin })).status).toBe(200);
    });
  });
}
