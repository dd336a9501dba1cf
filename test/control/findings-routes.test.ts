import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openClient } from './client-of.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

describe('a wrong path', () => {
  it('outside /api/v1 is found, because it is answered 200', async () => {
    const { dock, send } = openClient();
    await send('POST', '/v1/models/download', { model: 'ibm/granite-4-micro' });
    await send('POST', '/v1/models/download', { model: 'ibm/granite-4-micro' });
    expect(await dock.findings()).toEqual([
      {
        id: 'unknown-route-taken-for-success',
        title: 'POST /v1/models/download is not a route of LM Studio, and was still answered 200',
        entries: [1, 2],
        impact: expect.stringContaining('checks only the status') as string,
        fix: expect.stringContaining('Call POST /api/v1/models/download') as string,
        judged: true,
      },
    ]);
  });

  it('to which something was sent is not taken for the list of models', async () => {
    const { dock, send } = openClient();
    await send('POST', '/api/v1/models/downlaod', { model: 'ibm/granite-4-micro' });
    await send('GET', '/api/v1/model-list/models');
    expect((await dock.findings()).map(({ fix }) => /Call (\S+ \S+),/.exec(fix)?.[1])).toEqual([
      undefined,
      'GET /api/v1/models',
    ]);
  });

  it('under /api/v1 is found, with what LM Studio cannot do', async () => {
    const { dock, send } = openClient();
    await send('DELETE', '/api/v1/models/download/job_493c7c9ded');
    expect(await dock.findings()).toMatchObject([
      {
        id: 'unknown-route',
        title: 'DELETE /api/v1/models/download/job_493c7c9ded is not a route of LM Studio',
        entries: [1],
        impact: expect.stringContaining('404') as string,
        fix: expect.stringContaining('cannot list, pause, resume, cancel or delete') as string,
      },
    ]);
  });

  it.each([
    ['GET', '/api/v1/models/download-status/job_1', 'GET /api/v1/models/download/status/:job_id'],
    ['POST', '/api/v1/models/pull', 'POST /api/v1/models/download'],
    ['GET', '/api/tags', 'GET /api/v1/models'],
    ['POST', '/models/unload', 'POST /api/v1/models/unload'],
    ['POST', '/models/load', 'POST /api/v1/models/load'],
  ])('%s %s is reported with the advice to call %s', async (method, path, better) => {
    const { dock, send } = openClient();
    await send(method, path);
    const [finding] = await dock.findings();
    expect(finding!.fix).toContain(`Call ${better}, if`);
  });

  it('is found where a profile answers it 404, because LM Studio does not', async () => {
    const { dock, send } = openClient({ profile: 'strict' });
    await send('GET', '/models');
    expect(await dock.findings()).toMatchObject([
      { id: 'unknown-route', impact: expect.stringContaining('LM Studio answers 200 outside /api/v1') as string },
    ]);
  });

  it('is found behind a fault and behind the token check', async () => {
    const broken = openClient();
    await broken.dock.faults.add({ effect: { type: 'status', status: 503 } });
    await broken.send('GET', '/models');
    expect(await broken.dock.findings()).toMatchObject([{ id: 'unknown-route', entries: [1] }]);

    const guarded = openClient({ requireToken: 'sk-lm-1' });
    await guarded.send('GET', '/models');
    expect((await guarded.dock.findings()).map(({ id }) => id)).toContain('unknown-route');
  });
});

describe('no finding', () => {
  it('is made of documented routes, spelled in any case, answered or refused', async () => {
    const { dock, send, start, poll } = openClient();
    const { job_id } = await start('ibm/granite-4-micro');
    await poll(job_id);
    await send('GET', '/API/V1/Models/');
    await send('GET', '/v1/models');
    await send('GET', '/lmstudio-greeting');
    await send('POST', '/api/v1/models/load', { model: 'nobody/nothing' });
    expect(await dock.findings()).toEqual([]);
  });

  it.each([
    ['GET', '/api/v0/models'],
    ['GET', '/api/v0/models/x'],
  ])('is made of %s %s, which LM Studio still has', async (method, path) => {
    const { dock, send } = openClient();
    await send(method, path);
    expect(await dock.findings()).toEqual([]);
  });

  it.each(['/v1/chat/completions', '/api/v1/chat', '/v1/responses'])(
    'is judged of POST %s, which LM Studio has and modeldock does not imitate',
    async (path) => {
      const { dock, send } = openClient();
      await send('POST', path);
      expect(await dock.findings()).toMatchObject([
        { id: 'inference-not-imitated', judged: { notJudged: expect.any(String) as string } },
      ]);
    },
  );

  it("is made of what a browser asks by itself: a page's preflight, an icon", async () => {
    const { dock, send } = openClient();
    await send('OPTIONS', '/api/v1/models', undefined, { Origin: 'http://localhost:5173' });
    await send('GET', '/favicon.ico');
    expect(await dock.findings()).toEqual([]);
  });
});

describe('a status poll of no job', () => {
  it.each([
    ['undefined', 'a job called “undefined”'],
    ['null', 'a job called “null”'],
    ['NaN', 'a job called “NaN”'],
    ['None', 'a job called “None”'],
    ['%5Bobject%20Object%5D', 'a job called “[object Object]”'],
    ['%7Bjob_id%7D', 'a job called “{job_id}”'],
    ['$%7BjobId%7D', 'a job called “${jobId}”'],
    [':job_id', 'a job called “:job_id”'],
    ['', 'no job'],
  ])('is found for /status/%s', async (id, what) => {
    const { dock, poll } = openClient();
    await poll(id);
    await poll(id);
    expect(await dock.findings()).toMatchObject([
      {
        id: 'status-of-undefined',
        title: expect.stringContaining(
          `The status of ${what} was asked for: GET /api/v1/models/download/status`,
        ) as string,
        entries: [1, 2],
        judged: true,
      },
    ]);
  });

  it('is distinguished from an unknown job', async () => {
    const { dock, poll } = openClient();
    await poll('job_0000000000');
    await poll('undefined-behaviour');
    expect(await dock.findings()).toEqual([]);
  });
});

describe('a call without a token', () => {
  const token = { Authorization: 'Bearer sk-lm-1' };

  it('is found where the server asks for one', async () => {
    const { dock, send } = openClient({ requireToken: 'sk-lm-1' });
    await send('GET', '/api/v1/models');
    await send('GET', '/v1/models', undefined, { Authorization: 'Bearer ' });
    expect(await dock.findings()).toMatchObject([
      {
        id: 'missing-authorization',
        title:
          'This server asks for a token, and 2 calls came (GET /api/v1/models first) without an Authorization header',
        entries: [1, 2],
      },
    ]);
  });

  it('is found among calls that have one', async () => {
    const { dock, send } = openClient({ requireToken: 'sk-lm-1' });
    await send('GET', '/api/v1/models', undefined, token);
    await send('GET', '/v1/models');
    expect(await dock.findings()).toMatchObject([
      {
        id: 'missing-authorization',
        title: 'This server asks for a token, and GET /v1/models came without an Authorization header',
        entries: [2],
      },
    ]);
  });

  it('is not found where it is the hub that refuses the token of the server', async () => {
    const { dock, send } = openClient();
    const body = { error: { type: 'invalid_request', message: 'The hub does not know the token.', code: 'bad_token' } };
    await dock.faults.add({ effect: { type: 'status', status: 401, body } });
    for (let call = 0; call < 3; call++)
      await send('POST', '/api/v1/models/download', { model: 'ibm/granite-4-micro' });
    expect((await dock.findings()).map(({ id }) => id)).not.toContain('missing-authorization');
  });

  it('is tolerated once for a client that then sends it', async () => {
    const { dock, send } = openClient({ requireToken: 'sk-lm-1' });
    await send('GET', '/api/v1/models');
    await send('GET', '/api/v1/models', undefined, token);
    expect(await dock.findings()).toEqual([]);
  });

  it('is no mistake where no token is asked for, and a wrong token is not a missing one', async () => {
    const open = openClient();
    await open.send('GET', '/api/v1/models');
    expect(await open.dock.findings()).toEqual([]);
    const guarded = openClient({ requireToken: 'sk-lm-1' });
    await guarded.send('GET', '/api/v1/models', undefined, { Authorization: 'Bearer sk-lm-2' });
    expect(await guarded.dock.findings()).toEqual([]);
  });
});

describe('a model name', () => {
  it.each([
    ['https://huggingface.co/a/B-GGUF/resolve/main/b-q4.gguf', 'https://huggingface.co/a/B-GGUF'],
    ['https://huggingface.co/a/B-GGUF/blob/main/b-q4.gguf?download=true', 'https://huggingface.co/a/B-GGUF'],
    ['https://huggingface.co/a/B/resolve/main/model.safetensors', 'https://huggingface.co/a/B'],
    ['a/b-q4.gguf', 'https://huggingface.co/owner/repo'],
  ])('that is a file is found: %s', async (model, repo) => {
    const { dock, start } = openClient();
    await start(model);
    await start(model);
    expect(await dock.findings()).toMatchObject([
      {
        id: 'file-link-as-model',
        title: `A file was sent as model: ${model}`,
        entries: [1, 2],
        fix: `Send ${repo}, and the quantization as quantization.`,
      },
    ]);
  });

  it('of the catalog with a quantization is found', async () => {
    const { dock, start } = openClient();
    await start('ibm/granite-4-micro', 'Q4_K_M');
    expect(await dock.findings()).toMatchObject([
      {
        id: 'quantization-with-catalog-id',
        title: 'A quantization was sent with a catalog id: ibm/granite-4-micro with Q4_K_M',
        entries: [1],
      },
    ]);
  });

  it('of a repo, with or without a quantization, is not', async () => {
    const { dock, start } = openClient();
    await start('https://huggingface.co/lmstudio-community/Qwen3-4B-GGUF', 'Q4_K_M');
    await start('https://huggingface.co/lmstudio-community/Qwen3-8B-GGUF');
    await start('ibm/granite-4-micro');
    expect(await dock.findings()).toEqual([]);
  });
});
