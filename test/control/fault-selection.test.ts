import { describe, expect, it } from 'vitest';
import { downloadPath, NOON, openFaultWorld, times, unavailable } from './fault-world.js';

describe('a fault without a selection', () => {
  it('changes every call of LM Studio’s routes, and none of the control API’s', async () => {
    const { add, get, post, statuses } = openFaultWorld();
    await add({ effect: unavailable });
    expect(
      await statuses([
        () => get('/api/v1/models'),
        () => post(downloadPath, { model: 'simulate/slow' }),
        () => get('/nowhere'),
        () => get('/__modeldock/health'),
      ]),
    ).toEqual([503, 503, 503, 200]);
  });
});

describe('a fault chooses calls', () => {
  it.each([
    ['a name', 'status', [200, 503, 200, 200]],
    ['its documented spelling', 'GET /api/v1/models/download/status/:job_id', [200, 503, 200, 200]],
    ['several', ['download', 'models'] as const, [503, 200, 503, 200]],
    ['the word for all others', 'unknown', [200, 200, 200, 503]],
  ] as const)('by route: %s', async (_what, route, expected) => {
    const { add, get, post, poll, start, statuses } = openFaultWorld();
    const job = await start();
    await add({ when: { route: typeof route === 'string' ? route : [...route] }, effect: unavailable });
    expect(
      await statuses([
        () => post(downloadPath, { model: 'simulate/slow' }),
        () => poll(job),
        () => get('/API/v1/models/'),
        () => get('/nowhere'),
      ]),
    ).toEqual(expected);
  });

  it('by method, in either case', async () => {
    const { add, get, post, statuses } = openFaultWorld();
    await add({ when: { method: 'post' }, effect: unavailable });
    const model = { model: 'simulate/slow' };
    expect(await statuses([() => get('/api/v1/models'), () => post(downloadPath, model)])).toEqual([200, 503]);
  });

  it('by a pattern of the path, as the server compares paths: without regard to case and to a slash at its end', async () => {
    const { add, get, statuses } = openFaultWorld();
    await add({ when: { path: '/V1/*/' }, effect: unavailable });
    const paths = ['/v1/models', '/v1/MODELS/', '/v1/chat/completions', '/api/v1/models', '/v1'];
    expect(await statuses(paths.map((path) => () => get(path)))).toEqual([503, 503, 503, 200, 200]);
  });

  it('by its job', async () => {
    const { add, poll, start, statuses } = openFaultWorld();
    const one = await start('simulate/slow-run-1');
    const other = await start('simulate/slow-run-2');
    await add({ when: { job: one }, effect: unavailable });
    expect(await statuses([() => poll(one), () => poll(other)])).toEqual([503, 200]);
  });

  it.each([
    ['ibm/granite-4-micro', [503, 200]],
    ['IBM/*', [503, 200]],
    ['*', [503, 503]],
    ['https://huggingface.co/ibm/granite-4-micro', [503, 200]],
    ['ibm/granite', [200, 200]],
    ['lmstudio-community/gpt-oss-20b-gguf', [200, 503]],
    // The repo comes in this quantization, and the request names none.
    ['*@mxfp4', [200, 503]],
    ['*@q4_k_m', [200, 200]],
  ])('by the model that a download is asked for: %s', async (model, expected) => {
    const { add, post, statuses } = openFaultWorld();
    await add({ when: { model }, effect: unavailable });
    const asked = ['ibm/granite-4-micro', 'https://huggingface.co/lmstudio-community/gpt-oss-20b-GGUF'];
    expect(await statuses(asked.map((each) => () => post(downloadPath, { model: each })))).toEqual(expected);
  });

  it('by the model of the job whose status is asked for, in any quantization or in one', async () => {
    const { add, poll, post, start, statuses } = openFaultWorld();
    const quantized = { model: 'https://huggingface.co/qwen/Qwen3-8B-GGUF', quantization: 'Q8_0' };
    const { job_id: job } = (await (await post(downloadPath, quantized)).json()) as { job_id: string };
    const other = await start();
    await add({ when: { route: 'status', model: 'qwen/qwen3-8b-gguf' }, effect: unavailable, times: 1 });
    await add({ when: { route: 'status', model: '*@q8_0' }, effect: { type: 'status', status: 500 }, times: 1 });
    expect(await statuses([() => poll(job), () => poll(other), () => poll(job), () => poll(job)])).toEqual([
      503, 200, 500, 200,
    ]);
  });

  it('by the model that is loaded or unloaded, further instances included', async () => {
    const { add, post, statuses } = openFaultWorld();
    await add({ when: { model: 'qwen/*' }, effect: unavailable });
    expect(
      await statuses([
        () => post('/api/v1/models/load', { model: 'qwen/anything' }),
        () => post('/api/v1/models/load', { model: 'google/anything' }),
        () => post('/api/v1/models/unload', { instance_id: 'qwen/anything:2' }),
      ]),
    ).toEqual([503, 404, 503]);
  });

  it('by model, and leaves a body that cannot be read to the api', async () => {
    const { add, get, post, statuses } = openFaultWorld();
    await add({ when: { model: '*' }, effect: unavailable });
    expect(
      await statuses([
        () => post(downloadPath, '{"model":'),
        () => post(downloadPath, { quantization: 'Q8_0' }),
        () => post(downloadPath, 'x'.repeat(3_000_000)),
        () => get('/api/v1/models/download/status/job_unknown'),
        () => get('/api/v1/models'),
      ]),
    ).toEqual([400, 400, 413, 404, 200]);
  });

  it('by the text of a model that the api would refuse', async () => {
    const { add, post, statuses } = openFaultWorld();
    await add({ when: { model: 'lmstudio-community/*' }, effect: unavailable, times: 1 });
    const ask = (): Promise<Response> => post(downloadPath, { model: 'lmstudio-community/Qwen3-8B-GGUF' });
    expect(await statuses([ask, ask])).toEqual([503, 400]);
  });

  it('by model, and leaves the body to the api', async () => {
    const { add, post } = openFaultWorld();
    await add({ when: { model: 'simulate/*' }, effect: { type: 'latency', ms: 1 } });
    const answer = await post(downloadPath, { model: 'simulate/slow' });
    expect(await answer.json()).toMatchObject({ status: 'downloading' });
  });

  it.each([
    [2, [200, 503, 200, 200, 200]],
    [
      [1, 4],
      [503, 200, 200, 503, 200],
    ],
    [{ from: 2, to: 3 }, [200, 503, 503, 200, 200]],
    [{ from: 4 }, [200, 200, 200, 503, 503]],
    [{ to: 1 }, [503, 200, 200, 200, 200]],
  ])('by number of arrival: %j', async (nth, expected) => {
    const { add, poll, start, statuses } = openFaultWorld();
    const job = await start();
    await add({ when: { nth }, effect: unavailable });
    expect(await statuses(times(5, () => poll(job)))).toEqual(expected);
  });

  it('by number among the calls that match in all else', async () => {
    const { add, get, poll, start, statuses } = openFaultWorld();
    const job = await start();
    await add({ when: { nth: 2, route: 'status' }, effect: unavailable });
    expect(
      await statuses([() => poll(job), () => get('/api/v1/models'), () => get('/api/v1/models'), () => poll(job)]),
    ).toEqual([200, 200, 200, 503]);
  });

  it('by number as they arrive, however late their bodies do', async () => {
    const { add, get, send } = openFaultWorld();
    await add({ when: { nth: 1 }, effect: unavailable });
    let finish = (): void => undefined;
    const body = new ReadableStream({
      start: (controller) => {
        finish = () => controller.close();
      },
    });
    const request = new Request(`http://localhost:1234${downloadPath}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
    } as RequestInit);
    const late = send(request);
    const soon = await get('/api/v1/models');
    finish();
    expect([(await late).status, soon.status]).toEqual([503, 200]);
  });

  it('by a window of the session’s clock, whose end is not in it', async () => {
    const { add, dock, get } = openFaultWorld();
    await add({ when: { during: { from: NOON + 1000, to: '2026-01-01T12:00:02.000Z' } }, effect: unavailable });
    const seen: number[] = [];
    for (const ms of [0, 999, 1, 999, 1]) {
      await dock.clock.advance(ms);
      seen.push((await get('/api/v1/models')).status);
    }
    expect(seen).toEqual([200, 200, 503, 503, 200]);
  });

  it('by a window counted from when it was added', async () => {
    const { add, dock, get } = openFaultWorld();
    await dock.clock.advance(5000);
    await add({ when: { during: { afterMs: 1000, forMs: 500 } }, effect: unavailable });
    const seen: number[] = [];
    for (const ms of [0, 999, 1, 499, 1]) {
      await dock.clock.advance(ms);
      seen.push((await get('/api/v1/models')).status);
    }
    expect(seen).toEqual([200, 200, 503, 503, 200]);
  });
});

describe('chance', () => {
  const polls = async (seed: string, chance: number, count = 400): Promise<boolean[]> => {
    const { add, get, statuses } = openFaultWorld({ seed });
    await add({ when: { chance }, effect: unavailable });
    return (await statuses(times(count, () => get('/api/v1/models')))).map((status) => status === 503);
  };

  it('is about as likely as it says', async () => {
    const hits = (await polls('luck', 0.25)).filter(Boolean).length;
    expect(hits).toBeGreaterThan(70);
    expect(hits).toBeLessThan(130);
  });

  it('is decided by the seed', async () => {
    const one = await polls('luck', 0.5, 60);
    expect(await polls('luck', 0.5, 60)).toEqual(one);
    expect(await polls('another', 0.5, 60)).not.toEqual(one);
  });

  it('is not disturbed by other faults that are asked in between', async () => {
    const alone = await polls('luck', 0.5, 60);
    const { add, get, statuses } = openFaultWorld({ seed: 'luck' });
    await add({ when: { chance: 0.5 }, effect: unavailable });
    await add({ when: { chance: 0.5 }, effect: { type: 'latency', ms: 0 } });
    const crowded = await statuses(times(60, () => get('/api/v1/models')));
    expect(crowded.map((status) => status === 503)).toEqual(alone);
  });

  it('differs from fault to fault', async () => {
    const { add, get, dock, statuses } = openFaultWorld();
    await add({ when: { chance: 0.5 }, effect: unavailable });
    await add({ when: { chance: 0.5 }, effect: { type: 'latency', ms: 0 } });
    await statuses(times(60, () => get('/api/v1/models')));
    const entries = await dock.journal.list();
    expect(new Set(entries.map(({ fault }) => fault?.type))).toEqual(new Set([undefined, 'status', 'latency']));
  });
});
