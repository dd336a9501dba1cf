import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openRealWorld, startJob, until, type RealWorld } from './real-world.js';

const MB = 1_000_000;
const REPO = 'stage/vision-GGUF';
const files = [
  { path: 'mmproj-vision-f16.gguf', size: 200_000 },
  { path: 'vision-Q4_K_M-00001-of-00003.gguf', size: MB },
  { path: 'vision-Q4_K_M-00002-of-00003.gguf', size: 700_000 },
  { path: 'vision-Q4_K_M-00003-of-00003.gguf', size: 300_000 },
];
const variants = ['Q4_K_M', 'Q8_0'].map((label) => ({ path: `pair-${label}.gguf`, size: MB }));

let world: RealWorld;
afterEach(() => world.close());

const completed = ({ state }: { state: string }): boolean => state === 'completed';
const bytesServed = (path: string): number =>
  world.hub.journal.summary().files.find(({ file }) => file === path)?.bytesServed ?? 0;

describe('a download of shards and a projector', () => {
  it('puts files with the right digests into the place where LM Studio looks, and leaves nothing behind', async () => {
    world = await openRealWorld({ repos: [{ id: REPO, files }] });
    const engine = await world.open();
    const job = await startJob(engine, world.repo(REPO));
    await until(engine, job.id, completed);
    expect(await world.published()).toEqual(files.map(({ path }) => `${REPO}/${path}`));
    for (const { path } of files) {
      expect(await world.sha256(`${REPO}/${path}`)).toBe(await world.announced(REPO, path));
    }
    expect((await world.staged()).filter((path) => /part|journal|lock|tmp/.test(path))).toEqual([]);
    expect(world.hub.journal.summary().authorizationAtCdn).toBe(0);
    const library = await engine.library.installed();
    expect(library.map(({ format, sizeBytes }) => [format, sizeBytes > 2 * MB])).toEqual([['gguf', true]]);
  });

  it('shows no file in its place before all are there', async () => {
    world = await openRealWorld({
      repos: [{ id: REPO, files }],
      faults: [{ id: 'held', when: { route: 'cdn', file: '*-00001-of*' }, effect: { type: 'stall', atByte: 100_000 } }],
    });
    const engine = await world.open({ limits: { silenceMs: 60_000 } });
    const job = await startJob(engine, world.repo(REPO));
    await until(engine, job.id, ({ downloadedBytes }) => downloadedBytes > 1_250_000);
    expect(await world.published()).toEqual([]);
    expect(await engine.jobs.details(job.id)).toMatchObject({
      phase: 'transferring',
      repo: REPO,
      commit: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
      quantization: 'Q4_K_M',
      files: expect.arrayContaining([
        { path: files[2]!.path, sizeBytes: 700_000, downloadedBytes: 700_000, hashedBytes: 700_000 },
      ]) as [],
    });
    expect(engine.metrics()).toMatchObject({ jobs: [{ state: 'downloading', phase: 'transferring', count: 1 }] });
    await engine.jobs.cancel(job.id);
    expect(await world.published()).toEqual([]);
  });

  it('sends its events to listeners', async () => {
    world = await openRealWorld({ repos: [{ id: REPO, files }] });
    const engine = await world.open();
    const events: string[] = [];
    const stop = engine.subscribe(({ type, model }) => events.push(`${type} ${model}`));
    const job = await startJob(engine, world.repo(REPO));
    await engine.jobs.pause(job.id);
    await engine.jobs.resume(job.id);
    await until(engine, job.id, completed);
    const model = 'stage/vision-gguf@q4_k_m';
    const all = ['started', 'paused', 'resumed', 'completed'].map((type) => `${type} ${model}`);
    await expect.poll(() => events).toEqual(all);
    stop();
    expect(engine.metrics()).toMatchObject({
      jobs: [{ state: 'completed', count: 1 }],
      connections: 0,
      bytesPerSecond: 0,
      hashedBytes: expect.any(Number) as number,
    });
    expect(engine.metrics().downloadedBytes).toBeGreaterThanOrEqual(2 * MB);
  });
});

describe('a file that two jobs want', () => {
  const both = (slow: boolean) =>
    openRealWorld({
      repos: [{ id: REPO, files: [{ path: 'mmproj-pair-f16.gguf', size: MB }, ...variants] }],
      faults: slow
        ? [
            {
              when: { route: 'cdn', file: 'mmproj*' },
              effect: { type: 'slow-body', bytesPerSecond: MB, share: 'total' },
            },
          ]
        : [],
    });

  it('is fetched once, and both complete', async () => {
    world = await both(false);
    const engine = await world.open();
    const jobs = [await startJob(engine, world.repo(REPO, 'Q4_K_M')), await startJob(engine, world.repo(REPO, 'Q8_0'))];
    for (const { id } of jobs) await until(engine, id, completed);
    expect(bytesServed('mmproj-pair-f16.gguf')).toBe(MB);
    expect(await world.published()).toHaveLength(3);
  });

  it('is gone on with by the other when the first is cancelled', async () => {
    world = await both(true);
    const engine = await world.open();
    const first = await startJob(engine, world.repo(REPO, 'Q4_K_M'));
    const second = await startJob(engine, world.repo(REPO, 'Q8_0'));
    await until(engine, first.id, () => bytesServed('mmproj-pair-f16.gguf') > 300_000);
    await engine.jobs.cancel(first.id);
    await until(engine, second.id, completed);
    // What was on the wire when it was cancelled comes again.
    expect(bytesServed('mmproj-pair-f16.gguf')).toBeLessThan(1.6 * MB);
    expect(await world.sha256(`${REPO}/mmproj-pair-f16.gguf`)).toBe(
      await world.announced(REPO, 'mmproj-pair-f16.gguf'),
    );
  });
});

describe('a file that is there already', () => {
  const path = 'quick-Q4_K_M.gguf';
  const repo = 'stage/quick-GGUF';
  const open = async () => {
    world = await openRealWorld({ repos: [{ id: repo, files: [{ path, size: 300_000 }] }] });
    return world.open();
  };
  const elsewhere = async (): Promise<Buffer> => {
    const answer = await fetch(`${world.hub.endpoint}/${repo}/resolve/main/${path}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    world.hub.journal.clear();
    return bytes;
  };
  const put = async (bytes: Buffer): Promise<void> => {
    await mkdir(join(world.root, repo), { recursive: true });
    await writeFile(join(world.root, repo, path), bytes);
  };

  it('is hashed if it has no record, and fetched neither then nor later', async () => {
    const engine = await open();
    await put(await elsewhere());
    const job = await startJob(engine, world.repo(repo));
    await until(engine, job.id, completed);
    expect(bytesServed(path)).toBe(0);
    expect(await engine.start(world.repo(repo))).toBe('already_downloaded');
  });

  it('is replaced when it has the right size and wrong contents', async () => {
    const engine = await open();
    const bytes = await elsewhere();
    bytes[77_777]! ^= 1;
    await put(bytes);
    const job = await startJob(engine, world.repo(repo));
    await until(engine, job.id, completed);
    expect(bytesServed(path)).toBe(300_000);
    expect(await world.sha256(`${repo}/${path}`)).toBe(await world.announced(repo, path));
  });

  it('stays as it is when another program put it there', async () => {
    const engine = await open();
    await put(Buffer.from('something else'));
    await expect(engine.start(world.repo(repo))).rejects.toMatchObject({
      code: 'unrecorded_files',
      message: expect.stringContaining(join(world.root, repo, path)) as string,
    });
    expect(await readFile(join(world.root, repo, path), 'utf8')).toBe('something else');
  });

  it('is taken from the Hugging Face cache as a link', async () => {
    const engine = await open();
    const blobs = join(world.root, '..', '.cache/huggingface/hub/models--stage--quick-GGUF/blobs');
    const blob = join(blobs, await world.announced(repo, path));
    await mkdir(blobs, { recursive: true });
    await writeFile(blob, await elsewhere());
    const job = await startJob(engine, world.repo(repo));
    await until(engine, job.id, completed);
    expect(bytesServed(path)).toBe(0);
    expect((await stat(join(world.root, repo, path))).ino).toBe((await stat(blob)).ino);
  });

  it('is a reason for another job once it has been changed', async () => {
    const engine = await open();
    const job = await startJob(engine, world.repo(repo));
    await until(engine, job.id, completed);
    await put(Buffer.alloc(300_000));
    const again = await startJob(engine, world.repo(repo));
    expect(again.id).not.toBe(job.id);
    await until(engine, again.id, completed);
    expect(await world.sha256(`${repo}/${path}`)).toBe(await world.announced(repo, path));
  });

  it('is not taken for what it was when it changes while the rest is fetched', async () => {
    const main = 'late-Q4_K_M.gguf';
    const beside = 'mmproj-late-f16.gguf';
    const id = 'stage/late-GGUF';
    world = await openRealWorld({
      repos: [
        {
          id,
          files: [
            { path: beside, size: 100_000 },
            { path: main, size: MB },
          ],
        },
      ],
      faults: [
        { when: { route: 'cdn', file: main }, effect: { type: 'slow-body', bytesPerSecond: MB, share: 'total' } },
      ],
    });
    const engine = await world.open();
    const answer = await fetch(`${world.hub.endpoint}/${id}/resolve/main/${beside}`);
    const target = join(world.root, id, beside);
    await mkdir(join(world.root, id), { recursive: true });
    await writeFile(target, Buffer.from(await answer.arrayBuffer()));
    const job = await startJob(engine, world.repo(id));
    await until(engine, job.id, ({ downloadedBytes }) => downloadedBytes > 300_000);
    await writeFile(target, Buffer.alloc(100_000, 7));
    const ended = await until(engine, job.id, ({ state }) => state !== 'downloading');
    expect(ended).toMatchObject({ state: 'failed', code: 'target_exists' });
    expect(await world.published()).toEqual([`${id}/${beside}`]);
    expect(await readFile(target)).toEqual(Buffer.alloc(100_000, 7));
  });
});
