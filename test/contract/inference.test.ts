import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../until.js';
import { inferencePaths } from '../suites/inference-paths.js';
import { openClient, type Client } from './client.js';

const ROUTES = inferencePaths;
const MODEL = 'ibm/granite-4-micro';
const EMBEDDER = 'text-embedding-nomic-embed-text-v1.5';
const PROMPT = { model: MODEL, messages: [{ role: 'user', content: 'Hello' }], input: 'Hello', prompt: 'Hello' };

describe('an inference route', () => {
  it.each(ROUTES)('answers 501 by default: %s', async (path) => {
    const reported: string[] = [];
    const client = openClient({ onNotImitated: (route) => reported.push(`${route.method} ${route.path}`) });
    const read = await client.post(path, PROMPT);
    expect(read.status).toBe(501);
    expect(read.body).toMatchObject({ error: { type: 'not_implemented', code: 'not_imitated' } });
    expect(read.text).toContain('--inference URL');
    expect(reported).toEqual([`POST ${path}`]);
    const [entry] = await client.dock.journal.list();
    expect(entry).toMatchObject({ route: `POST ${path}`, model: MODEL, status: 501 });
    expect(await client.dock.findings()).toMatchObject([
      { id: 'inference-not-imitated', judged: { notJudged: expect.any(String) as string } },
    ]);
  });

  it('can be chosen by a fault, by its name and by its model', async () => {
    const client = openClient({ inference: 'canned' });
    await client.dock.faults.add({
      when: { route: 'chat-completions', model: 'ibm/*' },
      effect: { type: 'status', status: 503 },
    });
    expect((await client.post('/v1/chat/completions', PROMPT)).status).toBe(503);
    expect((await client.post('/v1/responses', PROMPT)).status).toBe(404);
  });

  it('refuses an invalid server when the dock is created, without showing its password', () => {
    for (const inference of ['llama.cpp', 'ftp://x', 'http://x/?y', '']) {
      expect(() => openClient({ inference })).toThrow(
        /^Cannot use this inference: expected "none", "canned", .* found "/,
      );
    }
    expect(() => openClient({ inference: 'ftp://me:secret@x' })).toThrow(/^(?!.*secret)/);
  });
});

describe('canned inference', () => {
  const openLoaded = async (): Promise<Client> => {
    const client = openClient({ inference: 'canned', scenario: 'instant' });
    for (const model of [MODEL, 'nomic-ai/nomic-embed-text-v1.5']) await client.download(model);
    for (const model of [MODEL, EMBEDDER]) await client.post('/api/v1/models/load', { model });
    return client;
  };
  const embeds = (path: string): boolean => path.endsWith('/embeddings');
  const bodyFor = (path: string) => ({ ...PROMPT, ...(embeds(path) && { model: EMBEDDER }) });

  it.each(ROUTES)('is marked, and always the same: %s', async (path) => {
    const client = await openLoaded();
    const [first, second] = [await client.post(path, bodyFor(path)), await client.post(path, bodyFor(path))];
    expect(first.status).toBe(200);
    expect(first.headers.get('x-modeldock-inference')).toBe('canned');
    if (!embeds(path)) expect(first.text).toContain('canned answer from modeldock');
    expect(second.text).toBe(first.text);
  });

  it.each(ROUTES)('needs a model that is loaded: %s', async (path) => {
    const client = openClient({ inference: 'canned', scenario: 'instant' });
    await client.download(MODEL);
    const read = await client.post(path, PROMPT);
    expect([read.status, read.body]).toEqual([
      404,
      { error: { type: 'model_not_found', message: `Model with instance identifier '${MODEL}' is not loaded.` } },
    ]);
    expect((await client.post(path, {})).body).toMatchObject({ error: { param: 'model' } });
    expect((await client.post(path, '{')).status).toBe(400);
  });

  it('does not chat with an embedding model, nor embed with another', async () => {
    const client = await openLoaded();
    expect((await client.post('/v1/embeddings', PROMPT)).status).toBe(400);
    expect((await client.post('/v1/chat/completions', { ...PROMPT, model: EMBEDDER })).status).toBe(400);
  });

  it('embeds each text as a vector of length 1, in numbers or in base64', async () => {
    const client = await openLoaded();
    const embed = async (more: object): Promise<{ embedding: unknown }[]> =>
      (await client.post('/v1/embeddings', { model: EMBEDDER, ...more })).body.data as { embedding: unknown }[];
    const [one, other] = await embed({ input: ['a', 'b'] });
    const vector = one!.embedding as number[];
    expect(Math.hypot(...vector)).toBeCloseTo(1);
    expect(other!.embedding).not.toEqual(vector);
    expect((await embed({ input: 'a', dimensions: 3 }))[0]!.embedding).toHaveLength(3);
    const [coded] = await embed({ input: 'a', encoding_format: 'base64' });
    const bytes = Buffer.from(coded!.embedding as string, 'base64');
    expect(Array.from({ length: vector.length }, (_, index) => bytes.readFloatLE(4 * index))).toEqual(
      vector.map(Math.fround),
    );
  });

  const streams: [path: string, names: string[], last: string][] = [
    ['/v1/chat/completions', [], 'data: [DONE]\n\n'],
    ['/v1/completions', [], 'data: [DONE]\n\n'],
    ['/api/v0/chat/completions', [], 'data: [DONE]\n\n'],
    ['/v1/responses', ['response.created', 'response.output_text.delta', 'response.completed'], ''],
    ['/v1/messages', ['message_start', 'content_block_delta', 'message_delta', 'message_stop'], ''],
    ['/api/v1/chat', ['chat.start', 'prompt_processing.end', 'message.delta', 'message.end', 'chat.end'], ''],
  ];
  it.each(streams)('streams in the events of its API: %s', async (path, names, last) => {
    const client = await openLoaded();
    const response = await client.dock.api.fetch(
      new Request(`http://localhost:1234${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...PROMPT, stream: true }),
      }),
    );
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const text = await response.text();
    const seen = [...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
    expect(seen.filter((name, index) => names.includes(name!) && seen.indexOf(name) === index)).toEqual(names);
    expect(text.endsWith(last)).toBe(true);
    const data = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, line]) => JSON.parse(line!) as Record<string, never>);
    const whole = (await client.post(path, PROMPT)).text;
    const written = data.map(textIn).join('');
    expect(written).toContain('canned answer from modeldock');
    expect(whole).toContain(written);
  });

  /** The piece of text that an event carries, in any of the APIs. */
  function textIn(event: Record<string, unknown>): string {
    const [choice] = (event.choices ?? []) as { text?: string; delta?: { content?: string } }[];
    if (choice) return choice.text ?? choice.delta?.content ?? '';
    if (event.type === 'message.delta') return String(event.content);
    if (typeof event.delta === 'string') return event.delta;
    return (event.delta as { text?: string } | undefined)?.text ?? '';
  }
});

describe('forwarded inference', () => {
  it('sends a call on and its answer back as it comes, event by event', async () => {
    let more: (() => void) | undefined;
    const server = await upstream(async (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-powered-by': 'llama', 'x-more': '1' });
      response.write(
        `data: ${JSON.stringify({ url: request.url, headers: request.headers, body: await textOf(request) })}\n\n`,
      );
      await new Promise<void>((resolve) => (more = resolve));
      response.end('data: [DONE]\n\n');
    });
    const client = openClient({ inference: `${server.url}/v1/` });
    const response = await client.dock.api.fetch(
      new Request('http://localhost:1234/V1/Chat/Completions/?a=b', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: 'Bearer sk-x',
          'x-modeldock-token': 'never',
          cookie: 'never',
        },
        body: JSON.stringify({ ...PROMPT, stream: true }),
      }),
    );
    const reader = response.body!.getReader();
    const first = new TextDecoder().decode((await reader.read()).value);
    const told = JSON.parse(first.slice('data: '.length)) as {
      url: string;
      headers: Record<string, string>;
      body: string;
    };
    expect(told.url).toBe('/v1/chat/completions?a=b');
    expect(told.headers).toMatchObject({ authorization: 'Bearer sk-x', 'content-type': 'application/json' });
    expect(JSON.stringify(told.headers)).not.toContain('never');
    expect(JSON.parse(told.body)).toEqual({ ...PROMPT, stream: true });
    expect(response.headers.get('x-more')).toBe('1');
    expect(response.headers.has('x-powered-by')).toBe(false);
    more!();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: [DONE]\n\n');
    expect((await reader.read()).done).toBe(true);
    expect(await client.dock.journal.list()).toMatchObject([
      { status: 200, model: MODEL, route: 'POST /v1/chat/completions' },
    ]);
  });

  it("reaches OpenAI's route where a server does not have LM Studio's own older one", async () => {
    const asked: string[] = [];
    const server = await upstream(async (request, response) => {
      asked.push(`${request.url} ${await textOf(request)}`);
      response.statusCode = request.url!.startsWith('/v1/') ? 200 : 404;
      response.end(JSON.stringify(request.url));
    });
    const client = openClient({ inference: server.url });
    for (const route of ['chat/completions', 'completions', 'embeddings']) {
      asked.length = 0;
      expect((await client.post(`/api/v0/${route}`, PROMPT)).body).toBe(`/v1/${route}`);
      const body = JSON.stringify(PROMPT);
      expect(asked).toEqual([`/api/v0/${route} ${body}`, `/v1/${route} ${body}`]);
    }
    asked.length = 0;
    expect((await client.post('/api/v1/chat', PROMPT)).status).toBe(404);
    expect(asked).toHaveLength(1);
  });

  it('does not pass on the token that is meant for this server', async () => {
    const seen: (string | undefined)[] = [];
    const server = await upstream((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{}');
    });
    const ours = openClient({ inference: server.url, requireToken: 'ours' });
    const headers = { authorization: 'Bearer ours', 'content-type': 'application/json' };
    await ours.send('POST', '/v1/completions', { body: PROMPT, headers });
    const theirs = openClient({ inference: { url: server.url, token: 'theirs' } });
    await theirs.post('/v1/completions', PROMPT);
    const session = openClient({ inference: server.url });
    await session.send('POST', '/v1/completions', {
      body: PROMPT,
      headers: { ...headers, authorization: 'Bearer session:one:inner' },
    });
    expect(seen).toEqual([undefined, 'Bearer theirs', 'Bearer inner']);
  });

  it('answers 502 with the name of an unreachable server, without its secrets', async () => {
    const server = await upstream(() => undefined);
    await server.close();
    const client = openClient({ inference: server.url.replace('http://', 'http://me:secret@') });
    const read = await client.post('/v1/chat/completions', PROMPT);
    expect(read.status).toBe(502);
    expect(read.body).toMatchObject({ error: { type: 'unknown', code: 'inference_unreachable' } });
    expect(read.text).toContain(`to ${server.url}: no program listens there (ECONNREFUSED). Start`);
    expect(read.text).not.toContain('secret');
    expect(read.text).not.toContain('..');
  });

  it('ends at the server when the client leaves', async () => {
    let left = false;
    const server = await upstream((_, response) => {
      response.on('close', () => (left = true));
    });
    const client = openClient({ inference: server.url });
    const controller = new AbortController();
    const asked = client.dock.api.fetch(
      new Request('http://localhost:1234/v1/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(PROMPT),
        signal: controller.signal,
      }),
    );
    await until(() => server.calls() > 0);
    controller.abort();
    await expect(asked).rejects.toThrow();
    await until(() => left);
  });

  it('refuses a server that leads back to itself', async () => {
    const opened: Client[] = [];
    const server = await upstream(async (request, response) => {
      const headers = Object.entries(request.headers).filter(
        ([name]) => !['host', 'connection', 'content-length'].includes(name),
      );
      const answer = await opened[0]!.dock.api.fetch(
        new Request(`http://localhost:1234${request.url!}`, {
          method: 'POST',
          headers: headers as [string, string][],
          body: await textOf(request),
        }),
      );
      response.writeHead(answer.status).end(await answer.text());
    });
    const client = openClient({ inference: server.url });
    opened.push(client);
    const read = await client.post('/v1/completions', PROMPT);
    expect([read.status, read.body]).toMatchObject([502, { error: { code: 'inference_loop' } }]);
  });
});

type Handle = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A server that runs models, or seems to. */
async function upstream(handle: Handle): Promise<{ url: string; calls: () => number; close: () => Promise<void> }> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls++;
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls: () => calls, close };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text;
}
