/*
 * Public clients, unmodified, must get the right bytes: they are the proof that this hub is like the real one. Those that
 * are not installed are skipped by name.
 */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import {
  downloadFile,
  downloadFileToCacheDir,
  fileExists,
  listCommits,
  listFiles,
  listModels,
  modelInfo,
  snapshotDownload,
  whoAmI,
} from '@huggingface/hub';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHub, type Hub } from '../../src/hub/index.js';

const run = promisify(execFile);
const installed = (command: string, ...arguments_: string[]): boolean =>
  spawnSync(command, arguments_, { stdio: 'ignore' }).status === 0;
const python = process.env.PYTHON ?? 'python3';
const hasPythonClient = installed(python, '-c', 'import huggingface_hub');

const REPO = 'modeldock/tiny-chat-GGUF';
const FILE = 'tiny-chat-F16.gguf';
const SIZE = 9 * 1024 * 1024;
const MEMBER = 'hf_member';

let hub: Hub;
let folder: string;
beforeAll(async () => {
  hub = await createHub({ digestCache: false });
  folder = await mkdtemp(join(tmpdir(), 'hub-judges-'));
  // The client reports its progress on the console.
  vi.spyOn(console, 'debug').mockImplementation(() => undefined);
});
afterEach(() => hub.control.reset());
afterAll(async () => {
  await hub.close();
  await rm(folder, { recursive: true });
});

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** What the tree says a file's sha256 is, asked for by somebody else than the judge. */
async function announced(repo: string, path: string, token?: string): Promise<string> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const answer = await fetch(`${hub.endpoint}/api/models/${repo}/tree/main?recursive=true`, { headers });
  const entries = (await answer.json()) as { path: string; lfs?: { oid: string } }[];
  return entries.find((entry) => entry.path === path)!.lfs!.oid;
}

// Array.fromAsync is not there before Node 22.
async function listed<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const resolved = (repo: string, path: string): string => `${hub.endpoint}/${repo}/resolve/main/${path}`;

describe('@huggingface/hub', () => {
  const at = (): { hubUrl: string } => ({ hubUrl: hub.endpoint });

  it('reads info, listings and history', async () => {
    const info = await modelInfo({ name: REPO, ...at(), additionalFields: ['sha', 'filePaths', 'tags'] });
    expect(info).toMatchObject({
      name: REPO,
      gated: false,
      private: false,
      likes: 34,
      tags: ['gguf', 'text-generation'],
    });
    expect(info.filePaths).toContain(FILE);
    const files = await listed(listFiles({ repo: 'modeldock/many-files', recursive: true, ...at() }));
    expect(files.filter(({ type }) => type === 'file').length).toBe(1503);
    const models = await listed(listModels({ search: { owner: 'modeldock', query: 'embed' }, ...at() }));
    expect(models.map(({ name }) => name)).toEqual(['modeldock/tiny-embed-GGUF']);
    const commits = await listed(listCommits({ repo: 'modeldock/moving-chat-GGUF', revision: 'next', ...at() }));
    expect(commits.map(({ title }) => title)).toEqual(['Requantize', 'Fix the tokenizer', 'Upload the model']);
    expect(await fileExists({ repo: REPO, path: 'nothing', ...at() })).toBe(false);
    expect(await whoAmI({ accessToken: MEMBER, ...at() })).toMatchObject({ type: 'user', name: 'member' });
  });

  it.each([
    [REPO, FILE],
    ['modeldock/split-chat-GGUF', 'BF16/split-chat-BF16-00002-of-00002.gguf'],
  ])('downloads %s/%s', async (repo, path) => {
    const blob = await downloadFile({ repo, path, ...at() });
    const bytes = Buffer.from(await blob!.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(await announced(repo, path));
  });

  it('downloads into its cache, a private file with a token that stays at the hub', async () => {
    const [repo, path] = ['modeldock/private-chat-GGUF', 'private-chat-Q4_K_M.gguf'];
    const file = await downloadFileToCacheDir({ repo, path, cacheDir: folder, accessToken: MEMBER, ...at() });
    expect(await sha256Of(file)).toBe(await announced(repo, path, MEMBER));
    expect(hub.journal.summary().authorizationAtCdn).toBe(0);
    await expect(downloadFile({ repo, path, ...at() })).rejects.toMatchObject({ statusCode: 401 });
  });

  it.each(['modeldock/tiny-chat-MLX-4bit', 'modeldock/split-chat-GGUF'])('takes a snapshot of %s', async (repo) => {
    const snapshot = await snapshotDownload({ repo, cacheDir: folder, ...at() });
    const { filePaths } = await modelInfo({ name: repo, ...at(), additionalFields: ['filePaths'] });
    for (const path of filePaths) {
      const size = (await stat(join(snapshot, path))).size;
      expect(size).toBe(
        hub.control
          .repos()
          .find(({ id }) => id === repo)!
          .commits[0]!.files.find((file) => file.path === path)!.size,
      );
      if (/\.(gguf|safetensors)$/.test(path))
        expect(await sha256Of(join(snapshot, path))).toBe(await announced(repo, path));
    }
  });

  it('goes through a rename', async () => {
    const info = await modelInfo({ name: 'modeldock/tiny-chat-old-name-GGUF', ...at() });
    expect(info.name).toBe(REPO);
  });
});

describe.skipIf(!installed('curl', '--version'))('curl', () => {
  const curl = (...arguments_: string[]): Promise<unknown> => run('curl', ['-sSfL', '--retry', '0', ...arguments_]);

  it('resumes with -C - after a cut, and has the right bytes in the end', async () => {
    hub.faults.add({ effect: { type: 'reset', atByte: 4_000_000 }, times: 1 });
    const out = join(folder, 'curl.gguf');
    await expect(curl('-C', '-', '-o', out, resolved(REPO, FILE))).rejects.toThrow();
    const { size } = await stat(out);
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThanOrEqual(4_000_000);
    await curl('-C', '-', '-o', out, resolved(REPO, FILE));
    expect(await sha256Of(out)).toBe(await announced(REPO, FILE));
    const { files } = hub.journal.summary();
    expect(files[0]!.served).toEqual([[0, SIZE]]);
  });

  it('resumes a truncated download', async () => {
    hub.faults.add({ effect: { type: 'truncated', atByte: 5_000_001 }, times: 1 });
    const out = join(folder, 'curl-truncated.gguf');
    await expect(curl('-C', '-', '-o', out, resolved(REPO, FILE))).rejects.toThrow(
      /bytes remaining to read|transfer closed/,
    );
    expect((await stat(out)).size).toBe(5_000_001);
    await curl('-C', '-', '-o', out, resolved(REPO, FILE));
    expect(await sha256Of(out)).toBe(await announced(REPO, FILE));
    expect(hub.journal.summary().files[0]).toMatchObject({ bytesTwice: 0, served: [[0, SIZE]] });
  });

  it('does not take its token to the CDN', async () => {
    await curl(
      '-o',
      join(folder, 'private.gguf'),
      '-H',
      `Authorization: Bearer ${MEMBER}`,
      resolved('modeldock/private-chat-GGUF', 'private-chat-Q4_K_M.gguf'),
    );
    expect(hub.journal.entries().map(({ origin }) => origin)).toEqual(['hub', 'cdn']);
    expect(hub.journal.summary().authorizationAtCdn).toBe(0);
  });
});

describe.skipIf(!installed('wget', '--version'))('wget', () => {
  it('resumes with -c what was cut off', async () => {
    const out = join(folder, 'wget.gguf');
    await run('wget', ['-q', '-O', out, resolved(REPO, FILE)]);
    await truncate(out, 1_234_567);
    await run('wget', ['-q', '-c', '-O', out, resolved(REPO, FILE)]);
    expect(await sha256Of(out)).toBe(await announced(REPO, FILE));
  });
});

describe.skipIf(!installed('aria2c', '--version'))('aria2c', () => {
  it('downloads over eight connections, and verifies', async () => {
    // Otherwise the first connection has all of it before there is a second.
    hub.faults.add({ effect: { type: 'slow-body', bytesPerSecond: 4_000_000 } });
    const checksum = `--checksum=sha-256=${await announced(REPO, FILE)}`;
    await run('aria2c', ['-q', '-x8', '-s8', '-k1M', checksum, '-d', folder, '-o', 'aria2.gguf', resolved(REPO, FILE)]);
    expect(await sha256Of(join(folder, 'aria2.gguf'))).toBe(await announced(REPO, FILE));
    expect(hub.journal.summary().files[0]!.requests).toBeGreaterThan(1);
  });
});

describe.skipIf(!hasPythonClient)('huggingface_hub for Python', () => {
  const script = (body: string): Promise<{ stdout: string }> => {
    const environment = {
      ...process.env,
      HF_ENDPOINT: hub.endpoint,
      HF_HOME: join(folder, 'python'),
      HF_HUB_DISABLE_XET: '1',
      HF_HUB_DISABLE_TELEMETRY: '1',
      HF_HUB_DISABLE_PROGRESS_BARS: '1',
    };
    return run(python, ['-c', `from huggingface_hub import *\n${body}`], { env: environment });
  };

  it('downloads a file, a private one with a token, and a snapshot', async () => {
    const { stdout: file } = await script(`print(hf_hub_download("${REPO}", "${FILE}"))`);
    expect(await sha256Of(file.trim())).toBe(await announced(REPO, FILE));
    const [repo, path] = ['modeldock/private-chat-GGUF', 'private-chat-Q4_K_M.gguf'];
    const { stdout: secret } = await script(`print(hf_hub_download("${repo}", "${path}", token="${MEMBER}"))`);
    expect(await sha256Of(secret.trim())).toBe(await announced(repo, path, MEMBER));
    expect(hub.journal.summary().authorizationAtCdn).toBe(0);
    const { stdout: snapshot } = await script('print(snapshot_download("modeldock/split-chat-GGUF"))');
    expect((await readdir(snapshot.trim())).filter((name) => name.endsWith('.gguf')).length).toBe(3);
    expect(await sha256Of(join(snapshot.trim(), 'split-chat-Q4_K_M-00001-of-00003.gguf'))).toBe(
      await announced('modeldock/split-chat-GGUF', 'split-chat-Q4_K_M-00001-of-00003.gguf'),
    );
  });

  it('understands the errors, by their codes', async () => {
    const attempt = (call: string): Promise<string> =>
      script(`try:\n  ${call}\nexcept Exception as e:\n  print(type(e).__name__)`).then(({ stdout }) => stdout.trim());
    expect(await attempt('HfApi().model_info("modeldock/nothing", token="hf_reader")')).toBe('RepositoryNotFoundError');
    expect(await attempt(`HfApi().model_info("${REPO}", revision="nowhere")`)).toBe('RevisionNotFoundError');
    expect(await attempt(`hf_hub_download("${REPO}", "nothing.gguf")`)).toMatch(/EntryNotFoundError$/);
    expect(await attempt('hf_hub_download("modeldock/gated-manual-chat-GGUF", "gated-manual-chat-Q4_K_M.gguf")')).toBe(
      'GatedRepoError',
    );
    expect(await attempt('HfApi().model_info("modeldock/disabled-chat-GGUF")')).toBe('DisabledRepoError');
    expect(await attempt('HfApi().auth_check("modeldock/gated-auto-chat-GGUF")')).toBe('GatedRepoError');
    expect(await attempt(`print(HfApi().auth_check("${REPO}"))`)).toBe('None');
  });

  it('lists repos, files and refs', async () => {
    const { stdout } = await script(
      [
        'api = HfApi()',
        'print([m.id for m in api.list_models(author="modeldock", search="embed")])',
        'print(len(list(api.list_repo_tree("modeldock/many-files", recursive=True))))',
        'print(len(list(api.list_repo_tree("modeldock/many-files", recursive=True, expand=True))))',
        'print([b.name for b in api.list_repo_refs("modeldock/moving-chat-GGUF").branches])',
        `print([p.path for p in api.get_paths_info("${REPO}", ["config.json", "nothing"])])`,
        `print(get_hf_file_metadata(hf_hub_url("${REPO}", "${FILE}")).size)`,
      ].join('\n'),
    );
    expect(stdout.trim().split('\n')).toEqual([
      `['modeldock/tiny-embed-GGUF']`,
      '1519',
      '1519',
      `['main', 'next']`,
      `['config.json']`,
      String(SIZE),
    ]);
  });
});
