import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inferred, inferredBecause, inferredBehaviours } from '../../src/contract/inferred.js';
import { createRealDock } from '../../src/create-real-dock.js';
import { createImaginedDownloader } from '../real/faces/imagined-downloader.js';
import { json, openClient, pretty } from './client.js';

type Behaviour = keyof typeof inferredBehaviours;

const TOKEN = 'sk-lm-abcd1234:0123456789abcdefghij';
const LINK = 'https://huggingface.co/lmstudio-community/Qwen3.5-4B-GGUF';

/** Each way of working that LM Studio's documentation does not tell of, seen once. The compiler asks for all of them. */
const shown: Record<Behaviour, () => Promise<void>> = {
  estimateNeedsSpeed: async () => {
    const client = openClient();
    const { body } = await client.download('simulate/stalls-at-50');
    expect(body).toMatchObject({ bytes_per_second: 0 });
    expect(body).not.toHaveProperty('estimated_completion');
    await client.advance(5100);
    expect((await client.status(body.job_id)).body).toMatchObject({
      bytes_per_second: 100_000_000,
      estimated_completion: '2025-10-03T15:33:33.596Z',
    });
    await client.advance(10_000);
    const stalled = await client.status(body.job_id);
    expect(stalled.body).toMatchObject({ status: 'downloading', bytes_per_second: 0 });
    expect(stalled.body).not.toHaveProperty('estimated_completion');
  },
  finalizingIsDownloading: async () => {
    const client = openClient();
    const { body } = await client.download('simulate/finalizes-slowly');
    await client.advance(10_100);
    const total = 1_000_000_000;
    expect((await client.status(body.job_id)).body).toMatchObject({
      status: 'downloading',
      downloaded_bytes: total,
      total_size_bytes: total,
    });
    await client.advance(10_000);
    expect((await client.status(body.job_id)).body).toMatchObject({ status: 'completed' });
  },
  waitingIsDownloading: async () => {
    const downloader = createImaginedDownloader({ now: () => Date.now(), jobIds: ['job_a', 'job_b'], jobsAtOnce: 1 });
    const { api } = createRealDock({ downloader });
    for (const id of ['job_a', 'job_b']) {
      const model = `me/${id.replace('_', '-')}`;
      const request = { method: 'POST', headers: json, body: JSON.stringify({ model }) };
      await api.fetch(new Request('http://localhost:1234/api/v1/models/download', request));
    }
    expect(await downloader.jobs.details('job_b')).toMatchObject({ phase: 'queued' });
    const url = 'http://localhost:1234/api/v1/models/download/status/job_b';
    const waiting = (await (await api.fetch(new Request(url))).json()) as object;
    expect(waiting).toMatchObject({ status: 'downloading', bytes_per_second: 0 });
    expect(waiting).not.toHaveProperty('estimated_completion');
  },
  catalogModelsHaveNoQuantization: async () => {
    expect((await openClient().download('ibm/granite-4-micro', 'Q8_0')).status).toBe(501);
    for (const [allowCatalogQuantization, status] of [
      [false, 501],
      [true, 200],
    ] as const) {
      const downloader = createImaginedDownloader({ now: () => Date.now() });
      const { api } = createRealDock({ downloader, allowCatalogQuantization });
      const body = JSON.stringify({ model: 'ibm/granite-4-micro', quantization: 'Q8_0' });
      const request = new Request('http://localhost:1234/api/v1/models/download', {
        ...{ method: 'POST', headers: json, body },
      });
      expect((await api.fetch(request)).status).toBe(status);
    }
  },
  failedJobsAreUnexplained: async () => {
    for (const [explainFailures, error] of [
      [false, undefined],
      [true, 'The connection was reset.'],
    ] as const) {
      const client = openClient({ explainFailures });
      const { body } = await client.download('simulate/fails-at-50');
      await client.advance(60_000);
      const failed = await client.status(body.job_id);
      expect(failed.body.status).toBe('failed');
      expect(failed.body.error).toBe(error);
    }
  },
  retryMakesANewJob: async () => {
    const client = openClient();
    const first = await client.download('simulate/fails-at-50');
    await client.advance(60_000);
    const second = await client.download('simulate/fails-at-50');
    expect(second.body.job_id).not.toBe(first.body.job_id);
    expect(second.body).toMatchObject({ status: 'downloading', downloaded_bytes: 500_000_000 });
  },
  attachToPaused: async () => {
    const client = openClient();
    const first = await client.download('simulate/pauses-at-30');
    await client.advance(60_000);
    expect((await client.download('simulate/pauses-at-30')).body).toMatchObject({
      job_id: first.body.job_id,
      status: 'paused',
    });
  },
  quantizationsAreSeparateJobs: async () => {
    const client = openClient();
    const first = await client.download(LINK, 'Q4_K_M');
    const second = await client.download(LINK, 'Q8_0');
    expect(second.body.job_id).not.toBe(first.body.job_id);
  },
  unknownReposHaveQuantizations: async () => {
    const client = openClient();
    const link = 'https://huggingface.co/acme/Rocket-8B-GGUF';
    expect((await client.download(link, 'UD-Q4_K_XL')).status).toBe(200);
    expect((await client.download(link, 'Q9_Z')).status).toBe(404);
  },
  secondDownloadOfOneKey: async () => {
    const client = openClient({ scenario: 'instant' });
    await client.download(LINK, 'Q4_K_M');
    await client.download(LINK, 'Q8_0');
    expect((await client.get('/api/v1/models')).body.models).toMatchObject([
      { key: 'qwen3.5-4b@q4_k_m', quantization: { name: 'Q4_K_M' } },
      { key: 'qwen3.5-4b', quantization: { name: 'Q8_0' } },
    ]);
  },
  wellFormedWrongToken: async () => {
    const client = openClient({ requireToken: TOKEN });
    const authorization = `Bearer ${TOKEN.replace('0123', '3210')}`;
    const read = await client.send('GET', '/api/v1/models', { headers: { authorization } });
    expect(read.status).toBe(401);
    expect(read.text).toContain('Malformed LM Studio API token provided: sk-lm-abcd*****');
  },
  noListOfJobs: async () => {
    const path = '/api/v1/models/download/status';
    expect((await openClient().get(path)).text).toBe(`{"error":"Unexpected endpoint or method. (GET ${path})"}`);
  },
  headIsGetWithoutBody: async () => {
    const read = await openClient().send('HEAD', '/lmstudio-greeting');
    expect([read.status, read.text]).toEqual([200, '']);
  },
  wrongTypeBeforeRouting: async () => {
    const headers = { 'content-type': 'text/plain' };
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await openClient().send(method, '/api/v1/nothing', { body: '{}', headers })).status).toBe(415);
      expect((await openClient().send(method, '/api/v1/nothing', { body: '{}' })).status).toBe(404);
    }
    expect((await openClient().send('POST', '/v1/nothing', { body: '{}', headers })).status).toBe(200);
  },
  encodedBodies: async () => {
    for (const [headers, status] of [
      [{ 'content-encoding': 'gzip' }, 400],
      [{ 'content-encoding': 'zstd' }, 415],
      [{ 'content-type': 'application/json; charset=latin1' }, 415],
    ] as const) {
      const all = { ...json, ...headers };
      expect((await openClient().send('POST', '/api/v1/models/download', { body: '{}', headers: all })).status).toBe(
        status,
      );
    }
  },
  legacyModelNotFound: async () => {
    const read = await openClient().get('/api/v0/models/ibm/granite-4-micro');
    expect(read.status).toBe(404);
    expect(read.body).toEqual({
      error: { type: 'model_not_found', message: 'Model ibm/granite-4-micro not found in downloaded models' },
    });
  },
  cannedInferenceNeedsALoadedModel: async () => {
    const client = openClient({ inference: 'canned' });
    const read = await client.post('/v1/chat/completions', { model: 'ibm/granite-4-micro', messages: [] });
    expect(read.status).toBe(404);
    expect(read.body).toEqual(
      (await client.post('/api/v1/models/unload', { instance_id: 'ibm/granite-4-micro' })).body,
    );
  },
  otherMethodsAreUnknownRoutes: async () => {
    const read = await openClient().send('OPTIONS', '/api/v1/models');
    expect([read.status, read.text]).toEqual([
      404,
      '{"error":"Unexpected endpoint or method. (OPTIONS /api/v1/models)"}',
    ]);
  },
  pathsIgnoreCase: async () => {
    expect((await openClient().get('/LMStudio-Greeting')).body).toEqual({ lmstudio: true });
  },
  oneTrailingSlashIsIgnored: async () => {
    expect((await openClient().get('/lmstudio-greeting/')).body).toEqual({ lmstudio: true });
    expect((await openClient().get('/lmstudio-greeting//')).body).toHaveProperty('error');
  },
  neighboursArePretty: async () => {
    expect((await openClient().get('/v1/models')).text).toBe(pretty({ data: [], object: 'list' }));
    expect((await openClient().get('/api/v0/models')).text).toBe(pretty({ data: [], object: 'list' }));
    expect((await openClient().get('/lmstudio-greeting')).text).toBe('{"lmstudio":true}');
  },
};

describe('what is inferred', () => {
  const src = join(import.meta.dirname, '../../src');
  const code = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('inferred.ts'))
    .map((path) => readFileSync(join(src, path), 'utf8'))
    .join('\n');

  it.each(Object.keys(inferred))('is a value that the code reads: %s', (name) => {
    expect(code).toContain(`inferred.${name}.value`);
  });

  it.each(Object.keys(inferredBehaviours))('is how the code works: %s', async (name) => {
    await shown[name as Behaviour]();
  });

  it('gives a reason each time', () => {
    const reasons: [string, string][] = [
      ...Object.entries(inferredBecause),
      ...Object.entries(inferredBehaviours).map(([name, { because }]): [string, string] => [name, because]),
    ];
    for (const [name, because] of reasons) expect(because, name).toMatch(/^[A-Z].{9,}[.]$/);
  });
});
