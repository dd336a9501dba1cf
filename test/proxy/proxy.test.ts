import http, { type IncomingMessage } from 'node:http';
import { connect as dial } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Api } from '../../src/api/api.js';
import { createDock, parseScenario } from '../../src/index.js';
import type { RecordedDownload } from '../../src/proxy/poll-trace.js';
import { createProxyDock } from '../../src/proxy/create-proxy-dock.js';
import { connect } from '../../src/testing/index.js';
import { exchangeOverHttp } from '../../src/verify/http-exchange.js';
import { verify } from '../../src/verify/verify.js';
import { until } from '../until.js';
import { differing } from '../verify/verified.js';
import { listening, proxied, served } from './proxied.js';

const TOKEN = 'sk-lm-abcd1234:0123456789abcdefghij';
const json = { 'Content-Type': 'application/json' };

async function start(url: string, model: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/api/v1/models/download`, {
    ...{ method: 'POST', headers: json, body: JSON.stringify({ model }) },
  });
  return (await response.json()) as Record<string, unknown>;
}

async function poll(url: string, jobId: unknown): Promise<Record<string, unknown>> {
  return (await (await fetch(`${url}/api/v1/models/download/status/${String(jobId)}`)).json()) as Record<
    string,
    unknown
  >;
}

/** Answers of an api with their JSON changed. */
function changed(api: Api, change: (body: Record<string, unknown>, path: string) => unknown): Api {
  return {
    ...api,
    answer: async (call) => {
      const answer = await api.answer(call);
      if (answer === 'network error' || typeof answer.body !== 'string' || answer.status !== 200) return answer;
      const body = change(JSON.parse(answer.body) as Record<string, unknown>, call.path);
      return { ...answer, body: JSON.stringify(body, null, 2) };
    },
  };
}

describe('a proxy in front of modeldock', () => {
  it('is verified as modeldock itself is, with a download through it', async () => {
    const upstream = createDock({ speed: 0, profile: 'lmstudio-0.4' });
    const { url, dock, differences } = await proxied(await served(upstream.api));
    const verified = await verify({
      exchange: exchangeOverHttp(url),
      profile: 'lmstudio-0.4',
      download: {
        ...{ model: 'simulate/steady', pollMs: 1000, patienceMs: 60_000, signal: new AbortController().signal },
        sleep: async () => {
          await upstream.clock.advance(2000);
        },
      },
    });
    expect(differing(verified)).toEqual([]);
    expect(verified.rows.filter(({ id }) => id === 'completed')).toMatchObject([{ outcome: 'holds' }]);
    expect(differences).toEqual([]);
    expect((await dock.findings()).filter(({ id }) => id === 'answer-differs-from-contract')).toEqual([]);
  });

  it('passes every answer as it is, to the byte, with its headers', async () => {
    const direct = await served(createDock({ speed: 0, jobIds: ['job_0000000001'], now: 0 }).api);
    const twin = await served(createDock({ speed: 0, jobIds: ['job_0000000001'], now: 0 }).api);
    const { url } = await proxied(twin);
    for (const [method, path, body] of [
      ['GET', '/api/v1/models'],
      ['HEAD', '/api/v1/models'],
      ['GET', '/no-such-route?a=%20b&c'],
      ['OPTIONS', '/api/v1/models/download'],
      ['TRACE', '/v1/models'],
      ['PUT', '/api/v1/x', 'text'],
      ['POST', '/api/v1/models/download', '{"model":"simulate/steady"}'],
      ['GET', '/api/v1/models/download/status/job_0000000001'],
      ['POST', '/api/v1/models/download', '{"model":'],
      ['POST', '/api/v1/models/download', ''],
    ] as const) {
      const request = { method, path, headers: json, ...(body !== undefined && { body }) };
      const [one, other] = [await exchangeOverHttp(direct)(request), await exchangeOverHttp(url)(request)];
      const { date: _, 'keep-alive': __, ...headers } = one.headers;
      const { date: ___, 'keep-alive': kept, ...passed } = other.headers;
      expect({ ...other, headers: passed }).toEqual({ ...one, headers });
      expect(kept).toBe('timeout=5');
    }
  });

  it('has a journal, jobs, findings, events and faults, in process and over HTTP', async () => {
    const upstream = createDock({ speed: 0, requireToken: TOKEN });
    const { url, dock } = await proxied(await served(upstream.api));
    const headers = { ...json, Authorization: `Bearer ${TOKEN}` };
    const asked = await fetch(`${url}/api/v1/models/download`, {
      ...{ method: 'POST', headers, body: '{"model":"ibm/granite-4-micro"}' },
    });
    const { job_id: job } = (await asked.json()) as { job_id: string };
    await fetch(`${url}/api/v1/models/download/status/undefined`, { headers });
    const control = connect(url);
    expect(await control.status()).toMatchObject({ engine: 'proxied', jobs: 1, journalEntries: 2 });
    expect(await control.jobs.get(job)).toMatchObject({ id: job, model: 'ibm/granite-4-micro', state: 'downloading' });
    expect(await control.findings()).toMatchObject([{ id: 'status-of-undefined' }]);
    expect(await dock.journal.list()).toMatchObject([
      {
        route: 'POST /api/v1/models/download',
        ...{ status: 200, job, model: 'ibm/granite-4-micro' },
        request: { body: { text: '{"model":"ibm/granite-4-micro"}' } },
        answer: { body: { text: expect.stringContaining(job) as string } },
      },
      { route: 'GET /api/v1/models/download/status/:job_id', status: 404, job: 'undefined' },
    ]);
    expect(JSON.stringify(await dock.journal.list())).not.toContain(TOKEN);

    const waiting = control.jobs.wait(job, { status: 'completed' });
    await upstream.clock.advance({ until: 'idle' });
    await fetch(`${url}/api/v1/models/download/status/${job}`, { headers });
    expect(await waiting).toMatchObject({ state: 'completed' });

    await control.faults.add({ when: { model: 'ibm/*' }, effect: { type: 'status', status: 503 }, times: 1 });
    await control.faults.add({ when: { path: '/v1/models' }, effect: { type: 'malformed-json' } });
    const refused = await fetch(`${url}/api/v1/models/download`, {
      ...{ method: 'POST', headers, body: '{"model":"ibm/granite-4-micro"}' },
    });
    expect(refused.status).toBe(503);
    const broken = await fetch(`${url}/v1/models`, { headers });
    expect(broken.status).toBe(200);
    await expect(broken.json()).rejects.toThrow(SyntaxError);

    await expect(control.jobs.pause(job)).rejects.toMatchObject({ code: 'unsupported' });
    await expect(control.clock.advance(1)).rejects.toMatchObject({ code: 'unsupported' });
    await expect(control.models.list()).rejects.toMatchObject({ code: 'unsupported' });
    await control.reset();
    expect(await dock.journal.list()).toEqual([]);
  });

  it('reports each kind of answer that differs from the contract once, as a finding, and passes it on untouched', async () => {
    const upstream = createDock({ speed: 0 });
    const api = changed(upstream.api, (body, path) =>
      path.includes('/status/')
        ? { ...body, status: 'queued', token: TOKEN }
        : path === '/v1/models'
          ? { data: TOKEN }
          : body,
    );
    const { url, dock, differences } = await proxied(await served(api));
    const { job_id: job } = await start(url, 'simulate/steady');
    expect(await poll(url, job)).toMatchObject({ job_id: job, status: 'queued' });
    await poll(url, job);
    await fetch(`${url}/v1/models`);
    expect(differences[0]).toMatch(/^GET \/api\/v1\/models\/download\/status\/:job_id: status: expected one of/);
    expect(new Set(differences).size).toBe(differences.length);
    expect(differences.join()).toContain('GET /v1/models: data: expected an array, found "sk-****"');
    expect(differences.join()).not.toContain(TOKEN);
    const findings = (await dock.findings()).filter(({ id }) => id === 'answer-differs-from-contract');
    expect(findings[0]).toMatchObject({ entries: [2, 3], judged: { notJudged: expect.any(String) as string } });
    expect(JSON.stringify(findings)).not.toContain(TOKEN);
    await dock.journal.clear();
    expect(await dock.findings()).toEqual([]);
  });

  it('reports bytes that fall, and a download that is no longer completed', async () => {
    const upstream = createDock({ speed: 0 });
    let polls = 0;
    const api = changed(upstream.api, (body, path) =>
      path.includes('/status/') && ++polls === 2 ? { ...body, downloaded_bytes: 1 } : body,
    );
    const { url, differences } = await proxied(await served(api));
    const { job_id: job } = await start(url, 'simulate/steady');
    await upstream.clock.advance(5000);
    await poll(url, job);
    await poll(url, job);
    expect(differences).toEqual([
      'GET /api/v1/models/download/status/:job_id: downloaded_bytes: 490000000 before, 1 now',
    ]);
  });

  it('takes a start as each profile has it, or as the one that is given', async () => {
    for (const [profile, expected, found] of [
      ['documented', undefined, 0],
      ['lmstudio-0.4', undefined, 0],
      ['lmstudio-0.4', 'documented', 2],
      ['documented', 'lmstudio-0.4', 2],
    ] as const) {
      const { url, differences } = await proxied(await served(createDock({ profile }).api), { profile: expected });
      await start(url, 'simulate/steady');
      expect([profile, expected, differences.length]).toEqual([profile, expected, found]);
    }
  });

  it('turns away a name that was rebound to this machine, before the server is asked', async () => {
    const upstream = createDock();
    const { url } = await proxied(await served(upstream.api));
    const headers = { Host: 'rebound.example' };
    const { status, body } = await exchangeOverHttp(url)({ method: 'GET', path: '/api/v1/models', headers });
    expect([status, body]).toMatchObject([403, expect.stringContaining('--allow-host') as string]);
    expect(await upstream.journal.list()).toEqual([]);
  });
});

describe('a recording of a proxied download', () => {
  it('plays again as it was, through --scenario', async () => {
    let now = 0;
    const scenario = {
      steps: [
        { type: 'connect', ms: 500 },
        { type: 'transfer', bytesPerSecond: 100_000_000, until: 0.4 },
        { type: 'stall', ms: 3000 },
        { type: 'transfer', bytesPerSecond: 200_000_000 },
      ],
    } as const;
    const model = 'ibm/granite-4-micro';
    const upstream = createDock({ speed: 0, scenario: { ...scenario, steps: [...scenario.steps] } });
    const traces: RecordedDownload[] = [];
    const { url } = await proxied(await served(upstream.api), {
      monotonic: () => now,
      onRecorded: (trace) => traces.push(trace),
    });
    const seen: unknown[] = [];
    const { job_id: job } = await start(url, model);
    for (let status: unknown = 'downloading'; status === 'downloading';) {
      now += 1000;
      await upstream.clock.advance(1000);
      const answer = await poll(url, job);
      status = answer.status;
      seen.push(answer.downloaded_bytes);
    }
    expect(traces).toHaveLength(1);
    expect(traces[0]!.name).toBe(model);

    const replay = createDock({ speed: 0, scenario: parseScenario(JSON.parse(JSON.stringify(traces[0]))) });
    const replayUrl = await served(replay.api);
    const { job_id: again } = await start(replayUrl, model);
    const replayed: unknown[] = [];
    let answer: Record<string, unknown> = {};
    while (replayed.length < seen.length) {
      await replay.clock.advance(1000);
      answer = await poll(replayUrl, again);
      replayed.push(answer.downloaded_bytes);
    }
    expect(replayed).toEqual(seen);
    expect(answer.status).toBe('completed');
    const end = (await upstream.jobs.list())[0] as { completedAt: number; startedAt: number };
    const endAgain = (await replay.jobs.list())[0] as { completedAt: number; startedAt: number };
    expect(Math.abs(endAgain.completedAt - endAgain.startedAt - (end.completedAt - end.startedAt))).toBeLessThanOrEqual(
      1,
    );
  });

  it('has a pause, and a failure with what the server says of it', async () => {
    let now = 0;
    const steps = [
      { type: 'transfer', bytesPerSecond: 1e8, until: 0.3 } as const,
      { type: 'pause', ms: 5000 } as const,
      { type: 'transfer', bytesPerSecond: 1e8, until: 0.6 } as const,
      { type: 'fail', code: 'network_error', reason: 'The connection was reset.' } as const,
    ];
    const upstream = createDock({ speed: 0, scenario: { steps }, explainFailures: true });
    const traces: RecordedDownload[] = [];
    const { url } = await proxied(await served(upstream.api), {
      monotonic: () => now,
      onRecorded: (trace) => traces.push(trace),
    });
    const { job_id: job } = await start(url, 'ibm/granite-4-micro');
    for (let status: unknown = 'downloading'; status === 'downloading' || status === 'paused';) {
      now += 1000;
      await upstream.clock.advance(1000);
      ({ status } = await poll(url, job));
    }
    expect(traces[0]!.steps.map(({ type }) => type)).toEqual(['trace', 'pause', 'trace', 'fail']);
    expect(traces[0]!.steps.at(-1)).toMatchObject({ reason: 'The connection was reset.' });
    parseScenario(JSON.parse(JSON.stringify(traces[0])));
  });
});

describe('a proxy in front of any server', () => {
  it('passes a stream on while it comes', async () => {
    let next: (text: string) => void = () => undefined;
    const upstream = await listening((request, response) => {
      request.resume();
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Custom': 'kept' });
      response.write('data: 1\n\n');
      next = (text) => (text === '' ? response.end() : response.write(text));
    });
    const { url, differences } = await proxied(upstream);
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: json,
      body: '{"stream":true}',
    });
    expect(response.headers.get('x-custom')).toBe('kept');
    expect(response.headers.get('x-powered-by')).toBeNull();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe('data: 1\n\n');
    next('data: 2\n\n');
    expect((await reader.read()).value).toBe('data: 2\n\n');
    next('');
    expect((await reader.read()).done).toBe(true);
    expect(differences).toEqual([]);
  });

  it('passes the request as it came: its path, query, headers, bytes and length', async () => {
    const came: { request: IncomingMessage; body: Buffer }[] = [];
    const upstream = await listening((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          came.push({ request, body: Buffer.concat(chunks) });
          response.end();
        });
    });
    const { url, dock } = await proxied(`${upstream}/mounted`);
    const body = Buffer.alloc(3 * 1024 * 1024, 0xfe);
    const sent = http.request(`${url}/V1/Files//x%20y?b=%2B&a=1+2`, {
      method: 'PUT',
      headers: { 'X-One': ['1', '2'], Authorization: `Bearer ${TOKEN}`, 'Transfer-Encoding': 'chunked' },
      agent: false,
    });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    const [{ request, body: arrived }] = came as [(typeof came)[number]];
    expect([request.method, request.url]).toEqual(['PUT', '/mounted/V1/Files//x%20y?b=%2B&a=1+2']);
    expect(arrived.equals(body)).toBe(true);
    expect(request.headers).toMatchObject({
      'x-one': '1, 2',
      authorization: `Bearer ${TOKEN}`,
      'transfer-encoding': 'chunked',
      host: new URL(upstream).host,
    });
    expect(await dock.journal.list()).toMatchObject([{ method: 'PUT', status: 200 }]);
  });

  it('answers 502 and names the server where it does not answer, or breaks off', async () => {
    const { url, unreachable } = await proxied('http://127.0.0.1:1');
    const answer = await fetch(`${url}/api/v1/models/download`, { method: 'POST', headers: json, body: '{}' });
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({
      error: {
        code: 'upstream_unreachable',
        message: expect.stringMatching(
          /^Cannot forward POST \/api\/v1\/models\/download to http:\/\/127\.0\.0\.1:1: no program listens there/,
        ) as string,
      },
    });
    expect(unreachable).toHaveLength(1);

    const cut = await proxied(await listening((request) => void request.socket.destroy()));
    expect((await fetch(`${cut.url}/api/v1/models`)).status).toBe(502);
    const half = await proxied(
      await listening((_, response) => {
        response.writeHead(200, { 'Content-Length': '100' });
        response.write('half', () => response.socket!.destroy());
      }),
    );
    await expect(fetch(`${half.url}/api/v1/models`).then((response) => response.text())).rejects.toThrow();
    expect((await fetch(`${half.url}/__modeldock/health`)).status).toBe(200);
  });

  it('answers 502 where it is its own server', async () => {
    const own: { api?: Api } = {};
    const first = await served({
      owns: () => true,
      answer: (call) => own.api!.answer(call),
      fetch: (request) => own.api!.fetch(request),
    });
    own.api = (await proxied(first)).dock.api;
    const answer = await fetch(`${first}/api/v1/models`);
    expect([answer.status, await answer.json()]).toMatchObject([502, { error: { code: 'proxy_loop' } }]);
  });

  it('ends the call to the server when its client leaves', async () => {
    let came = 0;
    let left = 0;
    const upstream = await listening((_, response) => {
      came++;
      response.on('close', () => left++);
    });
    const { url } = await proxied(upstream);
    const leaving = new AbortController();
    const asked = fetch(`${url}/api/v1/models`, { signal: leaving.signal }).catch(() => undefined);
    await until(() => came === 1);
    leaving.abort();
    await until(() => left === 1);
    await asked;
  });

  it('refuses the WebSockets of SDKs with where to find them', async () => {
    const { url } = await proxied('http://127.0.0.1:1');
    const socket = dial(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /llm HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    await until(() => text.includes('\r\n\r\n{') && text.endsWith('}'));
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1\.1 501 /);
    expect(text).toContain('point the SDK at http://127.0.0.1:1 itself');
  });

  it('refuses what it cannot forward to, without its password', () => {
    for (const url of ['localhost:1234', 'ftp://x', 'http://user:secret@localhost:1234', 'http://localhost?x=1']) {
      let refusal: unknown;
      try {
        createProxyDock({ url });
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(RangeError);
      expect((refusal as Error).message).not.toContain('secret');
    }
  });
});
