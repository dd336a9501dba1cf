import { describe, expect, it } from 'vitest';
import { answerCall } from '../../src/api/api.js';
import { fetchFrom } from '../../src/api/fetch.js';
import { brokenWorld } from './broken-world.js';
import { openClient, pretty } from './client.js';

const compact = (method: string, path: string) => `{"error":"Unexpected endpoint or method. (${method} ${path})"}`;

const underApi = [
  ['GET', '/api/v1/x'],
  ['GET', '/api/v1'],
  ['GET', '/api/v1/'],
  ['GET', '/api/v1/models/download'],
  ['GET', '/api/v1/models/download-status'],
  ['GET', '/api/v1/models/download/status'],
  ['GET', '/api/v1/models/download/status/'],
  ['GET', '/api/v1/models/download/status//'],
  ['GET', '/api/v1/models/download/status/a/b'],
  ['POST', '/api/v1/models/download/status/job_493c7c9ded'],
  ['DELETE', '/api/v1/models/download/job_493c7c9ded'],
  ['POST', '/api/v1/models/download/job_493c7c9ded/cancel'],
  ['POST', '/api/v1/models/download/cancel'],
  ['PUT', '/api/v1/models/download'],
  ['POST', '/api/v1/models'],
  ['GET', '/api/v1/models/load'],
  ['OPTIONS', '/api/v1/models/download'],
  ['GET', '/api/v1/models//'],
  ['GET', '/API/V1/Unknown'],
] as const;

const elsewhere = [
  ['GET', '/'],
  ['GET', '/api/v1x'],
  ['GET', '/api/models/download'],
  ['POST', '/v1/models'],
  ['POST', '/models/download'],
  ['GET', '/favicon.ico'],
  ['OPTIONS', '/v1/models'],
] as const;

describe('an unknown route', () => {
  it.each(underApi)('under /api/v1 is 404 with a compact text: %s %s', async (method, path) => {
    for (const profile of ['documented', 'lmstudio-0.4', 'strict'] as const) {
      const read = await openClient({ profile }).send(method, path);
      expect([read.status, read.text]).toEqual([404, compact(method, path)]);
      expect(read.headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
  });

  it.each(elsewhere)(
    'elsewhere is 200 with the same text, and 404 in the strict profile: %s %s',
    async (method, path) => {
      for (const [profile, status] of [
        ['documented', 200],
        ['lmstudio-0.4', 200],
        ['strict', 404],
      ] as const) {
        const read = await openClient({ profile }).send(method, path);
        expect([read.status, read.text]).toEqual([status, compact(method, path)]);
      }
    },
  );

  it('is the answer to TRACE, which Fetch cannot send', async () => {
    const { dock } = openClient();
    const call = {
      method: 'TRACE',
      path: '/v1/models',
      query: new URLSearchParams(),
      header: () => undefined,
      text: async () => '',
      signal: new AbortController().signal,
    };
    expect(await dock.api.answer(call)).toMatchObject({ status: 200, body: compact('TRACE', '/v1/models') });
  });

  it('names HEAD as HEAD', async () => {
    const reported: string[] = [];
    const client = openClient({
      onUnknownRoute: ({ method, path }, status) => reported.push(`${method} ${path} ${status}`),
    });
    await client.send('HEAD', '/v1/x');
    await client.send('HEAD', '/api/v1/x');
    expect(reported).toEqual(['HEAD /v1/x 200', 'HEAD /api/v1/x 404']);
    const call = {
      method: 'HEAD',
      path: '/v1/x',
      query: new URLSearchParams(),
      header: () => undefined,
      text: async () => '',
      signal: new AbortController().signal,
    };
    expect(await client.dock.api.answer(call)).toMatchObject({ body: compact('HEAD', '/v1/x') });
  });

  it.each(['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', undefined])(
    'under /api/v1 is a 415 first where its body is no JSON: %s',
    async (type) => {
      const headers = type === undefined ? {} : { 'content-type': type };
      const read = await openClient().send('POST', '/api/v1/nothing', { body: '{"model":"x"}', headers });
      expect([read.status, read.body]).toMatchObject([415, { error: { type: 'invalid_request' } }]);
      expect((await openClient().send('POST', '/api/v1/nothing', { headers })).status).toBe(404);
    },
  );

  it('does not read the body that came with it', async () => {
    const read = await openClient().send('POST', '/api/v1/unknown', { body: '{not json' });
    expect(read.text).toBe(compact('POST', '/api/v1/unknown'));
  });
});

describe('a known route', () => {
  it.each(['/API/v1/Models', '/api/v1/models/', '/API/V1/MODELS/', '/api/v1/models?x=1'])(
    'is found in any case, with one slash at its end and with a query: %s',
    async (path) => {
      expect((await openClient().get(path)).text).toBe('{\n  "models": []\n}');
    },
  );

  it.each(['/api/v1/models', '/v1/models', '/lmstudio-greeting', '/api/v1/unknown', '/unknown'])(
    'answers HEAD as GET, without the body: %s',
    async (path) => {
      const client = openClient();
      const [head, get] = [await client.send('HEAD', path), await client.get(path)];
      expect([head.status, head.text]).toEqual([get.status, '']);
      expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    },
  );

  it('answers 500 with the error object, and reports the error, after an unexpected error', async () => {
    const fault = new Error('the disk is on fire');
    const errors: unknown[] = [];
    const world = brokenWorld(fault, (error) => errors.push(error));
    const response = await fetchFrom(
      (call) => answerCall(call, world),
      new Request('http://localhost:1234/api/v1/models'),
    );
    expect(response.status).toBe(500);
    expect(await response.text()).toBe(pretty({ error: { type: 'internal_error', message: 'Internal server error' } }));
    expect(errors).toEqual([fault]);
  });
});

describe('an unknown job', () => {
  it.each([
    ['/job_0000000000', 'job_0000000000'],
    ['/job_0000000000/', 'job_0000000000'],
    ['/JOB_0000000000', 'JOB_0000000000'],
    ['/a%20b', 'a b'],
    ['/a%2Fb', 'a/b'],
    ['/%zz', '%zz'],
    ['/undefined', 'undefined'],
  ])('is 404 job_not_found with its id: %s', async (path, id) => {
    const read = await openClient().get(`/api/v1/models/download/status${path}`);
    expect(read.status).toBe(404);
    expect(read.text).toBe(
      pretty({ error: { type: 'job_not_found', message: `Download job with id '${id}' not found` } }),
    );
  });

  it('is a job whose id is spelled in another case', async () => {
    const client = openClient({ jobIds: ['job_493c7c9ded'] });
    await client.download('ibm/granite-4-micro');
    expect((await client.status('job_493c7c9ded')).status).toBe(200);
    expect((await client.status('JOB_493C7C9DED')).status).toBe(404);
  });
});
