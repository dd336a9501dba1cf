import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/control/faults/fault.js';
import { downloadPath, openFaultWorld, times, unavailable } from './fault-world.js';

interface JobAnswer {
  job_id: string;
  status: string;
  downloaded_bytes: number;
}

describe('status', () => {
  it('sends a body that is data as JSON, with the headers given', async () => {
    const { add, get } = openFaultWorld();
    const body = { error: { type: 'unknown', message: 'slow down' } };
    await add({ effect: { type: 'status', status: 429, headers: { 'retry-after': '2' }, body } });
    const answer = await get('/api/v1/models');
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await answer.text()).toBe(JSON.stringify(body, null, 2));
  });

  it('sends text as it is, under the type that is given or as HTML', async () => {
    const { add, get } = openFaultWorld();
    const effect = { type: 'status', status: 502, body: '<h1>Bad Gateway</h1>' } as const;
    await add({ effect, times: 1 });
    await add({ effect: { ...effect, headers: { 'content-type': 'text/plain' } } });
    const answers = [await get('/api/v1/models'), await get('/api/v1/models')];
    expect(answers.map(({ headers }) => headers.get('content-type'))).toEqual([
      'text/html; charset=utf-8',
      'text/plain',
    ]);
    expect(await answers[0]!.text()).toBe('<h1>Bad Gateway</h1>');
  });

  it('without a body says in an error object which fault it is', async () => {
    const { add, get } = openFaultWorld();
    await add({ effect: unavailable });
    expect(await (await get('/api/v1/models')).json()).toEqual({
      error: { type: 'internal_error', message: 'Status 503, sent by fault-1 in place of an answer' },
    });
  });

  it.each([204, 205, 304])('%i has no body', async (status) => {
    const { add, get } = openFaultWorld();
    await add({ effect: { type: 'status', status } });
    const answer = await get('/api/v1/models');
    expect(answer.status).toBe(status);
    expect(answer.body).toBeNull();
  });
});

describe('a fault in place of the api', () => {
  const effects: Fault['effect'][] = [unavailable, { type: 'network-error' }, { type: 'hang' }];

  it.each(effects)('keeps the api from being called: $type', async (effect) => {
    const { add, dock, post } = openFaultWorld();
    await add({ effect });
    const answer = post(downloadPath, { model: 'simulate/slow' }).catch(() => undefined);
    await expect.poll(() => dock.faults.list()).toMatchObject([{ fired: 1 }]);
    await dock.faults.clear();
    await answer;
    expect(await dock.jobs.list()).toEqual([]);
    const [entry] = await dock.journal.list();
    expect(entry?.fault).toEqual({ id: 'fault-1', type: effect.type });
  });

  it('is in the journal with what the call was about', async () => {
    const { add, dock, poll, start } = openFaultWorld();
    const job = await start();
    await add({ effect: unavailable });
    await poll(job);
    expect((await dock.journal.list()).at(-1)).toMatchObject({
      route: 'GET /api/v1/models/download/status/:job_id',
      job,
      status: 503,
      fault: { id: 'fault-1', type: 'status' },
    });
  });

  it.each(effects)('loses only the answer where it is to come after the api: $type', async (effect) => {
    const { add, dock, post } = openFaultWorld();
    await add({ effect: { ...effect, afterApi: true } as Fault['effect'] });
    const answer = post(downloadPath, { model: 'simulate/slow' }).catch(() => undefined);
    await expect.poll(() => dock.jobs.list()).toHaveLength(1);
    await dock.faults.clear();
    await answer;
    const [entry] = await dock.journal.list();
    expect(entry?.fault).toMatchObject({ id: 'fault-1', type: effect.type, intended: { status: 200 } });
  });
});

describe('network-error', () => {
  it('rejects as fetch does', async () => {
    const { add, get } = openFaultWorld();
    await add({ effect: { type: 'network-error' } });
    await expect(get('/api/v1/models')).rejects.toThrow(TypeError);
  });
});

describe('truncated', () => {
  it.each([
    ['in the middle', undefined, (length: number) => Math.floor(length / 2)],
    ['after a fraction', 0.25, (length: number) => Math.floor(length / 4)],
    ['after a number of bytes', { bytes: 7 }, () => 7],
    ['before the first byte', 0, () => 0],
    ['before the last byte at the latest', 1, (length: number) => length - 1],
    ['before the last byte even of a short body', { bytes: 1e9 }, (length: number) => length - 1],
  ] as const)('announces the whole body and breaks %s', async (_where, after, expected) => {
    const { add, get } = openFaultWorld();
    const whole = new Uint8Array(await (await get('/api/v1/models')).arrayBuffer());
    await add({ effect: { type: 'truncated', ...(after !== undefined && { after }) } });

    const answer = await get('/api/v1/models');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe(String(whole.length));
    const { bytes, error } = await readToTheEnd(answer);
    expect(bytes).toEqual([...whole.subarray(0, expected(whole.length))]);
    expect(error).toBe(`The simulated connection broke after ${expected(whole.length)} of ${whole.length} bytes.`);
  });

  it('leaves an answer to HEAD alone', async () => {
    const { add, get } = openFaultWorld();
    await add({ effect: { type: 'truncated' } });
    const answer = await get('/api/v1/models', { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.body).toBeNull();
  });
});

describe('malformed-json', () => {
  it.each([
    [undefined, 0.5],
    [0, 0],
    [0.9, 0.9],
  ] as const)('is the beginning of the JSON under its own type, %j', async (after, fraction) => {
    const { add, get } = openFaultWorld();
    const whole = await (await get('/api/v1/models')).text();
    await add({ effect: { type: 'malformed-json', ...(after !== undefined && { after }) } });
    const answer = await get('/api/v1/models');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const text = await answer.text();
    expect(text).toBe(whole.slice(0, Math.floor(whole.length * fraction)));
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  it('never cuts through a character', async () => {
    const { add, poll } = openFaultWorld();
    const whole = await (await poll('🎈')).text();
    expect(whole).toContain('🎈');
    const before = whole.slice(0, whole.indexOf('🎈'));
    await add({ effect: { type: 'malformed-json', after: { bytes: before.length + 2 } } });
    expect(await (await poll('🎈')).text()).toBe(before);
  });
});

describe('slow-body', () => {
  it('brings the whole body, with its length announced', async () => {
    const { add, get } = openFaultWorld();
    const whole = await (await get('/api/v1/models')).text();
    await add({ effect: { type: 'slow-body', bytesPerSecond: 20 * whole.length } });
    const answer = await get('/api/v1/models');
    expect(answer.headers.get('content-length')).toBe(String(whole.length));
    expect(await answer.text()).toBe(whole);
  });

  it('brings it bit by bit', async () => {
    const { add, get } = openFaultWorld();
    await add({ effect: { type: 'slow-body', bytesPerSecond: 200 } });
    const reader = (await get('/lmstudio-greeting')).body!.getReader();
    const sizes: number[] = [];
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) sizes.push(chunk.value.length);
    expect(sizes).toEqual([10, 7]);
  });
});

describe('content-type', () => {
  it.each([
    [undefined, 'text/html; charset=utf-8'],
    ['application/octet-stream', 'application/octet-stream'],
  ])('sends the same body under another type: %j', async (contentType, expected) => {
    const { add, get } = openFaultWorld();
    const whole = await (await get('/api/v1/models')).text();
    await add({ effect: { type: 'content-type', ...(contentType !== undefined && { contentType }) } });
    const answer = await get('/api/v1/models');
    expect(answer.headers.get('content-type')).toBe(expected);
    expect(await answer.text()).toBe(whole);
  });
});

describe('stale', () => {
  it('answers as of some time ago, so that bytes go back', async () => {
    const { add, dock, poll, start } = openFaultWorld();
    const job = await start();
    await dock.clock.advance(5000);
    await add({ when: { nth: 2 }, effect: { type: 'stale', msAgo: 2000 } });
    const seen: number[] = [];
    for (let count = 0; count < 3; count++) {
      seen.push(((await (await poll(job)).json()) as JobAnswer).downloaded_bytes);
    }
    expect(seen[0]! - seen[1]!).toBe(2_000_000);
    expect(seen[2]).toBe(seen[0]);
  });

  it('shows the journal what the api would have said', async () => {
    const { add, dock, poll, start } = openFaultWorld();
    const job = await start();
    await dock.clock.advance(5000);
    await add({ effect: { type: 'stale', msAgo: 2000 } });
    await poll(job);
    const entry = (await dock.journal.list()).at(-1)!;
    expect(entry).toMatchObject({ job, fault: { type: 'stale', intended: { status: 200 } } });
    expect(JSON.stringify(entry.fault)).toContain('4900000');
    expect(JSON.stringify(entry.answer)).toContain('2900000');
  });

  it('is the first moment of a job that is younger', async () => {
    const { add, dock, poll, start } = openFaultWorld();
    const job = await start();
    await dock.clock.advance(5000);
    await add({ effect: { type: 'stale', msAgo: 60_000 } });
    expect(await (await poll(job)).json()).toMatchObject({ status: 'downloading', downloaded_bytes: 0 });
  });

  it('ignores later control calls', async () => {
    const { add, dock, poll, start } = openFaultWorld();
    const [cancelled, paused, resumed] = [
      await start(),
      await start('simulate/slow-run-2'),
      await start('simulate/slow-run-3'),
    ];
    await dock.clock.advance(3000);
    await dock.jobs.pause(resumed);
    await dock.clock.advance(2000);
    await dock.jobs.cancel(cancelled);
    await dock.jobs.pause(paused);
    await dock.jobs.resume(resumed);
    await dock.clock.advance(1000);
    await add({ effect: { type: 'stale', msAgo: 2000 } });
    for (const job of [cancelled, paused]) {
      expect(await (await poll(job)).json()).toMatchObject({ status: 'downloading', downloaded_bytes: 3_900_000 });
    }
    expect(await (await poll(resumed)).json()).toMatchObject({ status: 'paused', downloaded_bytes: 2_900_000 });
  });

  it('still starts a download now', async () => {
    const { add, dock, post } = openFaultWorld();
    await add({ effect: { type: 'stale', msAgo: 1000 } });
    expect((await post(downloadPath, { model: 'simulate/slow' })).status).toBe(200);
    expect(await dock.jobs.list()).toHaveLength(1);
  });
});

describe('latency', () => {
  it.each<Fault['effect']>([
    { type: 'latency', ms: 3 },
    { type: 'latency', distribution: 'uniform', minMs: 1, maxMs: 5 },
    { type: 'latency', distribution: 'lognormal', medianMs: 3, sigma: 0.5, maxMs: 10 },
  ])('ends with the answer of the api: %j', async (effect) => {
    const { add, dock, post } = openFaultWorld();
    await add({ effect });
    expect((await post(downloadPath, { model: 'simulate/slow' })).status).toBe(200);
    expect((await dock.journal.list()).at(-1)?.fault).toEqual({ id: 'fault-1', type: 'latency' });
  });
});

describe('several faults of one call', () => {
  it('let it wait first, and then the oldest of the others decides', async () => {
    const { add, dock, get, statuses } = openFaultWorld();
    await add(
      { effect: { type: 'status', status: 500 }, times: 1 },
      { effect: { type: 'latency', ms: 1 } },
      { effect: { type: 'status', status: 501 }, times: 2 },
      { effect: { type: 'latency', ms: 1 }, times: 1 },
    );
    expect(await statuses(times(4, () => get('/api/v1/models')))).toEqual([500, 501, 501, 200]);
    expect((await dock.faults.list()).map(({ seen, fired, ended }) => [seen, fired, ended])).toEqual([
      [1, 1, true],
      [4, 4, false],
      [3, 2, true],
      [1, 1, true],
    ]);
    const latency = (id: string): object => ({ id, type: 'latency' });
    expect((await dock.journal.list()).map(({ fault }) => fault)).toEqual([
      { id: 'fault-1', type: 'status', also: [latency('fault-2'), latency('fault-4')] },
      { id: 'fault-3', type: 'status', also: [latency('fault-2')] },
      { id: 'fault-3', type: 'status', also: [latency('fault-2')] },
      latency('fault-2'),
    ]);
  });
});

async function readToTheEnd(answer: Response): Promise<{ bytes: number[]; error: string | undefined }> {
  const bytes: number[] = [];
  const reader = answer.body!.getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) bytes.push(...chunk.value);
    return { bytes, error: undefined };
  } catch (error) {
    return { bytes, error: (error as Error).message };
  }
}
