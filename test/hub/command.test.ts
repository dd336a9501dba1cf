import { spawn, type ChildProcess } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reposFromDisk } from '../../src/hub/index.js';
import { ask, type Exchange } from './wire-client.js';
import { soon } from './soon.js';

// Inside node_modules, so that the bundle finds the packages it names.
const BUNDLE_FOLDER = fileURLToPath(new URL('../../node_modules/.cache/hub-command-test/', import.meta.url));
const PROGRAM = join(BUNDLE_FOLDER, 'hub-program.mjs');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-command-'));
  await build({
    entryPoints: [fileURLToPath(new URL('./hub-program.ts', import.meta.url))],
    outfile: PROGRAM,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  // A thread starts from a file of its own, which a bundle does not take in.
  const worker = fileURLToPath(new URL('../../src/hub/content/digest-worker.js', import.meta.url));
  await copyFile(worker, join(BUNDLE_FOLDER, 'digest-worker.js'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(BUNDLE_FOLDER, { recursive: true });
});

interface Running {
  process: ChildProcess;
  /** Standard output until it said something that matches. */
  said(pattern: RegExp): Promise<string>;
  ended: Promise<{ code: number | null; out: string; err: string }>;
}

function start(...flags: string[]): Running {
  const child = spawn(process.execPath, [PROGRAM, 'hub', ...flags], {
    env: { ...process.env, XDG_CACHE_HOME: folder },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return {
    process: child,
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(out)) resolve(out);
        };
        child.stdout.on('data', look);
        void ended.then(() => reject(new Error(`it ended first, with: ${out}${err}`)));
        look();
      }),
  };
}

interface Facts {
  endpoint: string;
  cdn: string;
  repos: string[];
  pid: number;
  proxy?: string;
  certificate?: string;
}

describe('modeldock hub', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'with --json prints exactly one line, serves, and ends with 0 on %s',
    async (signal) => {
      const hub = start('--port', '0', '--json');
      const line = await hub.said(/\n/);
      const facts = JSON.parse(line) as Facts;
      expect(Object.keys(facts)).toEqual(['endpoint', 'cdn', 'repos', 'pid']);
      expect(facts.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(facts.cdn).toMatch(/^http:\/\/(127\.0\.0\.2|localhost):\d+$/);
      expect(facts.pid).toBe(hub.process.pid);
      expect(facts.repos).toContain('modeldock/tiny-chat-GGUF');
      expect((await ask(`${facts.endpoint}/api/models/${facts.repos[0]!}/tree/main`)).status).toBe(200);
      hub.process.kill(signal);
      expect(await hub.ended).toEqual({ code: 0, out: line, err: '' });
    },
  );

  it('prints the line to paste, the repos, and where to look next', async () => {
    const hub = start('--port', '0', '--proxy');
    const out = await hub.said(/__hub/);
    expect(out).toMatch(/^HF_ENDPOINT=http:\/\/127\.0\.0\.1:\d+\nHTTP_PROXY=http:\/\/127\.0\.0\.1:\d+\n/);
    expect(out).toMatch(/ {2}modeldock\/huge-chat-GGUF +5 files, 63\.6 GB\n/);
    expect(out).toContain('hf_member');
    hub.process.kill();
    expect((await hub.ended).code).toBe(0);
  });

  it('ends also while a client hangs on a stalled download', async () => {
    await writeFile(join(folder, 'faults.json'), JSON.stringify([{ effect: { type: 'stall', afterBytes: 10 } }]));
    const hub = start('--port', '0', '--json', '--faults', join(folder, 'faults.json'));
    const { endpoint } = JSON.parse(await hub.said(/\n/)) as Facts;
    const { headers } = await ask(`${endpoint}/modeldock/tiny-chat-GGUF/resolve/main/tiny-chat-F16.gguf`);
    const hanging = ask(headers.location!);
    await soon(async () => (await ask(`${endpoint}/__hub/faults`)).body.toString()).toContain('"fired":1');
    hub.process.kill();
    expect((await hub.ended).code).toBe(0);
    expect(await hanging).toMatchObject({ failure: expect.stringMatching(/^ECONNRESET$/) as string });
  });

  it('ends with 0, and without complaint, while it still computes digests', async () => {
    const hub = start('--port', '0', '--json', '--seed', 'another');
    await hub.said(/\n/);
    hub.process.kill();
    expect(await hub.ended).toMatchObject({ code: 0, err: '' });
  });

  it('serves a folder, and a file that describes repos', async () => {
    await mkdir(join(folder, 'models/me/mine-GGUF/BF16'), { recursive: true });
    await writeFile(join(folder, 'models/me/mine-GGUF/BF16/mine.gguf'), 'GGUF, more or less');
    await writeFile(join(folder, 'beside.txt'), 'beside the description');
    const described = {
      repos: [
        {
          id: 'me/described',
          private: true,
          files: [
            { path: 'a.gguf', size: 2_000_000 },
            { path: 'b.txt', from: 'beside.txt' },
          ],
        },
      ],
      tokens: [{ token: 'hf_mine', user: 'me', access: ['me/described'] }],
    };
    await writeFile(join(folder, 'repos.json'), JSON.stringify(described));
    const hub = start(
      '--port',
      '0',
      '--json',
      '--repos',
      join(folder, 'models'),
      '--repos',
      join(folder, 'repos.json'),
    );
    const { endpoint, repos } = JSON.parse(await hub.said(/\n/)) as Facts;
    expect(repos).toEqual(['me/mine-GGUF', 'me/described']);
    const found = await ask(`${endpoint}/me/mine-GGUF/resolve/main/BF16/mine.gguf`);
    expect((await ask(found.headers.location!, { headers: { Range: 'bytes=-4' } })).body.toString()).toBe('less');
    const headers = { Authorization: 'Bearer hf_mine' };
    expect((await ask(`${endpoint}/me/described/raw/main/b.txt`, { headers })).body.toString()).toBe(
      'beside the description',
    );
    expect((await ask(`${endpoint}/me/described/raw/main/b.txt`)).status).toBe(401);
    hub.process.kill();
    await hub.ended;
  });

  it('redirects to another server with --cdn', async () => {
    const hub = start('--port', '0', '--json', '--cdn', 'http://127.0.0.3:9000/files/');
    const { endpoint, cdn } = JSON.parse(await hub.said(/\n/)) as Facts;
    const { headers } = await ask(
      `${endpoint}/modeldock/split-chat-GGUF/resolve/main/BF16/split-chat-BF16-00001-of-00002.gguf`,
    );
    expect(cdn).toBe('http://127.0.0.3:9000/files/');
    expect(headers.location).toMatch(
      /^http:\/\/127\.0\.0\.3:9000\/files\/modeldock\/split-chat-GGUF\/BF16\/split-chat-BF16-00001-of-00002\.gguf\?/,
    );
    hub.process.kill();
    await hub.ended;
  });

  it('saves its certificate for clients with --tls', async () => {
    const hub = start('--port', '0', '--json', '--tls');
    const { endpoint, certificate } = JSON.parse(await hub.said(/\n/)) as Facts;
    expect(endpoint).toMatch(/^https:/);
    const ca = await readFile(certificate!, 'utf8');
    expect((await ask(`${endpoint}/api/models`, { ca })).status).toBe(200);
    hub.process.kill();
    expect((await hub.ended).code).toBe(0);
    await expect(readFile(certificate!)).rejects.toThrow('ENOENT');
  });

  it.each<[string[], RegExp]>([
    [['--port', 'abc'], /^modeldock: Cannot use --port: expected a whole number from 0 to 65535, found abc\./],
    [['--port', '70000'], /0 to 65535/],
    [['--proxy-credentials', 'name-only'], /Cannot use --proxy-credentials: expected user:password/],
    [['--cdn', 'ftp://x'], /Cannot use --cdn: expected an http:\/\/ or https:\/\/ URL, found ftp:\/\/x\./],
    [
      ['--repos', '/no/such/place'],
      /^modeldock: Cannot read repos from \/no\/such\/place: there is no such file or folder\./,
    ],
    [
      ['--faults', '/no/such/file'],
      /^modeldock: Cannot read faults from \/no\/such\/file: there is no such file or folder/,
    ],
    [['--host', '192.0.2.1', '--port', '0'], /Cannot listen on 192\.0\.2\.1 port 0: this machine has no such address/],
    [['--colour'], /unknown option '--colour'/],
  ])('refuses %j and says what is allowed', async (flags, message) => {
    const { code, out, err } = await start(...flags).ended;
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(message);
  });

  it('names a described repo that is wrong, with the path of the mistake', async () => {
    await writeFile(join(folder, 'wrong.json'), '[{"id":"me/x","files":[{"path":"../up","size":1}]}]');
    const { code, err } = await start('--port', '0', '--repos', join(folder, 'wrong.json')).ended;
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('wrong.json:1:32: repos[0].files[0].path: expected a relative path'),
    ]);
  });

  it('reports that a port is in use, and suggests --port 0', async () => {
    const taken: Server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, err } = await start('--port', String(port)).ended;
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(
        `Cannot listen on 127.0.0.1 port ${port}: the port is already in use. .*, or 0 for any free port: --port 0\\.`,
      ),
    ]);
    const { err: beside } = await start('--port', '0', '--proxy', String(port)).ended;
    expect(beside).toContain(
      `port ${port}: the port is already in use. Choose another port, or 0 for any free port: --proxy 0.`,
    );
    taken.close();
  });

  it('returns the log of its proxy over HTTP, and requires credentials for the proxy', async () => {
    const hub = start('--port', '0', '--json', '--proxy-credentials', 'me:secret');
    const { endpoint, proxy } = JSON.parse(await hub.said(/\n/)) as Facts;
    const through = (credentials: string): Promise<Exchange> =>
      ask(proxy!, {
        path: `${endpoint}/api/models?search=tiny`,
        headers: { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` },
      });
    expect([(await through('me:wrong')).status, (await through('me:secret')).status]).toEqual([407, 200]);
    const log = async (method: string, headers = {}): Promise<[number, unknown]> => {
      const { status, body } = await ask(`${proxy!}/__proxy`, { method, headers });
      return [status, JSON.parse(body.toString())];
    };
    const entry = { method: 'GET', target: `${endpoint}/api/models` };
    expect(await log('GET')).toMatchObject([
      200,
      [
        { ...entry, status: 407 },
        { ...entry, status: 200 },
      ],
    ]);
    expect(await log('GET', { Host: 'rebound.example.org' })).toEqual([403, []]);
    expect((await log('OPTIONS'))[0]).toBe(405);
    expect(await log('DELETE')).toEqual([200, []]);
    expect(await log('GET')).toEqual([200, []]);
    hub.process.kill();
    await hub.ended;
  });

  it('does not follow links that lead round in a circle, or nowhere, in a folder of repos', async () => {
    const repo = join(folder, 'linked/me/linked-GGUF');
    await mkdir(repo, { recursive: true });
    await writeFile(join(repo, 'linked.gguf'), 'GGUF');
    await symlink('linked.gguf', join(repo, 'again.gguf'));
    await symlink('..', join(repo, 'above'));
    await symlink('itself', join(repo, 'itself'));
    await symlink('nowhere', join(folder, 'linked/me/nowhere'));
    const { repos } = reposFromDisk(join(folder, 'linked'));
    const paths = repos.map(({ id, commits }) => [id, commits[0]!.files.map(({ path }) => path)]);
    expect(paths).toEqual([['me/linked-GGUF', ['again.gguf', 'linked.gguf']]]);
  });
});
