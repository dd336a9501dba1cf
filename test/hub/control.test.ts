import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHub, type HubFault, type Hub, type HubJournalEntry, type JournalSummary } from '../../src/hub/index.js';
import { ask, locate, type Exchange } from './wire-client.js';
import { soon } from './soon.js';

const REPO = 'modeldock/moving-chat-GGUF';
const FILE = 'moving-chat-Q4_K_M.gguf';

let hub: Hub;
beforeAll(async () => {
  hub = await createHub({ digestCache: false });
});
afterEach(() => hub.control.reset());
afterAll(() => hub.close());

const operate = async (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Exchange> =>
  ask(`${hub.endpoint}/__hub${path}`, {
    method,
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const answer = async (...asking: Parameters<typeof operate>): Promise<unknown> =>
  JSON.parse((await operate(...asking)).body.toString());
const head = (revision: string): Promise<Exchange> =>
  ask(`${hub.endpoint}/${REPO}/resolve/${revision}/${FILE}`, { method: 'HEAD' });

describe('the control API of the hub', () => {
  it('adds, lists and removes faults', async () => {
    expect(
      await answer('POST', '/faults', [
        { id: 'mine', effect: { type: 'latency', ms: 1 } },
        { effect: { type: 'gzip' } },
      ]),
    ).toEqual({
      ids: ['mine', 'fault-1'],
    });
    expect(await answer('GET', '/faults')).toMatchObject([
      { id: 'mine', seen: 0, fired: 0 },
      { id: 'fault-1', effect: { type: 'gzip' } },
    ]);
    expect((await operate('DELETE', '/faults/mine')).status).toBe(200);
    expect((await operate('DELETE', '/faults/mine')).status).toBe(400);
    await operate('DELETE', '/faults');
    expect(hub.faults.list()).toEqual([]);
  });

  it('moves branches and drops commits', async () => {
    const before = (await head('main')).headers['x-repo-commit'];
    const { sha } = (await answer('POST', `/repos/${REPO}/branches/main`, { to: 'next' })) as { sha: string };
    expect(sha).not.toBe(before);
    expect((await head('main')).headers['x-repo-commit']).toBe(sha);
    expect(await answer('DELETE', `/repos/${REPO}/commits/${sha}`)).toEqual({ sha });
    expect((await head('main')).headers['x-error-code']).toBe('RevisionNotFound');
    const only = hub.control.dropCommit('modeldock/tiny-embed-GGUF', 'main');
    expect(only).toMatch(/^[0-9a-f]{40}$/);
    const listed = await ask(`${hub.endpoint}/api/models`);
    expect([listed.status, listed.body.toString()]).toEqual([200, expect.not.stringContaining('tiny-embed')]);
    await operate('POST', '/reset');
    expect((await head('main')).headers['x-repo-commit']).toBe(before);
    expect(await answer('POST', `/repos/${REPO}/branches/nothing`, { to: 'next' })).toEqual({
      error: `Cannot move nothing of ${REPO}: expected one of the branches main, next.`,
      path: 'branch',
    });
  });

  it('adds repos, but never from the disk', async () => {
    const repo = { id: 'me/new', files: [{ path: 'a.txt', text: 'hello' }] };
    expect(await answer('POST', '/repos', repo)).toMatchObject({
      id: 'me/new',
      commits: [{ files: [{ path: 'a.txt', size: 5 }] }],
    });
    expect((await ask(`${hub.endpoint}/me/new/raw/main/a.txt`)).body.toString()).toBe('hello');
    hub.control.addRepo({ ...repo, id: 'modeldock/tiny-chat-old-name-GGUF' });
    const taken = await ask(`${hub.endpoint}/modeldock/tiny-chat-old-name-GGUF/raw/main/a.txt`);
    expect([taken.status, taken.body.toString()]).toEqual([200, 'hello']);
    const refused = await operate('POST', '/repos', { id: 'me/new', files: [{ path: 'a', from: '/etc/hostname' }] });
    expect([refused.status, refused.body.toString()]).toEqual([
      400,
      expect.stringContaining('repo.commits[0].files[0].from'),
    ]);
  });

  it('sets the clock and grants access', async () => {
    await operate('PUT', '/clock', { offsetMs: -7_200_000 });
    const { headers } = await head('main');
    expect(Date.parse(headers.date!)).toBeLessThan(Date.now() - 7_100_000);
    expect((await operate('POST', '/access', { user: 'reader', repo: 'modeldock/private-chat-GGUF' })).status).toBe(
      200,
    );
    const seen = await ask(`${hub.endpoint}/api/models/modeldock/private-chat-GGUF`, {
      headers: { Authorization: 'Bearer hf_reader' },
    });
    expect(seen.status).toBe(200);
  });

  it('refuses web pages, foreign hosts, and bodies that a form could send', async () => {
    const { host } = new URL(hub.endpoint);
    const cases: [Record<string, string>, number][] = [
      [{}, 200],
      [{ Origin: `http://${host}` }, 200],
      [{ Origin: 'https://example.org' }, 403],
      [{ Origin: 'null' }, 403],
      [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
      [{ Host: 'rebound.example.org' }, 403],
      [{ Host: 'not a host' }, 403],
      [{ 'Content-Type': 'text/plain' }, 403],
    ];
    for (const [headers, status] of cases) {
      expect([headers, (await operate('POST', '/faults', { effect: { type: 'gzip' } }, headers)).status]).toEqual([
        headers,
        status,
      ]);
    }
    expect((await operate('GET', '/journal', undefined, { Host: 'rebound.example.org' })).status).toBe(403);
  });

  it('says what there is when it is asked for something else', async () => {
    const nothing = await operate('GET', '/nothing');
    expect([nothing.status, nothing.body.toString()]).toEqual([404, expect.stringContaining('POST /__hub/faults')]);
    expect(await answer('POST', '/faults', undefined)).toEqual({
      error: 'Cannot read the body: expected JSON.',
      path: 'body',
    });
  });

  it('answers 400 to input that is nested too deeply, and to an impossible date', async () => {
    const deep = `{"effect":${'['.repeat(300_000)}${']'.repeat(300_000)}}`;
    const headers = { 'Content-Type': 'application/json' };
    const refused = await ask(`${hub.endpoint}/__hub/faults`, { method: 'POST', headers, body: deep });
    expect([refused.status, refused.body.toString()]).toEqual([400, expect.stringContaining('that JSON cannot spell')]);
    const offsetMs = Number.MAX_SAFE_INTEGER;
    expect((await operate('PUT', '/clock', { offsetMs })).status).toBe(400);
    expect((await operate('POST', '/faults', { effect: { type: 'clock-skew', ms: -offsetMs } })).status).toBe(400);
    expect(Date.parse((await head('main')).headers.date!)).toBeGreaterThan(0);
  });
});

describe('faults', () => {
  it.each<[unknown, string]>([
    [{}, 'faults.effect: expected an object, found nothing'],
    [{ effect: { type: 'explode' } }, 'faults.effect.type: expected one of "signature-lifetime", "refuse"'],
    [{ effect: { type: 'latency' } }, 'faults.effect.ms: expected a number, found nothing'],
    [{ effect: { type: 'latency', ms: -1 } }, 'faults.effect.ms: expected a number of at least 0, found -1'],
    [{ effect: { type: 'latency', seconds: 1 } }, 'faults.effect.seconds: expected no key but type, ms, found 1'],
    [
      { effect: { type: 'refuse', status: 402 } },
      'faults.effect.status: expected one of 400, 401, 403, 410, found 402',
    ],
    [
      { effect: { type: 'reset', atByte: 1, afterBytes: 1 } },
      'faults.effect.afterBytes: expected nothing beside atByte, found 1',
    ],
    [{ when: { route: 'somewhere' }, effect: { type: 'gzip' } }, 'faults.when.route: expected one of "info", "tree"'],
    [
      { when: { nth: { from: 5, to: 2 } }, effect: { type: 'gzip' } },
      'faults.when.nth.to: expected a whole number from 5, as "from" says, found 2',
    ],
    ...['https://x\r\nSet-Cookie: a=b', 'https://😀', 'https://x/y', 'https://x:99999', 'ftp://x', 'x', ''].map(
      (origin): [unknown, string] => [
        { effect: { type: 'foreign-link', origin } },
        `faults.effect.origin: expected an origin such as https://huggingface.co, found ${JSON.stringify(origin)}`,
      ],
    ),
    [
      [{ effect: { type: 'gzip' } }, { times: 0, effect: { type: 'gzip' } }],
      'faults[1].times: expected a number of at least 1, found 0',
    ],
  ])('%j is refused with the path of what is wrong', (fault, message) => {
    expect(() => hub.faults.add(fault as HubFault)).toThrow(message);
    expect(hub.faults.list()).toEqual([]);
  });

  it.each(['https://huggingface.co', 'http://127.0.0.1:4321', 'https://[::1]:8443'])(
    'a link to %s is no header that cannot be sent',
    async (origin) => {
      hub.faults.add({ effect: { type: 'foreign-link', origin } });
      const listed = await ask(`${hub.endpoint}/api/models?limit=1`);
      expect([listed.status, listed.headers.link]).toEqual([200, expect.stringContaining(`<${origin}/api/models?`)]);
    },
  );

  it('strikes only what its target names', async () => {
    hub.faults.add({
      id: 'f',
      when: { repo: REPO, file: 'moving-*.gguf', method: 'HEAD', nth: [2, 3] },
      effect: { type: 'server-error' },
    });
    const statuses = [];
    for (let time = 0; time < 4; time++) statuses.push((await head('main')).status);
    expect(statuses).toEqual([302, 503, 503, 302]);
    expect((await ask(`${hub.endpoint}/${REPO}/resolve/main/README.md`, { method: 'HEAD' })).status).toBe(307);
    expect(hub.faults.list()[0]).toMatchObject({ seen: 4, fired: 2 });
  });

  it('matches a file pattern of many stars in linear time', async () => {
    hub.faults.add({ when: { file: `${'*a'.repeat(200)}*x` }, effect: { type: 'server-error' } });
    const name = 'a'.repeat(8000);
    // As a regular expression the pattern would take longer than any test waits.
    expect((await ask(`${hub.endpoint}/${REPO}/resolve/main/${name}`)).status).toBe(404);
  });

  it('leaves to a download what a HEAD has no bytes for', async () => {
    hub.faults.add([
      { id: 'flip', effect: { type: 'flip-bit', atByte: 5 }, times: 1 },
      { id: 'slow', effect: { type: 'slow-body', bytesPerSecond: 1e9 }, when: { nth: 1 } },
      { id: 'cut', effect: { type: 'truncated', afterBytes: 1000 }, when: { nth: 1 } },
    ]);
    const url = await locate(hub.endpoint, `/${REPO}/resolve/main/${FILE}`);
    await ask(url, { method: 'HEAD' });
    expect(hub.faults.list().map(({ fired }) => fired)).toEqual([0, 0, 0]);
    const { body } = await ask(url);
    expect([body[5], body.length]).toEqual([1, 1000]);
  });

  it('names the quota that a request used up', async () => {
    hub.faults.add({ effect: { type: 'rate-limit', retryAfterSeconds: 9 } });
    expect((await head('main')).headers.ratelimit).toBe('"resolvers";r=0;t=9');
    expect((await ask(`${hub.endpoint}/api/models`)).headers.ratelimit).toBe('"api";r=0;t=9');
  });

  it('lets several go together', async () => {
    hub.faults.add([
      { effect: { type: 'short-range', bytes: 100 } },
      { effect: { type: 'flip-bit', atByte: 5 } },
      { effect: { type: 'no-content-length' } },
    ]);
    const url = await locate(hub.endpoint, `/${REPO}/resolve/main/${FILE}`);
    const { status, headers, body } = await ask(url, { headers: { Range: 'bytes=0-999' } });
    expect([status, headers['content-length'], body.length, body.subarray(0, 4).toString()]).toEqual([
      206,
      undefined,
      100,
      'GGUF',
    ]);
    expect(body[5]).toBe(1);
    expect(hub.journal.entries().at(-1)!.faults).toEqual(hub.faults.list().map(({ id }) => id));
  });
});

describe('the journal of the hub', () => {
  it('says what was served, how often, and how much at once', async () => {
    const url = await locate(hub.endpoint, `/${REPO}/resolve/main/${FILE}`);
    await ask(url, { headers: { Range: 'bytes=0-999' } });
    await ask(url, { headers: { Range: 'bytes=500-1499' } });
    await ask(url, { headers: { Range: 'bytes=4000-4999' } });
    await ask(url, { method: 'HEAD' });
    expect(hub.journal.summary()).toMatchObject({
      requests: 5,
      authorizationAtCdn: 0,
      connections: { hub: 1, cdn: 4 },
      files: [
        {
          file: FILE,
          resolves: 1,
          requests: 4,
          bytesServed: 3000,
          bytesTwice: 500,
          served: [
            [0, 1500],
            [4000, 5000],
          ],
          atOnce: 1,
        },
      ],
    });
    hub.faults.add({ effect: { type: 'stall' } });
    const leaving: (() => void)[] = [];
    const stalled = [1, 2, 3].map(() => ask(url, { onRequest: (leave) => leaving.push(leave) }));
    await soon(() => hub.journal.summary().files[0]!.atOnce).toBe(3);
    for (const leave of leaving) leave();
    await Promise.all(stalled);
    await soon(() => hub.journal.entries().filter(({ outcome }) => outcome === 'left').length).toBe(3);
    const { atOnce, connectionsAtOnce } = (await answer('GET', '/journal/summary')) as JournalSummary;
    expect([atOnce.cdn, connectionsAtOnce.cdn]).toEqual([3, 3]);
  });

  it('notices a client that left, and does not count what never left the process', async () => {
    const url = await locate(hub.endpoint, '/modeldock/medium-chat-GGUF/resolve/main/medium-chat-Q4_K_M.gguf');
    await ask(url, { leaveAfter: 100_000 });
    await soon(() => hub.journal.entries().at(-1)!.outcome).toBe('left');
    expect(hub.journal.entries().at(-1)!.served!.end).toBeLessThan(100_000_000);
  });

  it('shows a leaked token without showing the token, and no signature', async () => {
    const url = await locate(hub.endpoint, `/${REPO}/resolve/main/${FILE}`, {
      headers: { Authorization: 'Bearer hf_member' },
    });
    await ask(url, { headers: { Authorization: 'Bearer hf_member', Cookie: 'secret=1' } });
    await ask(hub.endpoint, { headers: { Authorization: 'Bearer hf_unknown_secret' } });
    expect(hub.journal.summary().authorizationAtCdn).toBe(1);
    const entries = (await answer('GET', '/journal')) as HubJournalEntry[];
    expect(entries.map(({ headers }) => headers.authorization)).toEqual(['[member]', '[member]', '[bad token]']);
    const text = JSON.stringify(entries);
    expect(text).not.toMatch(/hf_member|hf_unknown_secret|secret=1/);
    expect(text).not.toContain(new URL(url).searchParams.get('Signature'));
  });

  it('keeps a bounded number of requests, and does not forget that there were more, or a leak', async () => {
    const small = await createHub({ journalLimit: 3, digestCache: false });
    for (let time = 0; time < 8; time++) await ask(`${small.endpoint}/api/models/${REPO}`);
    expect(small.journal.entries().map(({ id }) => id)).toEqual([6, 7, 8]);
    expect(small.journal.summary()).toMatchObject({ requests: 8, forgotten: 5, authorizationAtCdn: 0 });
    small.journal.clear();
    const leak = { headers: { Authorization: 'Bearer hf_member' } };
    await ask(await locate(small.endpoint, `/${REPO}/resolve/main/${FILE}`), leak);
    for (let time = 0; time < 8; time++) await ask(`${small.endpoint}/api/models/${REPO}`);
    expect(small.journal.summary()).toMatchObject({ requests: 10, forgotten: 7, authorizationAtCdn: 1 });
    await small.close();
  });
});

describe('a hub', () => {
  const raw = (port: number, host: string, text: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port, host, () => socket.write(text));
      let received = '';
      socket.setTimeout(150, () => socket.destroy());
      socket.on('data', (chunk) => (received += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(received));
    });

  it.each([
    'GET // HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /%zz/%E0%A4%A HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: [::bad\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n',
    'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET http://[bad/x HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET ?x HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /__hub/faults HTTP/1.1\r\nHost: a:99999\r\n\r\n',
    'GET /__hub/faults HTTP/1.1\r\nHost: ...\r\n\r\n',
    'POST /__hub/faults HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"effect":',
    'POST /__hub/faults HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nnull',
    'POST /api/models/modeldock/tiny-chat-GGUF/paths-info/main HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    'GET /api/models/%2e%2e/%2e%2e/tree/main/%00 HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /modeldock/tiny-chat-GGUF/resolve/main/%0d%0aX-Injected:%201 HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /api/models/__proto__/constructor/revision/__proto__ HTTP/1.1\r\nHost: a\r\n\r\n',
    '\x16\x03\x01 nonsense',
  ])('survives %j', async (text) => {
    const answers = [hub.endpoint, hub.cdn].map((origin) =>
      raw(Number(new URL(origin).port), new URL(origin).hostname, text),
    );
    for (const answer of await Promise.all(answers)) expect(answer).not.toMatch(/^X-Injected/m);
    expect((await head('main')).status).toBe(302);
  });

  it('keeps no connection, timer or buffer of clients that left in the middle', async () => {
    const held = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap' || kind === 'Timeout').length;
    hub.faults.add({ effect: { type: 'slow-body', bytesPerSecond: 5_000_000 } });
    const buffersBefore = process.memoryUsage().arrayBuffers;
    const url = await locate(hub.endpoint, '/modeldock/huge-chat-GGUF/resolve/main/huge-chat-Q8_0.gguf');
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 20 }, () => ask(url, { leaveAfter: 50_000 })));
    }
    await soon(() => hub.journal.entries().filter(({ outcome }) => outcome === 'open').length).toBe(0);
    expect(hub.journal.entries().filter(({ outcome }) => outcome === 'left').length).toBe(100);
    // A few are the test's own: each of a hundred clients would have left one.
    await soon(held).toBeLessThan(10);
    expect(process.memoryUsage().arrayBuffers - buffersBefore).toBeLessThan(64 * 1024 * 1024);
  });

  it('takes another name for its CDN where there is no second address', async () => {
    const named = await createHub({ cdnHost: 'localhost', digestCache: false });
    const url = await locate(named.endpoint, `/${REPO}/resolve/main/${FILE}`);
    expect(new URL(url).hostname).toBe('localhost');
    expect((await ask(url, { headers: { Range: 'bytes=0-3' } })).body.toString()).toBe('GGUF');
    await named.close();
  });

  it('refuses a repo that is described wrongly, with the path of what is wrong', async () => {
    const wrong = (file: object): Promise<Hub> =>
      createHub({ repos: [{ id: 'me/x', files: [file as { path: string }] }] });
    await expect(wrong({ path: 'a' })).rejects.toThrow(
      'Cannot read repos[0].files[0]: expected exactly one of size (bytes), text and from',
    );
    await expect(wrong({ path: 'a/../b', size: 1 })).rejects.toThrow(
      'repos[0].files[0].path: expected a relative path',
    );
    await expect(wrong({ path: 'a', size: 20_000_000, storage: 'git' })).rejects.toThrow('bytes are too many');
    await expect(createHub({ repos: [{ id: 'nobody', files: [] }] })).rejects.toThrow(
      'repos[0].id: expected owner/name',
    );
  });

  it('moves a branch when a request for bytes says so, in the middle of a download', async () => {
    hub.faults.add({ when: { route: 'cdn', nth: 2 }, effect: { type: 'move-branch' } });
    const before = await head('main');
    await ask(before.headers.location!, { headers: { Range: 'bytes=0-9' } });
    expect((await head('main')).headers['x-repo-commit']).toBe(before.headers['x-repo-commit']);
    await ask(before.headers.location!, { headers: { Range: 'bytes=10-19' } });
    expect((await head('main')).headers['x-repo-commit']).not.toBe(before.headers['x-repo-commit']);
  });

  it('gives the same commits and signatures after a restart', async () => {
    const url = await locate(hub.endpoint, `/${REPO}/resolve/main/${FILE}`);
    const again = await createHub({ digestCache: false });
    const { pathname, search } = new URL(url);
    expect((await ask(again.cdn + pathname + search, { method: 'HEAD' })).status).toBe(200);
    expect(again.control.repos()).toEqual(hub.control.repos());
    await again.close();
  });
});
