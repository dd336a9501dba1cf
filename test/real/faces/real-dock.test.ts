import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLatch } from '../../../src/control/session/latch.js';
import type { RealDockControl } from '../../../src/control/contract/downloads-control.js';
import { createRealDock, type RealDock, type RealDockOptions } from '../../../src/create-real-dock.js';
import { serve, type Serving } from '../../../src/server/index.js';
import { connect } from '../../../src/testing/index.js';
import { createImaginedDownloader, type ImaginedDownloader } from './imagined-downloader.js';

let downloader: ImaginedDownloader;
let dock: RealDock;
let serving: Serving;

beforeEach(() => open());
afterEach(() => close());

async function open(options: Partial<RealDockOptions> = {}): Promise<void> {
  downloader = createImaginedDownloader({ now: () => Date.now(), jobIds: ['job_a', 'job_b', 'job_c'], jobsAtOnce: 1 });
  dock = createRealDock({ downloader, ...options });
  serving = await serve({ api: dock.api, port: 0, host: '127.0.0.1' });
}

async function close(): Promise<void> {
  dock.close();
  await serving.close();
}

async function reopen(options: Partial<RealDockOptions>): Promise<void> {
  await close();
  await open(options);
}

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const json = body !== undefined && { 'Content-Type': 'application/json' };
  const response = await fetch(serving.url + path, {
    method,
    headers: { ...json, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as never };
}

const download = (model: string, quantization?: string, path = '') =>
  send('POST', `${path}/api/v1/models/download`, { model, ...(quantization !== undefined && { quantization }) });

/** The doors to one operator: all of them give the same. */
const doors: [string, () => RealDockControl][] = [
  ['in process', () => dock],
  ['over HTTP', () => connect(serving.url, { controlToken: dock.controlToken })],
];

describe("LM Studio's routes over a downloader", () => {
  it('start a download, follow it to its end, and list the model', async () => {
    const { body } = await download('ibm/granite-4-micro');
    expect(body).toMatchObject({ job_id: 'job_a', status: 'downloading', total_size_bytes: 1_000_000 });
    downloader.arrive('job_a', 400_000);
    const path = '/api/v1/models/download/status/job_a';
    expect((await send('GET', path)).body).toMatchObject({ downloaded_bytes: 400_000, bytes_per_second: 1000 });
    downloader.arrive('job_a', 600_000);
    expect((await send('GET', path)).body).toMatchObject({ status: 'completed', downloaded_bytes: 1_000_000 });
    expect((await download('ibm/granite-4-micro')).body).toEqual({ status: 'already_downloaded' });
    expect((await send('GET', '/api/v1/models')).body).toMatchObject({ models: [{ key: 'ibm/granite-4-micro' }] });
  });

  it('say why a download failed, unless that is switched off', async () => {
    for (const [explainFailures, error] of [
      [undefined, 'The bytes are not those of the repo.'],
      [false, undefined],
    ] as const) {
      await reopen(explainFailures === undefined ? {} : { explainFailures });
      await download('ibm/granite-4-micro');
      downloader.end('job_a', 'failed', 'checksum_mismatch', 'The bytes are not those of the repo.');
      const { body } = await send('GET', '/api/v1/models/download/status/job_a');
      expect([body.status, body.error]).toEqual(['failed', error]);
    }
  });

  it("accept a quantization with a catalog id only if configured to: LM Studio's answer is 501", async () => {
    expect((await download('ibm/granite-4-micro', 'Q8_0')).status).toBe(501);
    await reopen({ allowCatalogQuantization: true });
    expect((await download('ibm/granite-4-micro', 'Q8_0')).status).toBe(200);
  });

  it('lead to one session, under any session name', async () => {
    await download('ibm/granite-4-micro', undefined, '/s/checkout-17');
    const { body } = await send('GET', '/api/v1/models/download/status/job_a', undefined, {
      'X-Modeldock-Session': 'another',
    });
    expect(body).toMatchObject({ job_id: 'job_a' });
    expect(await dock.journal.list()).toHaveLength(2);
  });
});

describe.each(doors)('the control of a downloader, %s', (_, door) => {
  it('starts downloads, with a quantization of a catalog model too', async () => {
    const { start } = door().downloads;
    expect(await start('ibm/granite-4-micro', 'Q8_0')).toMatchObject({
      ...{ id: 'job_a', state: 'downloading', phase: 'connecting', quantization: 'Q8_0', connections: 4 },
      files: [{ path: 'model.gguf', sizeBytes: 1_000_000, downloadedBytes: 0, hashedBytes: 0 }],
      commit: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
      timeline: [],
    });
    downloader.arrive('job_a', 1_000_000);
    expect(await start('ibm/granite-4-micro', 'Q8_0')).toBe('already_downloaded');
    expect(await door().jobs.get('job_a')).not.toHaveProperty('phase');
  });

  it('moves what waits, and nothing else', async () => {
    const { start, move } = door().downloads;
    for (const model of ['me/one', 'me/two', 'me/three']) await start(model);
    expect(await door().jobs.get('job_c')).toMatchObject({ phase: 'queued', queuePosition: 1 });
    expect(await move('job_c', 0)).toMatchObject({ id: 'job_c', queuePosition: 0 });
    expect(await door().jobs.get('job_b')).toMatchObject({ queuePosition: 1 });
    await expect(move('job_a', 0)).rejects.toMatchObject({ status: 409, code: 'wrong_job_state' });
    await expect(move('job_b', -1)).rejects.toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('limits one download and all of them, and lifts the limits', async () => {
    const { start, limit, bandwidth } = door().downloads;
    await start('me/one');
    expect(await limit('job_a', 5000)).toMatchObject({ limit: 5000 });
    expect(await limit('job_a', null)).not.toHaveProperty('limit');
    expect(await bandwidth.get()).toEqual({ bytesPerSecond: null });
    expect(await bandwidth.set({ bytesPerSecond: 7000 })).toEqual({ bytesPerSecond: 7000 });
    expect(downloader.limit()).toBe(7000);
    expect(await bandwidth.set({ bytesPerSecond: null })).toEqual({ bytesPerSecond: null });
    await expect(bandwidth.set({ bytesPerSecond: 0 })).rejects.toMatchObject({ status: 400 });
    await expect(limit('job_x', 1)).rejects.toMatchObject({ status: 404, code: 'not_found' });
  });

  it('removes models with their files, what others have put there only with force', async () => {
    const { start, remove } = door().downloads;
    await start('me/one');
    await start('me/copied');
    for (const job of ['job_a', 'job_b']) downloader.arrive(job, 1_000_000);
    expect(await remove('me/one')).toEqual({ key: 'me/one', files: ['/models/me/one/model.gguf'], bytes: 1_000_000 });
    await expect(door().models.remove('me/one')).rejects.toMatchObject({ status: 404 });
    await expect(remove('me/copied')).rejects.toMatchObject({ status: 409, code: 'unrecorded_files' });
    expect(await remove('me/copied', { force: true })).toMatchObject({ key: 'me/copied' });
    expect(await door().models.list()).toEqual([]);
  });

  it('updates what is installed', async () => {
    await expect(door().downloads.update('me/one')).rejects.toMatchObject({ status: 404, code: 'not_found' });
    await door().downloads.start('me/one');
    downloader.arrive('job_a', 1_000_000);
    expect(await door().downloads.update('me/one')).toBe('already_downloaded');
  });

  it('shows why a download paused by itself', async () => {
    await door().downloads.start('me/one');
    downloader.end('job_a', 'paused', 'disk_full', 'The disk is full.');
    const paused = { state: 'paused', code: 'disk_full', reason: 'The disk is full.' };
    expect(await door().jobs.get('job_a')).toMatchObject(paused);
    expect(await door().jobs.resume('job_a')).toMatchObject({ state: 'downloading' });
  });

  it('waits for a download', async () => {
    await door().downloads.start('me/one');
    const wait = door().jobs.wait('job_a', { status: 'completed' });
    downloader.arrive('job_a', 1_000_000);
    expect(await wait).toMatchObject({ state: 'completed' });
  });

  it('hears what happens, however it came about', async () => {
    const leaving = new AbortController();
    const heard: string[] = [];
    const { open, opened } = createLatch();
    const listen = async (): Promise<void> => {
      const events = door().events({ signal: leaving.signal, onListening: open });
      for await (const event of events) {
        if (event.type === 'call') continue;
        heard.push(
          event.type === 'decision' ? `decision ${event.decision.type}` : `transition ${event.transition.type}`,
        );
        if (heard.at(-1) === 'transition completed') return;
      }
    };
    const done = listen();
    await opened();
    await door().downloads.start('me/one');
    await door().jobs.pause('job_a');
    await door().jobs.resume('job_a');
    downloader.arrive('job_a', 1_000_000);
    await done;
    leaving.abort();
    expect(heard).toEqual(['decision started', 'decision paused', 'decision resumed', 'transition completed']);
  });

  it('resets the journal and the faults, never the downloads; and goes on hearing of them', async () => {
    await download('me/one');
    await door().faults.add({ effect: { type: 'network-error' }, when: { route: 'models' } });
    expect(await door().reset()).toMatchObject({ jobs: 1, faults: 0, journalEntries: 0, engine: 'real' });
    expect(await door().journal.list()).toEqual([]);
    const wait = door().jobs.wait('job_a', { status: 'completed' });
    downloader.arrive('job_a', 1_000_000);
    expect(await wait).toMatchObject({ state: 'completed' });
  });

  it("refuses what only a simulation can, with a reason: the clock is the machine's", async () => {
    const control = door();
    const { now, mode } = await control.clock.get();
    expect(Math.abs(now - Date.now())).toBeLessThan(60_000);
    expect(mode).toBe('running');
    await control.downloads.start('me/one');
    const refused: [() => Promise<unknown>, RegExp][] = [
      [() => control.clock.set({ mode: 'frozen' }), /its time is the machine's/],
      [() => control.clock.advance(1000), /its time is the machine's/],
      [() => control.snapshot(), /only a simulation can/],
      [() => control.restore({}), /it cannot restore the files on disk/],
      [() => control.fork('other'), /it cannot copy the files on disk/],
      [() => control.scenario.get(), /only a simulation can/],
      [() => control.scenario.set({ scenario: 'instant' }), /only a simulation can/],
      [() => control.jobs.fail('job_a', { code: 'disk_full' }), /only a simulation can/],
      [() => control.models.add('me/one'), /only a simulation can/],
    ];
    for (const [act, reason] of refused) {
      await expect(act()).rejects.toMatchObject({
        ...{ status: 501, code: 'unsupported' },
        message: expect.stringMatching(reason) as string,
      });
    }
  });
});

describe('a dock over a downloader', () => {
  it('listens to it once, also after a reset, and not any more when it is closed', async () => {
    for (let resets = 0; resets < 3; resets++) await dock.reset();
    expect(downloader.listening()).toBe(1);
    dock.close();
    expect(downloader.listening()).toBe(0);
  });
});

describe('the metrics', () => {
  it('are what Prometheus reads: each with its help and its type, then its samples', async () => {
    await dock.downloads.start('me/one');
    await dock.downloads.start('me/two');
    downloader.arrive('job_a', 1234);
    const response = await fetch(`${serving.url}/__modeldock/metrics`, {
      headers: { Authorization: `Bearer ${dock.controlToken}` },
    });
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toMatch(/^(# HELP \w+ .+\n# TYPE \w+ (counter|gauge)\n(\w+(\{[^}]*\})? [\d.]+\n)+)+$/);
    const lines = text.split('\n');
    for (const line of lines.filter((each) => each.startsWith('# TYPE'))) {
      const [, , name, type] = line.split(' ');
      expect([name, type]).toEqual([name, name!.endsWith('_total') ? 'counter' : 'gauge']);
      expect(lines.filter((each) => each.startsWith(`# HELP ${name} `))).toHaveLength(1);
    }
    expect(lines).toContain('modeldock_downloaded_bytes_total 1234');
    expect(lines).toContain('modeldock_url_renewals_total 2');
    expect(lines).toContain('modeldock_jobs{state="downloading",phase="transferring"} 1');
    expect(lines).toContain('modeldock_jobs{state="downloading",phase="queued"} 1');
  });

  it('are text over the control API too', async () => {
    for (const [, door] of doors) expect(await door().downloads.metrics()).toContain('modeldock_connections 0\n');
  });
});

describe('sessions', () => {
  const operate = (method: string, path: string, body?: unknown) =>
    send(method, `/__modeldock${path}`, body, { 'X-Modeldock-Token': dock.controlToken });

  it('are one, which is listed and cannot be dropped; none can be opened', async () => {
    expect((await operate('GET', '/sessions')).body).toEqual([{ session: 'default', idleMs: 0 }]);
    for (const [method, path, body] of [
      ['POST', '/sessions', { session: 'other' }],
      ['DELETE', '/sessions/default', undefined],
    ] as const) {
      const refused = await operate(method, path, body);
      expect(refused).toMatchObject({ status: 501, body: { error: { code: 'unsupported' } } });
      expect(refused.body).toMatchObject({ error: { message: expect.stringContaining('a single session') as string } });
    }
  });
});

describe('a refusal of the hub', () => {
  it('keeps its status, its code and its patience on the control API', async () => {
    for (const path of ['/api/v1/models/download', '/__modeldock/jobs']) {
      const model = 'https://huggingface.co/refused/hub_unavailable';
      const { status, headers, body } = await send('POST', path, { model }, { 'X-Modeldock-Token': dock.controlToken });
      expect([path, status, headers.get('retry-after')]).toEqual([path, 503, '30']);
      expect(body).toMatchObject({ error: { code: 'hub_unavailable' } });
    }
  });
});
