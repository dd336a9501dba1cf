import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHub, reposFromDisk, type Hub } from '../../src/hub/index.js';
import { createStoryClock } from './stepped-clock.js';
import { ask, locate, type Exchange } from './wire-client.js';

const TINY = 'modeldock/tiny-chat-GGUF';
const FILE = 'tiny-chat-Q8_0.gguf';
const SIZE = 5 * 1024 * 1024 + 77;
const READER = { Authorization: 'Bearer hf_reader' };
const MEMBER = { Authorization: 'Bearer hf_member' };

interface TreeEntry {
  type: string;
  path: string;
  size: number;
  oid: string;
  lfs?: { oid: string; size: number; pointerSize: number };
  xetHash?: string;
}

let hub: Hub;
beforeAll(async () => {
  hub = await createHub({ digestCache: false });
});
afterEach(() => hub.control.reset());
afterAll(() => hub.close());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Exchange> =>
  ask(hub.endpoint + path, { method, headers });
const json = async <Type>(path: string, headers: Record<string, string> = {}): Promise<Type> =>
  JSON.parse((await get(path, headers)).body.toString()) as Type;
const tree = (repo: string, query = 'recursive=true'): Promise<TreeEntry[]> =>
  json<TreeEntry[]>(`/api/models/${repo}/tree/main?${query}`);
const hash = (algorithm: string, bytes: Buffer | string): string => createHash(algorithm).update(bytes).digest('hex');

describe('refusals', () => {
  const resolve = (repo: string): string => `/modeldock/${repo}/resolve/main/${repo.replace('-GGUF', '')}-Q4_K_M.gguf`;
  const cases: [
    what: string,
    path: string,
    headers: Record<string, string>,
    status: number,
    code: string | undefined,
    message: RegExp,
  ][] = [
    [
      'a missing repo, anonymous',
      '/api/models/modeldock/nothing',
      {},
      401,
      undefined,
      /^Invalid username or password\.$/,
    ],
    [
      'a private repo, anonymous',
      '/api/models/modeldock/private-chat-GGUF',
      {},
      401,
      undefined,
      /^Invalid username or password\.$/,
    ],
    ['a missing repo, valid token', '/api/models/modeldock/nothing', READER, 404, 'RepoNotFound', /./],
    ['a private repo, valid token', resolve('private-chat-GGUF'), READER, 404, 'RepoNotFound', /./],
    [
      'a bad token',
      `/api/models/${TINY}`,
      { Authorization: 'Bearer hf_wrong' },
      401,
      undefined,
      /^Invalid credentials in Authorization header$/,
    ],
    ['gated files, anonymous', resolve('gated-manual-chat-GGUF'), {}, 401, 'GatedRepo', /Please log in/],
    [
      'gated files, a token not on the list',
      resolve('gated-manual-chat-GGUF'),
      READER,
      403,
      'GatedRepo',
      /Visit .*gated-manual-chat-GGUF to ask for access/,
    ],
    ['a missing revision', `/api/models/${TINY}/revision/nowhere`, {}, 404, 'RevisionNotFound', /nowhere/],
    ['a missing revision of a tree', `/api/models/${TINY}/tree/nowhere`, {}, 404, 'RevisionNotFound', /nowhere/],
    ['a missing file', `/${TINY}/resolve/main/nothing.gguf`, {}, 404, 'EntryNotFound', /nothing\.gguf/],
    ['a missing folder', `/api/models/${TINY}/tree/main/nothing`, {}, 404, 'EntryNotFound', /nothing/],
    [
      'a disabled repo',
      '/api/models/modeldock/disabled-chat-GGUF',
      {},
      403,
      undefined,
      /^Access to this resource is disabled\.$/,
    ],
  ];

  it.each(cases)('%s', async (_what, path, headers, status, code, message) => {
    const answer = await get(path, headers);
    expect([answer.status, answer.headers['x-error-code']]).toEqual([status, code]);
    expect(answer.headers['x-error-message']).toMatch(message);
    expect(answer.headers['x-request-id']).toMatch(/^Root=1-/);
    const head = await get(path, headers, 'HEAD');
    expect([head.status, head.headers['x-error-code'], head.body.length]).toEqual([status, code, 0]);
  });

  it('says whether files may be had before they are asked for', async () => {
    const status = async (repo: string, headers = {}): Promise<[number, unknown]> => {
      const answer = await get(`/api/models/modeldock/${repo}/auth-check`, headers);
      return [answer.status, answer.headers['x-error-code']];
    };
    expect(await status('tiny-chat-GGUF')).toEqual([200, undefined]);
    expect(await status('gated-auto-chat-GGUF')).toEqual([401, 'GatedRepo']);
    expect(await status('gated-auto-chat-GGUF', READER)).toEqual([403, 'GatedRepo']);
    expect(await status('gated-auto-chat-GGUF', MEMBER)).toEqual([200, undefined]);
  });

  it('shows info and tree of a gated repo to every client', async () => {
    for (const gated of ['auto', 'manual']) {
      const repo = `modeldock/gated-${gated}-chat-GGUF`;
      expect(await json(`/api/models/${repo}`)).toMatchObject({ gated });
      expect((await tree(repo)).length).toBe(4);
    }
  });

  it('gives a user access to an automatically gated repo on request, and to a manual one by a control call', async () => {
    for (const [gated, status] of [
      ['auto', 'accepted'],
      ['manual', 'pending'],
    ]) {
      const repo = `modeldock/gated-${gated!}-chat-GGUF`;
      expect((await get(resolve(repo.slice(10)), READER)).status).toBe(403);
      const asked = await get(`/${repo}/ask-access`, READER, 'POST');
      expect(JSON.parse(asked.body.toString())).toEqual({ repo, status });
      expect((await get(resolve(repo.slice(10)), READER)).status).toBe(gated === 'auto' ? 302 : 403);
    }
    hub.control.grantAccess('reader', 'modeldock/gated-manual-chat-GGUF');
    expect((await get(resolve('gated-manual-chat-GGUF'), READER)).status).toBe(302);
  });

  it('lets members see private repos, in the list too', async () => {
    expect((await get(resolve('private-chat-GGUF'), MEMBER)).status).toBe(302);
    const ids = async (headers = {}): Promise<string[]> =>
      (await json<{ id: string }[]>('/api/models?search=private', headers)).map(({ id }) => id);
    expect([await ids(), await ids(READER), await ids(MEMBER)]).toEqual([[], [], ['modeldock/private-chat-GGUF']]);
  });
});

describe('plans', () => {
  it('answers 307 with a relative Location for a former name', async () => {
    const info = await get('/api/models/modeldock/tiny-chat-old-name-GGUF/tree/main?recursive=true');
    expect([info.status, info.headers.location]).toEqual([307, `/api/models/${TINY}/tree/main?recursive=true`]);
    const file = await get(`/modeldock/tiny-chat-old-name-GGUF/resolve/main/${FILE}`);
    expect([file.status, file.headers.location]).toEqual([307, `/${TINY}/resolve/main/${FILE}`]);
    // Escapes that need not be there once led back to the former name, for ever.
    const escaped = await get('/api/models/modeldock/tiny%2Dchat-old-name-GGUF/revision/a%2Fb?x=%2F');
    expect(escaped.headers.location).toBe(`/api/models/${TINY}/revision/a%2Fb?x=%2F`);
  });

  it('names files by the digests of their bytes', async () => {
    for (const entry of await tree(TINY)) {
      const place = entry.lfs ? await locate(hub.endpoint, `/${TINY}/resolve/main/${entry.path}`) : undefined;
      const { body } = place === undefined ? await get(`/${TINY}/raw/main/${entry.path}`) : await ask(place);
      expect(body.length).toBe(entry.size);
      if (entry.lfs) expect(hash('sha256', body)).toBe(entry.lfs.oid);
      const git = (await get(`/${TINY}/raw/main/${entry.path}`)).body;
      expect(hash('sha1', Buffer.concat([Buffer.from(`blob ${git.length}\0`), git]))).toBe(entry.oid);
      if (entry.lfs)
        expect([git.length, git.toString()]).toEqual([entry.lfs.pointerSize, expect.stringContaining(entry.lfs.oid)]);
    }
  });

  it('gives the 40 GB file its digest without a moment of hashing', async () => {
    const huge = (await tree('modeldock/huge-chat-GGUF')).find(({ size }) => size === 40_000_000_000);
    expect(huge?.lfs?.oid).toMatch(/^[0-9a-f]{64}$/);
    expect(huge?.xetHash).toMatch(/^[0-9a-f]{64}$/);
    expect(huge?.xetHash).not.toBe(huge?.lfs?.oid);
  });

  it('pages a tree by Link, without losing or repeating an entry', async () => {
    const paths: string[] = [];
    let url: string | undefined = `${hub.endpoint}/api/models/modeldock/many-files/tree/main?recursive=true&limit=400`;
    let pages = 0;
    while (url !== undefined) {
      const { headers, body } = await ask(url);
      paths.push(...(JSON.parse(body.toString()) as TreeEntry[]).map(({ path }) => path));
      url = /^<([^>]+)>; rel="next"$/.exec(String(headers.link))?.[1];
      pages++;
    }
    expect([pages, paths.length, new Set(paths).size]).toEqual([4, 1519, 1519]);
    const { headers } = await get('/api/models/modeldock/many-files/tree/main?recursive=true');
    expect(headers.link).toContain(`<${hub.endpoint}/api/models/modeldock/many-files/tree/main?`);
  });

  it('lists one folder at a time unless asked for all', async () => {
    const names = async (place: string): Promise<string[]> =>
      (await json<TreeEntry[]>(`/api/models/modeldock/split-chat-GGUF/tree/main${place}`)).map(
        ({ type, path }) => `${type} ${path}`,
      );
    expect(await names('')).toContain('directory BF16');
    expect(await names('')).not.toContain('file BF16/split-chat-BF16-00001-of-00002.gguf');
    expect(await names('/BF16')).toEqual([
      'file BF16/split-chat-BF16-00001-of-00002.gguf',
      'file BF16/split-chat-BF16-00002-of-00002.gguf',
    ]);
  });

  it('answers paths-info for JSON and for forms', async () => {
    const url = `${hub.endpoint}/api/models/modeldock/split-chat-GGUF/paths-info/main`;
    const paths = ['config.json', 'BF16', 'nothing'];
    const bodies = [
      ['application/json', JSON.stringify({ paths, expand: true })],
      ['application/x-www-form-urlencoded', `${paths.map((path) => `paths=${path}`).join('&')}&expand=True`],
    ];
    for (const [type, body] of bodies) {
      const answer = await ask(url, { method: 'POST', headers: { 'Content-Type': type! }, body: body! });
      const entries = JSON.parse(answer.body.toString()) as { path: string; lastCommit: { id: string } }[];
      expect(entries.map(({ path }) => path)).toEqual(['config.json', 'BF16']);
      expect(entries[0]!.lastCommit.id).toMatch(/^[0-9a-f]{40}$/);
    }
    const wrong = await ask(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"paths":7}',
    });
    expect(wrong.status).toBe(400);
  });

  it('knows branches, tags and commits', async () => {
    const repo = 'modeldock/moving-chat-GGUF';
    const refs = await json<{ branches: { name: string; targetCommit: string }[]; tags: { name: string }[] }>(
      `/api/models/${repo}/refs`,
    );
    expect(refs.branches.map(({ name }) => name)).toEqual(['main', 'next']);
    expect(refs.tags.map(({ name }) => name)).toEqual(['v1.0']);
    const shas = await Promise.all(
      ['main', 'next', 'v1.0', 'HEAD', refs.branches[1]!.targetCommit].map(
        async (revision) => (await json<{ sha: string }>(`/api/models/${repo}/revision/${revision}`)).sha,
      ),
    );
    expect(new Set(shas).size).toBe(3);
    expect([shas[3], shas[4]]).toEqual([shas[0], shas[1]]);
    const history = await json<{ id: string }[]>(`/api/models/${repo}/commits/next`);
    expect(history.map(({ id }) => id)).toEqual([shas[1], shas[0], shas[2]]);
    expect((await get(`/${repo}/resolve/v1.0/notes.txt`)).status).toBe(307);
    expect((await get(`/${repo}/resolve/next/notes.txt`)).headers['x-error-code']).toBe('EntryNotFound');
  });

  it('finds repos by words, author and tag, and pages them', async () => {
    const ids = async (query: string): Promise<string[]> =>
      (await json<{ id: string }[]>(`/api/models?${query}`)).map(({ id }) => id);
    expect(await ids('search=EMBED')).toEqual(['modeldock/tiny-embed-GGUF']);
    expect(await ids('search=gguf%20tiny')).toEqual([TINY, 'modeldock/tiny-embed-GGUF']);
    expect(await ids('author=nobody')).toEqual([]);
    expect(await ids('author=ModelDock&search=mlx')).toEqual(['modeldock/tiny-chat-MLX-4bit']);
    expect(await ids('search=&author=&filter=&pipeline_tag=')).toEqual(await ids(''));
    expect([(await ids('sort=likes'))[0], (await ids('sort=likes&direction=1')).at(-1)]).toEqual([TINY, TINY]);
    expect(await ids('author=modeldock&filter=mlx')).toEqual(['modeldock/tiny-chat-MLX-4bit']);
    const { headers } = await get('/api/models?limit=2&author=modeldock');
    expect(headers.link).toContain('cursor=2');
  });
});

describe('resolve', () => {
  it('says everything on the 302 itself, to GET and to HEAD', async () => {
    const [entry] = (await tree(TINY)).filter(({ path }) => path === FILE);
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await get(`/${TINY}/resolve/main/${FILE}`, {}, method);
      expect(status).toBe(302);
      expect(headers).toMatchObject({
        'x-linked-size': String(SIZE),
        'x-linked-etag': `"${entry!.lfs!.oid}"`,
        'accept-ranges': 'bytes',
      });
      expect(headers['x-repo-commit']).toMatch(/^[0-9a-f]{40}$/);
      expect(headers.ratelimit).toMatch(/^"resolvers";r=\d+;t=\d+$/);
      expect(Number(headers['content-length'])).toBeLessThan(1000);
      expect(new URL(headers.location!).hostname).not.toBe(new URL(hub.endpoint).hostname);
    }
  });

  it('announces Xet files, and signs them in the other of the two manners', async () => {
    const { headers } = await get('/modeldock/split-chat-GGUF/resolve/main/split-chat-Q4_K_M-00002-of-00003.gguf');
    expect(headers['x-xet-hash']).toMatch(/^[0-9a-f]{64}$/);
    expect(headers.link).toMatch(/rel="xet-auth".*rel="xet-reconstruction-info"/);
    const query = new URL(headers.location!).searchParams;
    expect([query.get('X-Amz-Expires'), query.get('Expires')]).toEqual([expect.stringMatching(/^360[01]$/), null]);
    expect((await ask(headers.location!, { headers: { Range: 'bytes=0-3' } })).body.toString()).toBe('GGUF');
  });

  it('gives the CDN an ETag of its own, neither digest nor object key', async () => {
    const { headers } = await get(`/${TINY}/resolve/main/${FILE}`);
    const { headers: cdn } = await ask(headers.location!, { method: 'HEAD' });
    expect(cdn.etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect(cdn.etag).not.toBe(headers['x-linked-etag']);
    expect(headers.location).not.toContain(cdn.etag!.slice(1, -1));
  });

  it('sends small files by way of the resolve cache, with their git oid for an ETag', async () => {
    const first = await get(`/${TINY}/resolve/main/config.json`);
    expect([first.status, first.headers['x-repo-commit']?.length]).toEqual([307, 40]);
    expect(first.headers.location).toMatch(
      /^\/api\/resolve-cache\/models\/modeldock\/tiny-chat-GGUF\/[0-9a-f]{40}\/config\.json\?/,
    );
    const second = await get(first.headers.location!);
    expect([second.status, second.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(second.headers.etag).toBe(
      `"${hash('sha1', Buffer.concat([Buffer.from(`blob ${second.body.length}\0`), second.body]))}"`,
    );
    const third = await get(first.headers.location!, { 'If-None-Match': second.headers.etag! });
    expect([third.status, third.body.length]).toEqual([304, 0]);
  });

  it('refuses signatures that were changed, taken off, or are for another file', async () => {
    const url = await locate(hub.endpoint, `/${TINY}/resolve/main/${FILE}`);
    const other = await locate(hub.endpoint, `/${TINY}/resolve/main/tiny-chat-F16.gguf`);
    const spoiled = [
      url.replace(/Expires=\d+/, 'Expires=9999999999'),
      url.replace(/Signature=.*/, 'Signature=00'),
      url.replace(/\?.*/, ''),
      url.replace(/\?.*/, '') + other.slice(other.indexOf('?')),
    ];
    for (const each of spoiled) {
      const { status, body } = await ask(each);
      expect([status, body.toString()]).toEqual([403, expect.stringContaining('<Error><Code>')]);
    }
  });

  it('accepts a signed URL whose escapes a client has spelled differently', async () => {
    const url = await locate(hub.endpoint, `/${TINY}/resolve/main/${FILE}`);
    const respelled = url.replaceAll('+', '%20').replaceAll('%3B', ';').replaceAll('%2A', '*');
    expect(respelled).not.toBe(url);
    expect((await ask(respelled, { method: 'HEAD' })).status).toBe(200);
  });

  it('checks the expiry by its own clock, which a control call may set', async () => {
    const url = await locate(hub.endpoint, `/${TINY}/resolve/main/${FILE}`);
    hub.control.setClockOffset(3_599_000);
    expect((await ask(url, { method: 'HEAD' })).status).toBe(200);
    hub.control.setClockOffset(3_601_000);
    expect((await ask(url, { method: 'HEAD' })).status).toBe(403);
  });
});

describe('a signed URL', () => {
  it.each([
    ['of LFS', `/${TINY}/resolve/main/${FILE}`],
    ['of Xet', '/modeldock/split-chat-GGUF/resolve/main/split-chat-Q4_K_M-00002-of-00003.gguf'],
  ])('%s lives as long as was asked, and less than a second longer', async (_what, path) => {
    const clock = createStoryClock();
    const timed = await createHub({ clock, digestCache: false });
    const status = async (url: string): Promise<number> => (await ask(url, { method: 'HEAD' })).status;
    for (const ms of [1, 900, 1000, 2500]) {
      for (const fraction of [0, 1, 99, 101, 500, 999]) {
        clock.reset();
        clock.advance(fraction);
        timed.faults.add({ id: 'life', effect: { type: 'signature-lifetime', ms } });
        const url = await locate(timed.endpoint, path);
        clock.advance(ms - 1);
        expect(await status(url), `${ms - 1} of ${ms} ms, from ${fraction} ms past the second`).toBe(200);
        clock.advance(1000);
        expect(await status(url), `${ms + 999} of ${ms} ms, from ${fraction} ms past the second`).toBe(403);
      }
    }
    await timed.close();
  });
});

describe('names of files', () => {
  it.each([
    ['plus+plus.txt', `filename*=UTF-8''plus%2Bplus.txt; filename="plus+plus.txt";`],
    [`it's (a) *.txt`, `filename*=UTF-8''it%27s%20%28a%29%20%2A.txt; filename="it's (a) *.txt";`],
    ['größe "1".txt', `filename*=UTF-8''gr%C3%B6%C3%9Fe%20%221%22.txt; filename="gr__e _1_.txt";`],
  ])('%s is spelled alike by the hub and by the CDN', async (path, names) => {
    const files = [
      { path: `small/${path}`, text: 'small' },
      { path: `large/${path}`, text: 'large', storage: 'lfs' as const },
    ];
    const named = await createHub({ repos: [{ id: 'me/named', files }], smallFiles: 'direct', digestCache: false });
    await named.ready();
    const at = (folder: string): string => `/me/named/resolve/main/${folder}/${encodeURIComponent(path)}`;
    const small = await ask(named.endpoint + at('small'));
    const large = await ask(await locate(named.endpoint, at('large')));
    expect(small.headers['content-disposition']).toBe(`inline; ${names}`);
    expect(large.headers['content-disposition']).toBe(`attachment; ${names}`);
    await named.close();
  });
});

describe('a connection', () => {
  it('is kept for longer than clients keep one that they may use again', async () => {
    for (const origin of [hub.endpoint, hub.cdn]) {
      const answer = await fetch(origin);
      await answer.arrayBuffer();
      expect(answer.headers.get('keep-alive')).toBe('timeout=65');
    }
  });
});

describe('another server behind the 302', () => {
  it('is sent the path of the file, and gives it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hub-cdn-'));
    await mkdir(join(folder, 'me/my-model-GGUF/Q4'), { recursive: true });
    await writeFile(join(folder, 'me/my-model-GGUF/Q4/a b.gguf'), 'from elsewhere');
    const elsewhere = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url!, 'http://a').pathname);
      createReadStream(join(folder, path)).pipe(response);
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const cdnUrl = `http://localhost:${(elsewhere.address() as AddressInfo).port}`;
    const { repos } = reposFromDisk(folder);
    const fronted = await createHub({ repos, cdnUrl, digestCache: false });
    expect(fronted.cdn).toBe(cdnUrl);
    const { headers } = await ask(`${fronted.endpoint}/me/my-model-GGUF/resolve/main/Q4/a%20b.gguf`);
    const { body } = await ask(headers.location!.replace('localhost', '127.0.0.1'));
    expect(body.toString()).toBe('from elsewhere');
    expect(headers['x-linked-etag']).toBe(`"${hash('sha256', body)}"`);
    elsewhere.close();
    await fronted.close();
    await rm(folder, { recursive: true });
  });
});

describe('a file that went away from the disk', () => {
  it('is named in the answer that cannot be given', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hub-gone-'));
    const from = join(folder, 'gone.txt');
    await writeFile(from, 'here for now');
    const served = await createHub({ repos: [{ id: 'me/gone', files: [{ path: 'gone.txt', from }] }] });
    await rm(folder, { recursive: true });
    const { status, body } = await ask(`${served.endpoint}/me/gone/raw/main/gone.txt`);
    expect([status, body.toString()]).toEqual([
      500,
      expect.stringContaining(`no such file or directory, open '${from}'`),
    ]);
    await served.close();
  });
});

describe('rate limits', () => {
  it('finds a repo in any case: with its own id in the answers, and by a 307 for its files', async () => {
    const odd = TINY.toUpperCase();
    const info = await ask(`${hub.endpoint}/api/models/${odd}`);
    expect([info.status, JSON.parse(info.body.toString())]).toEqual([200, expect.objectContaining({ id: TINY })]);
    expect((await ask(`${hub.endpoint}/api/models/${odd}/tree/main`)).status).toBe(200);
    const { status, headers } = await ask(`${hub.endpoint}/${odd}/resolve/main/${FILE}?download=true`);
    expect([status, headers.location]).toEqual([307, `/${TINY}/resolve/main/${FILE}?download=true`]);
    expect((await ask(`${hub.endpoint}/${TINY}/resolve/main/${FILE}`)).status).toBe(302);
    expect(
      hub.journal
        .entries()
        .slice(-4)
        .map(({ repo }) => repo),
    ).toEqual([TINY, TINY, TINY, TINY]);
    const hidden = await ask(`${hub.endpoint}/MODELDOCK/PRIVATE-chat-GGUF/resolve/main/README.md`);
    expect(hidden.status).toBe(401);
  });

  it('counts requests for each caller, and refuses the one too many until the window ends', async () => {
    const limited = await createHub({ digestCache: false, rateLimits: { api: 2, resolvers: 1, windowMs: 60_000 } });
    const status = async (path: string, headers = {}): Promise<[number, unknown, unknown]> => {
      const answer = await ask(limited.endpoint + path, { headers });
      return [answer.status, answer.headers.ratelimit, answer.headers['retry-after']];
    };
    const info = `/api/models/${TINY}`;
    expect(await status(info)).toEqual([200, '"api";r=1;t=60', undefined]);
    expect(await status(info)).toEqual([200, expect.stringContaining('"api";r=0;t='), undefined]);
    expect(await status(info)).toEqual([429, expect.stringContaining('"api";r=0;t='), expect.any(String)]);
    expect((await status(`/${TINY}/resolve/main/${FILE}`))[0]).toBe(302);
    expect((await status(`/${TINY}/resolve/main/${FILE}`))[0]).toBe(429);
    expect((await status(info, READER))[0]).toBe(200);
    limited.control.setClockOffset(61_000);
    expect((await status(info))[0]).toBe(200);
    await limited.close();
  });

  it('says that nearly all requests are left when limits are off', async () => {
    const unlimited = await createHub({ digestCache: false, rateLimits: false });
    for (let count = 0; count < 501; count++) await ask(`${unlimited.endpoint}/api/whoami-v2`, { method: 'HEAD' });
    const { headers } = await ask(`${unlimited.endpoint}/api/models/${TINY}`);
    expect([headers.ratelimit, headers['ratelimit-policy']]).toEqual([
      expect.stringMatching(/^"api";r=499;t=\d+$/),
      '"fixed window";"api";q=500;w=300',
    ]);
    await unlimited.close();
  });
});
