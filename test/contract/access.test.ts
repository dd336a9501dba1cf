import { describe, expect, it } from 'vitest';
import { openClient, pretty } from './client.js';

const LEARN_MORE = 'Learn more at: https://lmstudio.ai/docs/developer/core/authentication.';
const NONE =
  'An LM Studio API token is required to make requests to this server, but none was provided using the Authorization ' +
  `header using the 'Bearer' scheme (i.e., 'Authorization: Bearer $LM_API_TOKEN'). ${LEARN_MORE}`;
const malformed = (shown: string) =>
  `Malformed LM Studio API token provided: ${shown}. Ensure you are using a valid token. ${LEARN_MORE}`;
const TOKEN = 'sk-lm-abcd1234:0123456789abcdefghij';
const ASK = { headers: { authorization: `Bearer ${TOKEN}` } };

describe('a server without a token', () => {
  it.each(['Bearer anything', 'Bearer ', 'Basic dXNlcg=='])(
    'lets any authorization pass: %s',
    async (authorization) => {
      expect((await openClient().send('GET', '/api/v1/models', { headers: { authorization } })).status).toBe(200);
    },
  );
});

describe('a server with a token', () => {
  it.each([
    ['none', undefined, NONE],
    ['another scheme', 'Basic dXNlcg==', NONE],
    ['an empty one', 'Bearer ', NONE],
    ['a session without one', 'Bearer session:one', NONE],
    ['a session and a short one', 'Bearer session:one:abc', malformed('abc')],
    ['a short one', 'Bearer abc', malformed('abc')],
    ['one of ten characters', 'Bearer abcdefghij', malformed('abcdefghij')],
    ['a longer one', 'Bearer abcdefghijklm', malformed('abcdefghij***')],
    [
      'a well-formed one that is not ours',
      'Bearer sk-lm-abcd1234:0123456789abcdefghiX',
      malformed('sk-lm-abcd*************************'),
    ],
    ['ours and more', `Bearer ${TOKEN}x`, malformed('sk-lm-abcd**************************')],
  ])('answers 401 to %s, to the letter', async (_given, authorization, message) => {
    const client = openClient({ requireToken: TOKEN });
    for (const path of ['/api/v1/models', '/api/v1/models/download/status/x', '/unknown']) {
      const read = await client.send('GET', path, { headers: authorization === undefined ? {} : { authorization } });
      expect(read.status).toBe(401);
      // In this one error the code stands before the message.
      expect(read.text).toBe(pretty({ error: { type: 'invalid_request', code: 'invalid_api_key', message } }));
    }
  });

  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `Bearer  ${TOKEN}`])(
    'lets its token pass: %s',
    async (authorization) => {
      const client = openClient({ requireToken: TOKEN });
      expect((await client.send('GET', '/api/v1/models', { headers: { authorization } })).status).toBe(200);
    },
  );

  it('greets without a token, for lms and the SDKs probe it bare', async () => {
    const client = openClient({ requireToken: TOKEN });
    for (const authorization of [undefined, 'Bearer abc']) {
      const headers = authorization === undefined ? {} : { authorization };
      const read = await client.send('GET', '/LMStudio-Greeting/', { headers });
      expect([read.status, read.text]).toEqual([200, '{"lmstudio":true}']);
    }
    expect((await client.send('HEAD', '/lmstudio-greeting')).status).toBe(200);
    expect((await client.send('POST', '/lmstudio-greeting')).status).toBe(401);
  });

  it('requires it before it reads the body', async () => {
    const client = openClient({ requireToken: TOKEN });
    expect((await client.send('POST', '/api/v1/models/download', { body: '{' })).status).toBe(401);
  });
});

describe('cross-origin calls', () => {
  const preflight = {
    headers: {
      origin: 'http://localhost:5173',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  };

  it('get no header by default, and a preflight is an unknown route', async () => {
    const client = openClient();
    const get = await client.send('GET', '/api/v1/models', { headers: { origin: 'http://localhost:5173' } });
    expect(get.headers.has('access-control-allow-origin')).toBe(false);
    const options = await client.send('OPTIONS', '/v1/models', preflight);
    expect([options.status, options.text]).toEqual([
      200,
      '{"error":"Unexpected endpoint or method. (OPTIONS /v1/models)"}',
    ]);
  });

  it.each([
    ['*', '*'],
    ['http://localhost:5173', 'http://localhost:5173'],
  ])('are allowed if the server is configured to allow them: %s', async (cors, allowed) => {
    const client = openClient({ cors, requireToken: TOKEN });
    const options = await client.send('OPTIONS', '/api/v1/models/download', preflight);
    expect([options.status, options.text]).toEqual([204, '']);
    expect(options.headers.get('access-control-allow-origin')).toBe(allowed);
    expect(options.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    const get = await client.send('GET', '/api/v1/models', ASK);
    expect([get.status, get.headers.get('access-control-allow-origin')]).toEqual([200, allowed]);
    const refused = await client.get('/api/v1/models');
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, allowed]);
  });

  it('leave an OPTIONS that is no preflight to the routes', async () => {
    const read = await openClient({ cors: '*' }).send('OPTIONS', '/api/v1/models');
    expect(read.status).toBe(404);
  });
});
