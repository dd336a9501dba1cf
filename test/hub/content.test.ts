import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gguf, ggufAllShards, GGMLQuantizationType } from '@huggingface/gguf';
import { parseSafetensorsMetadata } from '@huggingface/hub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentId, contentKey, contentOf, wholeOf, type ContentSource } from '../../src/hub/content/content.js';
import { createDigests } from '../../src/hub/content/digests.js';
import { knownDigests } from '../../src/hub/content/known-digests.js';
import { builtinRepos, createHub, type Hub } from '../../src/hub/index.js';
import { commitAt, createRepoStore } from '../../src/hub/repos/repo-store.js';
import { soon } from './soon.js';
import { ask } from './wire-client.js';

/** The largest file that can be described: hashing it takes a hundred days. */
const MOST = Number.MAX_SAFE_INTEGER;

let hub: Hub;
let cache: string;
beforeAll(async () => {
  hub = await createHub({ digestCache: false });
  cache = await mkdtemp(join(tmpdir(), 'hub-digests-'));
});
afterAll(async () => {
  await hub.close();
  await rm(cache, { recursive: true });
});

const builtinFiles = createRepoStore('modeldock', builtinRepos)
  .list()
  .flatMap(({ description, commits }) =>
    commits.flatMap(({ files }) => [...files.values()].map((file) => ({ id: description.id, file }))),
  )
  .filter(({ file }) => file.storage !== 'git');

const seeded = (size: number, seed = 'a', head = new Uint8Array(0)): ContentSource => ({
  type: 'seeded',
  size,
  key: contentKey(seed, 'me/model/file', ''),
  head,
});

describe('content', () => {
  it('is the AES-128-CTR key stream, so that any other implementation can make it too', async () => {
    const bytes = await wholeOf(contentOf({ ...seeded(48), key: Buffer.alloc(16) } as ContentSource));
    // AES-128 of the counter blocks 0, 1 and 2 under a key of zeros.
    expect(bytes.subarray(0, 32).toString('hex')).toBe(
      '66e94bd4ef8a2c3b884cfa59ca342b2e58e2fccefa7e3061367f1d57a4e7455a',
    );
  });

  it('is the same for the same seed, and unrelated for another', async () => {
    const [one, same, other] = await Promise.all(
      [seeded(100), seeded(100), seeded(100, 'b')].map((source) => wholeOf(contentOf(source))),
    );
    expect(one!.equals(same!)).toBe(true);
    expect(one!.equals(other!)).toBe(false);
  });
});

describe('headers', () => {
  const models = createRepoStore('modeldock', builtinRepos)
    .list()
    .filter(({ description }) => !description.private && !description.gated && !description.disabled)
    .flatMap((repo) =>
      [...commitAt(repo, 'main')!.files.values()].map((file) => [repo.description.id, file.path, file.size] as const),
    )
    .filter(([, path]) => path.endsWith('.gguf'));

  it.each(models)('%s/%s is read by @huggingface/gguf, and ends where its tensors do', async (id, path, size) => {
    const { metadata, tensorInfos, tensorDataOffset } = await gguf(`${hub.endpoint}/${id}/resolve/main/${path}`);
    expect(metadata.version).toBe(3);
    if (!/-0000[23]-of-/.test(path)) expect(metadata['general.architecture']).toMatch(/^(llama|clip|nomic-bert)$/);
    const last = tensorInfos.at(-1)!;
    const bytesPerItem = last.dtype === GGMLQuantizationType.F32 ? 4 : 1;
    expect(Number(tensorDataOffset) + Number(last.offset) + Number(last.shape[0]) * bytesPerItem).toBe(size);
  });

  it('number the blocks of a split model on from shard to shard', async () => {
    const url = `${hub.endpoint}/modeldock/split-chat-GGUF/resolve/main/split-chat-Q4_K_M-00001-of-00003.gguf`;
    const { shards } = await ggufAllShards(url);
    expect(shards.length).toBe(3);
    const names = shards.flatMap(({ tensorInfos }) => tensorInfos.map(({ name }) => name));
    expect(names).toContain('blk.5.ffn_down.weight');
    expect(new Set(names).size).toBe(names.length);
    expect(shards[0]!.metadata).toMatchObject({
      'split.count': 3,
      'split.tensors.count': names.length,
      'llama.block_count': 6,
    });
  });

  it('of safetensors are read by @huggingface/hub, through their index', async () => {
    const repo = 'modeldock/tiny-chat-MLX-4bit';
    const { sharded, headers } = (await parseSafetensorsMetadata({
      repo,
      hubUrl: hub.endpoint,
      computeParametersCount: true,
    })) as { sharded: boolean; headers: Record<string, Record<string, unknown>> };
    expect([sharded, Object.keys(headers).length]).toEqual([true, 2]);
    for (const header of Object.values(headers)) {
      const offsets = Object.entries(header).flatMap(([name, entry]) =>
        name === '__metadata__' ? [] : [(entry as { data_offsets: [number, number] }).data_offsets],
      );
      offsets.reduce((end, [from, to]) => {
        expect(from).toBe(end);
        return to;
      }, 0);
    }
  });

  it('are refused for files that are too small, with the size they need', async () => {
    const repo = { id: 'me/small', commits: [{ title: 'one', files: [{ path: 'x-Q4_0.gguf', size: 1000 }] }] };
    await expect(createHub({ repos: [repo] })).rejects.toThrow(
      /x-Q4_0\.gguf: expected at least \d+ bytes .* a GGUF file, found 1000\. Give it a larger size, or head: "none"/,
    );
  });

  it('know no place for a shard of a set that is numbered from 0, or beyond its end', async () => {
    const files = ['x-Q4_0-00000-of-00002.gguf', 'x-Q4_0-00003-of-00002.gguf', 'model-00000-of-00002.safetensors'];
    const described = files.map((path) => ({ path, size: 2_000_000 }));
    const own = await createHub({ repos: [{ id: 'me/zero', files: described }], digestCache: false });
    expect(own.control.repos()[0]!.commits[0]!.files.map(({ path }) => path)).toEqual([...files].sort());
    await own.close();
  });
});

describe('digests', () => {
  it('are in the sources for every large file of the built-in repos', () => {
    const ids = builtinFiles.map(({ file }) => contentId(file.source));
    expect(Object.keys(knownDigests).sort()).toEqual([...new Set(ids)].sort());
  });

  it.each(
    builtinFiles
      .filter(({ file }) => file.size < 16 * 1024 * 1024)
      .map(({ id, file }) => [id, file.path, file] as const),
  )('%s/%s has the sha256 that is in the sources', async (_id, _path, file) => {
    const sha256 = createHash('sha256')
      .update(await wholeOf(file.content))
      .digest('hex');
    expect(sha256).toBe(knownDigests[contentId(file.source)]);
  });

  it('are computed in a worker as over the bytes that are served, header or not', async () => {
    const digests = createDigests(undefined);
    for (const source of [
      seeded(0),
      seeded(15),
      seeded(300_001),
      seeded(70_000, 'a', Buffer.alloc(65_600, 'h')),
      seeded(70_000, 'a', Buffer.from('GGUF')),
    ]) {
      const bytes = await wholeOf(contentOf(source));
      expect(await digests.sha256(source)).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
    await digests.close();
  });

  it('are found on disk the next time, and are not believed when they are damaged', async () => {
    const source = seeded(5_000_000, 'on disk');
    const first = createDigests(cache);
    const digest = await first.sha256(source);
    await first.close();
    const [name] = await readdir(cache);
    expect(await readFile(join(cache, name!), 'utf8')).toBe(`${digest}\n`);
    await writeFile(join(cache, name!), 'f'.repeat(64) + '\n');
    const second = createDigests(cache);
    expect(await second.sha256(source)).toBe('f'.repeat(64));
    await second.close();
    await writeFile(join(cache, name!), 'torn');
    const third = createDigests(cache);
    expect(await third.sha256(source)).toBe(digest);
    await third.close();
  });

  it('that take long are answered with 503 until they are known, and other repos are not held up', async () => {
    const size = 300 * 1024 * 1024;
    const described = (id: string, bytes: number): Parameters<Hub['control']['addRepo']>[0] => ({
      id,
      commits: [{ title: 'one', files: [{ path: 'model-Q4_K_M.gguf', size: bytes }] }],
    });
    const own = await createHub({
      repos: [described('me/large', size), described('me/small', 3_000_000)],
      digestCache: false,
    });
    const early = await ask(`${own.endpoint}/api/models/me/large/tree/main`);
    expect([early.status, Number(early.headers['retry-after'])]).toEqual([503, expect.any(Number)]);
    expect((await ask(`${own.endpoint}/api/models/me/large`)).status).toBe(200);
    expect((await ask(`${own.endpoint}/api/models/me/small/tree/main`)).status).toBe(200);
    await own.ready();
    expect((await ask(`${own.endpoint}/api/models/me/large/tree/main`)).status).toBe(200);
    await own.close();
  });

  it.runIf(process.platform === 'linux')('are not held up by a cache that a file system does not take', async () => {
    const digests = createDigests('/proc/nope/hub-digests');
    expect(await digests.sha256(seeded(16))).toMatch(/^[0-9a-f]{64}$/);
    await digests.close();
  });

  it('are kept in a folder that is made with those above it, at the same time for several files', async () => {
    const folder = join(cache, 'not', 'there', 'yet');
    const digests = createDigests(folder);
    await Promise.all(['x', 'y', 'z'].map((seed) => digests.sha256(seeded(16, seed))));
    expect((await readdir(folder)).length).toBe(3);
    await digests.close();
  });

  it('that are no longer needed end at once, and do not delay later ones', async () => {
    const digests = createDigests(undefined);
    const [endless, queued, kept] = [seeded(MOST), seeded(MOST - 16, 'queued'), seeded(400_000_000, 'kept')];
    const doomed = [endless, queued].map((source) => digests.sha256(source).catch((error: unknown) => String(error)));
    const wanted = digests.sha256(kept);
    expect(await digests.prepare([endless])).toBeGreaterThan(60_000);
    digests.retain([kept]);
    expect(await Promise.all(doomed)).toEqual(
      doomed.map(() => 'Error: Cannot compute a sha256: the file is no longer served'),
    );
    expect(await digests.prepare([kept])).toBeLessThan(60_000);
    expect(await wanted).toMatch(/^[0-9a-f]{64}$/);
    // Whoever comes back is not told what happened to the one before.
    expect(await digests.prepare([endless])).toBeGreaterThan(60_000);
    await digests.close();
  });

  /** What all threads of this process work in so many ms. */
  const workMsIn = async (ms: number): Promise<number> => {
    const { user } = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, ms));
    return (process.cpuUsage().user - user) / 1000;
  };

  const busy = async (own: Hub): Promise<number> => {
    const files = [{ path: 'x', size: MOST }];
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ id: 'z/big', files });
    await ask(`${own.endpoint}/__hub/repos`, { method: 'POST', headers, body });
    return (await ask(`${own.endpoint}/api/models/z/big/tree/main`)).status;
  };

  it.each<[string, (own: Hub) => unknown]>([
    ['a reset', (own) => ask(`${own.endpoint}/__hub/reset`, { method: 'POST' })],
    ['its replacement', (own) => own.control.addRepo({ id: 'z/big', files: [{ path: 'x', text: 'small' }] })],
  ])('of a file without end do not go on after %s', async (_, end) => {
    const own = await createHub({ repos: [{ id: 'me/a', files: [{ path: 'a', text: 'a' }] }], digestCache: false });
    expect(await busy(own)).toBe(503);
    await end(own);
    own.control.addRepo({ id: 'me/large', files: [{ path: 'b', size: 300 * 1024 * 1024 }] });
    await soon(async () => (await ask(`${own.endpoint}/api/models/me/large/tree/main`)).status).toBe(200);
    expect(await workMsIn(300)).toBeLessThan(200);
    await own.close();
  });

  it('do not fail the start of a hub whose repo is replaced meanwhile', async () => {
    const own = await createHub({ repos: [{ id: 'me/a', files: [{ path: 'a', size: MOST }] }], digestCache: false });
    const ready = own.ready();
    own.control.addRepo({ id: 'me/a', files: [{ path: 'a', text: 'a' }] });
    await ready;
    await own.close();
  });

  it('of a file without end do not go on after the hub has closed', async () => {
    const own = await createHub({ repos: [{ id: 'me/a', files: [{ path: 'a', text: 'a' }] }], digestCache: false });
    expect(await busy(own)).toBe(503);
    await own.close();
    expect(await workMsIn(300)).toBeLessThan(200);
  });
});
