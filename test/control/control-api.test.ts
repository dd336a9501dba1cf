import { describe, expect, it } from 'vitest';
import { createServerSessions, type ServerSetup } from '../../src/create-dock.js';
import type { SimulatedSessionsOptions } from '../../src/index.js';

const CONTROL = 'http://localhost:1234/__modeldock';

interface Refusal {
  error: { code: string; message: string };
}

/** Operates a server with sessions, in process. */
function open(options: SimulatedSessionsOptions = {}, routes: ServerSetup = {}) {
  const sessions = createServerSessions({ speed: 0, ...options }, routes);
  const send = (method: string, path: string, { body, headers, base = CONTROL }: Sent = {}): Promise<Response> =>
    sessions.api.fetch(
      new Request(base + path, {
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  return {
    sessions,
    send,
    refusal: async (...sent: Parameters<typeof send>) => {
      const response = await send(...sent);
      return { status: response.status, ...((await response.json()) as Refusal).error };
    },
  };
}

interface Sent {
  body?: unknown;
  headers?: Record<string, string>;
  /** Origin and path up to the route. */
  base?: string;
}

describe('a route of the control API', () => {
  it('may be written with a slash at its end', async () => {
    const { send } = open();
    expect((await send('GET', '/clock/')).status).toBe(200);
    expect((await send('GET', '/clock//')).status).toBe(404);
  });

  it('names its methods where it is called with another', async () => {
    const { send } = open();
    for (const [method, path, allowed] of [
      ['POST', '/clock', 'GET, HEAD, PUT'],
      ['GET', '/clock/advance', 'POST'],
      ['OPTIONS', '/faults', 'GET, HEAD, POST, DELETE'],
      ['PATCH', '/jobs/job_1/pause', 'POST'],
    ] as const) {
      const response = await send(method, path);
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe(allowed);
      const { error } = (await response.json()) as Refusal;
      expect(error).toEqual({
        code: 'not_allowed',
        message: `Cannot ${method} /__modeldock${path}: expected ${allowed}, found ${method}.`,
      });
    }
  });

  it('that does not exist is refused with the existing ones', async () => {
    const { refusal } = open();
    const { status, code, message } = await refusal('GET', '/nothing');
    expect({ status, code }).toEqual({ status: 404, code: 'not_found' });
    expect(message).toContain('DELETE /__modeldock/models/:key,');
  });

  it('is spelled to the letter, dots too, but in any case', async () => {
    const { send } = open({}, { controlRoutes: { 'GET /a.json': async () => ({ here: true }) } });
    expect((await send('GET', '/a.json')).status).toBe(200);
    expect((await send('GET', '/aXjson')).status).toBe(404);
    expect((await send('GET', '/Clock')).status).toBe(200);
    expect((await send('GET', '/clocks')).status).toBe(404);
  });

  it('answers HEAD as GET, without a body', async () => {
    const { send } = open();
    const response = await send('HEAD', '/clock');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  it('takes no query but its own', async () => {
    const { send, refusal } = open();
    expect(await refusal('GET', '/jobs?status=failed')).toMatchObject({
      status: 400,
      code: 'invalid_request',
      message: expect.stringContaining('status: expected no key of this name, found "failed"') as string,
    });
    expect((await refusal('POST', '/reset?hard=1')).status).toBe(400);
    expect((await refusal('GET', '/jobs/job_1/wait?state=failed')).status).toBe(400);
    expect((await refusal('GET', '/events?from=3')).status).toBe(400);
    expect((await send('GET', '/jobs?')).status).toBe(200);
  });

  it('reads numbers in a query as languages print them', async () => {
    const { refusal } = open();
    for (const number of ['0', '0.5', '.5', '1.', '1e-05', '5E-1']) {
      expect(await refusal('GET', `/jobs/job_1/wait?progress=${number}`)).toMatchObject({ status: 404 });
    }
    for (const text of ['', 'half', '0x1', '1e', 'Infinity', '-0.5', '2']) {
      expect(await refusal('GET', `/jobs/job_1/wait?progress=${text}`)).toMatchObject({
        status: 400,
        message: expect.stringContaining('progress: expected a number') as string,
      });
    }
  });

  it('takes JSON and nothing else as a body, and no body as an empty one', async () => {
    const { send, refusal } = open();
    const text = { body: '{"ms":1}', headers: { 'content-type': 'text/plain' } };
    expect(await refusal('POST', '/clock/advance', text)).toMatchObject({ status: 415, code: 'not_allowed' });
    expect(await refusal('POST', '/clock/advance', { body: '{"ms"' })).toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
    for (const body of ['null', '[]', '7']) {
      expect((await refusal('PUT', '/clock', { body })).status).toBe(400);
    }
    expect((await send('POST', '/fork')).status).toBe(200);
    expect(
      (await send('PUT', '/clock', { body: {}, headers: { 'content-type': 'Application/JSON; v=1' } })).status,
    ).toBe(200);
  });

  it('refuses a body that is too large', async () => {
    const { refusal } = open();
    const model = 'x'.repeat(1024 * 1024);
    expect(await refusal('POST', '/models', { body: { model } })).toMatchObject({
      status: 413,
      code: 'invalid_request',
    });
  });
});

describe('the key of a model in a path', () => {
  it.each(['ibm%2Fgranite-4-micro', 'ibm/granite-4-micro', 'ibm/granite-4-micro/'])(
    'may be written as %s',
    async (key) => {
      const { send } = open();
      expect((await send('POST', '/models', { body: { model: 'ibm/granite-4-micro' } })).status).toBe(200);
      const response = await send('DELETE', `/models/${key}`);
      expect(response.status).toBe(204);
      expect(await response.text()).toBe('');
      expect(await (await send('GET', '/models')).json()).toEqual([]);
    },
  );

  it('of an unknown model is quoted decoded', async () => {
    const { refusal } = open();
    expect((await refusal('DELETE', '/models/no%2Fsuch')).message).toContain('no/such');
    expect(await refusal('DELETE', '/models/%E0%A4%A')).toMatchObject({ status: 404, code: 'not_found' });
  });
});

describe('events', () => {
  it('are taken up after a number, and nothing else', async () => {
    const { refusal } = open();
    for (const after of ['', 'x', '-1', '1.5']) {
      expect(await refusal('GET', `/events?after=${after}`)).toMatchObject({ status: 400, code: 'invalid_request' });
    }
  });

  it.each([
    ['the query', '?after=1', {}],
    ['Last-Event-ID, before the query', '?after=0', { 'last-event-id': '1' }],
    ['the query, where Last-Event-ID is of another stream', '?after=1', { 'last-event-id': 'a7f' }],
  ])('are taken up after %s', async (_, query, headers: Record<string, string>) => {
    const { send, sessions } = open();
    const first = await send('GET', '/events');
    await send('PUT', '/scenario', { body: { scenario: 'slow' } });
    await send('PUT', '/scenario', { body: { scenario: 'fails' } });
    const response = await send('GET', `/events${query}`, { headers });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('data:')) text += (await reader.read()).value ?? '';
    expect(text).toMatch(/^: listening\nid: 1\n\nid: 2\nevent: decision\ndata: \{"id":2,.*\}\n\n$/);
    await Promise.all([reader.cancel(), first.body!.cancel()]);
    sessions.close();
  });

  it('have no listener where only their headers were asked for', async () => {
    const { send, sessions } = open({ limit: 1 });
    expect((await send('HEAD', '/events', { headers: { 'X-Modeldock-Session': 'asked' } })).status).toBe(200);
    // A session with a listener would not make room.
    sessions.open('next');
    expect(sessions.list()).toMatchObject([{ session: 'next' }]);
  });
});

describe('a session', () => {
  it('is created by a route that concerns it, and by no other', async () => {
    const { send, sessions } = open();
    await send('GET', '/sessions');
    await send('GET', '/nothing', { base: 'http://localhost:1234/s/one/__modeldock' });
    await send('PATCH', '/clock', { base: 'http://localhost:1234/s/two/__modeldock' });
    await send('DELETE', '/sessions/three');
    expect(sessions.list()).toEqual([]);
    await send('GET', '/clock', { base: 'http://localhost:1234/s/four/__modeldock' });
    expect(sessions.list().map(({ session }) => session)).toEqual(['four']);
  });

  it('with an invalid name is refused with the error of the route', async () => {
    const { send, sessions } = open();
    const message = expect.stringContaining('Cannot use this name for a session') as string;
    const operated = await send('GET', '/clock', { base: 'http://localhost:1234/s/a%20b/__modeldock' });
    expect(operated.status).toBe(400);
    expect(await operated.json()).toEqual({ error: { code: 'invalid_request', message } });
    const called = await send('GET', '/api/v1/models', { base: 'http://localhost:1234/s/a%20b' });
    expect(called.status).toBe(400);
    expect(await called.json()).toEqual({ error: { type: 'invalid_request', code: 'invalid_request', message } });
    expect(sessions.list()).toEqual([]);
  });

  it.each(['.', '..'])('cannot be called %s, which a URL would swallow', async (name) => {
    const { send, refusal } = open();
    expect(await refusal('POST', '/sessions', { body: { session: name } })).toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
    expect((await send('POST', '/sessions', { body: { session: '...' } })).status).toBe(200);
  });

  it('is not forked into an existing one', async () => {
    const { send, refusal } = open();
    await send('POST', '/sessions', { body: { session: 'taken' } });
    expect(await refusal('POST', '/fork', { body: { session: 'taken' } })).toMatchObject({
      status: 409,
      code: 'session_exists',
    });
  });

  it('is opened once, and dropped once', async () => {
    const { send } = open();
    for (let time = 0; time < 2; time++) {
      expect((await send('POST', '/sessions', { body: { session: 'one' } })).status).toBe(200);
    }
    const dropped = [await send('DELETE', '/sessions/one'), await send('DELETE', '/sessions/one')];
    expect(dropped.map(({ status }) => status)).toEqual([204, 404]);
  });
});

it('a defect behind the control API is reported with its message', async () => {
  const errors: unknown[] = [];
  const defect = new Error('A defect, on purpose.');
  const { refusal } = open(
    { onError: (error) => errors.push(error) },
    {
      controlRoutes: {
        'GET /broken': async () => {
          throw defect;
        },
      },
    },
  );
  expect(await refusal('GET', '/broken')).toEqual({
    status: 500,
    code: 'internal_error',
    message: 'Internal server error',
  });
  expect(errors).toEqual([defect]);
});
