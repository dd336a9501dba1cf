import { describe, expect, it } from 'vitest';
import { createDock, type SimulatedDock, type SimulatedDockOptions } from '../../src/index.js';
import { expectDownload, ExpectationError, expectNoFindings, withReplay } from '../../src/testing/index.js';

const origin = 'http://localhost:1234';

interface Bench {
  dock: SimulatedDock;
  get(path: string): Promise<unknown>;
  start(model: string): Promise<string>;
}

function setUp(options: SimulatedDockOptions = {}): Bench {
  const dock = createDock({ speed: 0, ...options });
  const send = async (path: string, init?: RequestInit): Promise<unknown> =>
    (await dock.api.fetch(new Request(origin + path, init))).json();
  return {
    dock,
    get: (path) => send(path),
    start: async (model) => {
      const body = JSON.stringify({ model });
      const headers = { 'Content-Type': 'application/json' };
      const answer = await send('/api/v1/models/download', { method: 'POST', headers, body });
      return (answer as { job_id: string }).job_id;
    },
  };
}

const messageOf = (failing: Promise<unknown>): Promise<string> =>
  failing.then(
    () => expect.unreachable('this did not fail'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(ExpectationError);
      return (error as Error).message;
    },
  );

describe('expectNoFindings', () => {
  it('passes while the client does well', async () => {
    const { dock, start, get } = setUp();
    const job = await start('simulate/steady');
    await dock.clock.advance({ until: 'idle' });
    await get(`/api/v1/models/download/status/${job}`);
    await expect(expectNoFindings(dock)).resolves.toBeUndefined();
  });

  it('fails with what was found, its impact, how to fix it, and a replay token', async () => {
    const { dock, get } = setUp();
    await get('/api/tags');
    const message = await messageOf(expectNoFindings(dock));
    expect(message).toMatch(/^1 finding\.\n\n1\. GET \/api\/tags is not a route of LM Studio/);
    expect(message).toContain('[unknown-route-taken-for-success]');
    for (const part of ['calls: 1', 'impact: ', 'fix: ', 'modeldock --replay mdk1.']) expect(message).toContain(part);
  });

  it('ignores the given findings, and no others', async () => {
    const { dock, get } = setUp();
    await get('/api/tags');
    await get('/api/v1/models/download/status/undefined');
    const message = await messageOf(expectNoFindings(dock, { ignore: ['unknown-route-taken-for-success'] }));
    expect(message).toContain('[status-of-undefined]');
    expect(message).not.toContain('/api/tags');
    await expectNoFindings(dock, { ignore: ['unknown-route-taken-for-success', 'status-of-undefined'] });
  });

  it('does not fail over findings that cannot be judged', async () => {
    const { dock, start, get } = setUp();
    const job = await start('simulate/slow');
    for (let poll = 0; poll < 40; poll++) await get(`/api/v1/models/download/status/${job}`);
    expect((await dock.findings()).map(({ id, judged }) => [id, judged === true])).toContainEqual([
      'polling-too-fast',
      false,
    ]);
    await expect(expectNoFindings(dock)).resolves.toBeUndefined();
  });
});

describe('expectDownload', () => {
  it('gives the download that the client began', async () => {
    const { dock, start } = setUp();
    const id = await start('simulate/steady');
    expect(await expectDownload(dock, 'simulate/steady')).toMatchObject({ id, state: 'downloading' });
    expect(await expectDownload(dock, 'simulate/*')).toMatchObject({ id });
  });

  it('waits for a client that takes its time', async () => {
    const { dock, start } = setUp();
    const expected = expectDownload(dock, 'simulate/steady', { status: 'completed' });
    setTimeout(() => void start('simulate/steady').then(() => dock.clock.advance({ until: 'idle' })), 40);
    expect(await expected).toMatchObject({ state: 'completed' });
  });

  it('counts the download that follows one that failed', async () => {
    const { dock, start } = setUp();
    await start('simulate/fails-at-50');
    await dock.clock.advance({ until: 'idle' });
    expect(await expectDownload(dock, 'simulate/fails-at-50', { status: 'failed' })).toMatchObject({ state: 'failed' });
    const expected = expectDownload(dock, 'simulate/fails-at-50', { status: 'completed' });
    const retry = await start('simulate/fails-at-50');
    await dock.clock.advance({ until: 'idle' });
    expect(await expected).toMatchObject({ id: retry, state: 'completed' });
  });

  it('fails with what the client did instead', async () => {
    const { dock, start, get } = setUp();
    await start('simulate/slow');
    await get('/api/tags');
    const message = await messageOf(expectDownload(dock, 'ibm/granite-4-micro', { timeoutMs: 30 }));
    expect(message).toContain('Expected a download of ibm/granite-4-micro: no client asked for it within 30 ms');
    expect(message).toContain('The last 2 of 2 calls:\n  POST /api/v1/models/download {"model":"simulate/slow"} → 200');
    expect(message).toContain('GET /api/tags → 200  (no such route)');
    expect(message).toContain('modeldock --replay mdk1.');
  });

  it.each([
    ['simulate/gated', 'it was asked for and answered 403, and no download began within 30 ms'],
    ['simulate/fail-at-50', 'it was asked for and answered 404, and no download began within 30 ms'],
    [
      'simulate/already-downloaded',
      'it was already downloaded when it was asked for, so no download began within 30 ms',
    ],
  ])('says what came of it where %s was asked for and no job was made', async (model, reason) => {
    const { dock, start } = setUp();
    await start(model);
    const message = await messageOf(expectDownload(dock, model, { timeoutMs: 30 }));
    expect(message).toContain(`Expected a download of ${model}: ${reason}\n`);
  });

  it('fails with how far it has come', async () => {
    const { dock, start } = setUp({ jobIds: ['job_a'] });
    await start('simulate/steady');
    const goal = { status: 'completed', timeoutMs: 30 } as const;
    const message = await messageOf(expectDownload(dock, 'simulate/steady', goal));
    expect(message).toContain('Expected the download of simulate/steady to be completed: Waited');
    expect(message).toContain('job_a is downloading at 0 %');
  });

  it('names a percentage as it was given, where the sum has 28.999999999999996 %', async () => {
    const { dock, start } = setUp();
    await start('simulate/steady');
    const message = await messageOf(expectDownload(dock, 'simulate/steady', { progress: 0.29, timeoutMs: 5 }));
    expect(message).toContain('Expected the download of simulate/steady to be at 29 %: Waited');
    expect(message).not.toMatch(/\d\.\d{5}/);
  });

  it('says so when no client called at all', async () => {
    const message = await messageOf(expectDownload(setUp().dock, '*', { timeoutMs: 0 }));
    expect(message).toContain('No client has called. Check that it uses the address of this session.');
  });
});

describe('withReplay', () => {
  it('passes on what the test gives', async () => {
    const { dock } = setUp();
    expect(await withReplay(dock, () => 7)).toBe(7);
    expect(await withReplay(dock, async () => 'later')).toBe('later');
  });

  it('makes an assertion’s message longer, and leaves the rest of it', async () => {
    const { dock } = setUp();
    const error = await withReplay(dock, () => expect(1).toBe(2)).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ name: 'AssertionError', actual: 1, expected: 2 });
    expect((error as Error).message).toMatch(/^expected 1 to be 2[^]*modeldock --replay mdk1\.\S+$/);
    expect((error as Error).stack).toContain('modeldock --replay');
  });

  it('does not say it twice', async () => {
    const { dock, get } = setUp();
    await get('/api/tags');
    const message = await messageOf(withReplay(dock, () => expectNoFindings(dock)));
    expect(message.match(/--replay/g)).toHaveLength(1);
  });

  it('passes on what is no error as it is', async () => {
    const { dock } = setUp();
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a text is no error: what it is about
    await expect(withReplay(dock, () => Promise.reject('a text'))).rejects.toBe('a text');
  });

  it('says why a session cannot be restored', async () => {
    const { dock } = setUp();
    const unreachable = { ...dock, snapshot: () => Promise.reject(new Error('The server is gone.')) };
    await expect(withReplay(unreachable, () => Promise.reject(new Error('Oh.')))).rejects.toThrow(
      'Oh.\n\nThis session cannot be restored: The server is gone.',
    );
  });
});
