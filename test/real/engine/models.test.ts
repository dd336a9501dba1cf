import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createDock, type InstalledModel } from '../../../src/index.js';
import type { JobSnapshot } from '../../../src/core/job.js';
import { parseScenario } from '../../../src/simulator/scenario.js';
import { moment, openRealWorld, startJob, until, type RealWorld } from './real-world.js';

const MB = 1_000_000;
const REPO = 'stage/one-GGUF';
const PATH = 'one-Q4_K_M.gguf';
const KEY = 'one';
const completed = ({ state }: JobSnapshot): boolean => state === 'completed';
const slow = {
  id: 'slow',
  when: { route: 'cdn' },
  effect: { type: 'slow-body', bytesPerSecond: MB, share: 'total' },
} as const;
const twoCommits = {
  id: REPO,
  commits: [
    {
      title: 'first',
      files: [
        { path: PATH, size: MB },
        { path: 'mmproj-one-f16.gguf', size: 300_000 },
      ],
    },
    { title: 'second', files: [{ path: PATH, size: 2 * MB, variant: 'other' }] },
  ],
  branches: { main: 0 },
};

let world: RealWorld;
afterEach(() => world.close());

describe('an update', () => {
  it('fetches what has another digest now, replaces it, and nothing else', async () => {
    world = await openRealWorld({ repos: [twoCommits] });
    const engine = await world.open();
    await until(engine, (await startJob(engine, world.repo(REPO))).id, completed);
    expect((await engine.library.installed()).map(({ key }) => key)).toEqual([KEY]);
    expect(await engine.update(KEY)).toBe('already_downloaded');

    world.hub.control.moveBranch(REPO, 'main', 'next');
    world.hub.journal.clear();
    const job = await engine.update(KEY);
    if (job === 'already_downloaded') throw new Error('The newer commit was not seen.');
    expect(job).toMatchObject({ totalBytes: 2 * MB + 300_000, downloadedBytes: 300_000 });
    await until(engine, job.id, completed);
    expect(
      world.hub.journal
        .summary()
        .files.filter(({ bytesServed }) => bytesServed > 0)
        .map(({ file }) => file),
    ).toEqual([PATH]);
    expect(await world.sha256(`${REPO}/${PATH}`)).toBe(await world.announced(REPO, PATH));
    expect(await engine.update(KEY)).toBe('already_downloaded');
  });

  it('is what brings a newer commit, and no start does', async () => {
    world = await openRealWorld({ repos: [twoCommits] });
    const first = await world.open();
    const job = await startJob(first, world.repo(REPO));
    await until(first, job.id, completed);
    await first.close();
    // Long after: nobody remembers the job.
    await rm(join(world.root, '.modeldock', job.id), { recursive: true });
    world.hub.control.moveBranch(REPO, 'main', 'next');
    const second = await world.open();
    expect(await second.start(world.repo(REPO))).toBe('already_downloaded');
    expect(await second.update(KEY)).toMatchObject({ totalBytes: 2 * MB + 300_000 });
  });

  it('asks for the file that it has, where its label could mean another one', async () => {
    const id = 'stage/twins-GGUF';
    const files = [
      { path: 'twins-Q4_K_M.gguf', size: 100_000 },
      { path: 'twins-Q4_K_M-imatrix.gguf', size: 110_000 },
    ];
    world = await openRealWorld({ repos: [{ id, files }] });
    const engine = await world.open();
    await until(engine, (await startJob(engine, world.repo(id, 'Q4_K_M-imatrix'))).id, completed);
    const [{ key }] = [...(await engine.library.installed())] as [InstalledModel];
    expect(await engine.update(key)).toBe('already_downloaded');
    expect(await world.published()).toEqual([`${id}/twins-Q4_K_M-imatrix.gguf`]);
  });

  it('is refused for a model that is not there', async () => {
    world = await openRealWorld({ repos: [twoCommits] });
    const engine = await world.open();
    await expect(engine.update('nothing')).rejects.toMatchObject({ code: 'model_not_installed' });
  });
});

describe('a removal', () => {
  it('deletes the files, after which the model can be downloaded again', async () => {
    world = await openRealWorld({ repos: [twoCommits] });
    const engine = await world.open();
    await until(engine, (await startJob(engine, world.repo(REPO))).id, completed);
    const [first, second] = [engine.remove(KEY), engine.remove(KEY)];
    expect(await first).toMatchObject({ key: KEY, bytes: MB + 300_000 });
    await expect(second).rejects.toMatchObject({ code: 'model_not_installed' });
    expect(await world.published()).toEqual([]);
    await until(engine, (await startJob(engine, world.repo(REPO))).id, completed);
    expect(await world.published()).toHaveLength(2);
  });

  it('is refused while a job is writing the model', async () => {
    world = await openRealWorld({ repos: [twoCommits] });
    const engine = await world.open();
    await until(engine, (await startJob(engine, world.repo(REPO))).id, completed);
    world.hub.control.moveBranch(REPO, 'main', 'next');
    world.hub.faults.add(slow);
    const job = await engine.update(KEY);
    await expect(engine.remove(KEY)).rejects.toMatchObject({ code: 'wrong_job_state', subject: KEY });
    await engine.jobs.cancel((job as JobSnapshot).id);
    await engine.remove(KEY);
    expect((await world.staged()).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('several quantizations of one repo', () => {
  it('are listed as the simulator lists them', async () => {
    const id = 'stage/pair-7B-GGUF';
    const order = ['Q8_0', 'Q4_K_M'];
    world = await openRealWorld({
      repos: [{ id, files: order.map((label) => ({ path: `pair-7B-${label}.gguf`, size: 100_000 })) }],
    });
    const engine = await world.open();
    const dock = createDock({ scenario: 'instant' });
    for (const label of order) {
      await until(engine, (await startJob(engine, world.repo(id, label))).id, completed);
      await dock.models.add(`https://huggingface.co/${id}`, label);
      await dock.clock.advance(1000);
    }
    const shown = (models: readonly InstalledModel[]) =>
      models
        .map(({ key, publisher, quantization }) => ({ key, publisher, quantization }))
        .sort((one, other) => (one.key < other.key ? -1 : 1));
    const simulated = shown(await dock.models.list());
    expect(simulated.map(({ key }) => key)).toEqual(['pair-7b', 'pair-7b@q8_0']);
    expect(shown(await engine.library.installed())).toEqual(simulated);
    dock.close();
  });
});

describe('a folder of the repo whose name differs in case', () => {
  it('is used instead of a second one, and the model is listed as the hub spells it', async () => {
    world = await openRealWorld({ repos: [twoCommits] });
    await mkdir(join(world.root, 'STAGE', 'One-gguf'), { recursive: true });
    const engine = await world.open();
    await until(engine, (await startJob(engine, world.repo(REPO))).id, completed);

    expect((await world.published()).sort()).toEqual([`STAGE/One-gguf/mmproj-one-f16.gguf`, `STAGE/One-gguf/${PATH}`]);
    expect(await engine.library.installed()).toMatchObject([{ key: KEY, publisher: 'stage', displayName: 'one' }]);
    expect(await engine.start(world.repo(REPO))).toBe('already_downloaded');
    await engine.close();

    const again = await world.open();
    expect(await again.start(world.repo(REPO))).toBe('already_downloaded');
    world.hub.control.moveBranch(REPO, 'main', 'next');
    const update = await again.update(KEY);
    if (update === 'already_downloaded') throw new Error('The newer commit was not seen.');
    await until(again, update.id, completed);
    expect(await world.sha256(`STAGE/One-gguf/${PATH}`)).toBe(await world.announced(REPO, PATH));
    await again.remove(KEY);
    expect(await again.library.installed()).toEqual([]);
    expect(await world.published()).toEqual([]);
  });

  it('gives way to the one that is spelled as the hub spells it', async () => {
    world = await openRealWorld({ repos: [twoCommits] });
    await mkdir(join(world.root, 'Stage', 'one-GGUF'), { recursive: true });
    await mkdir(join(world.root, 'stage', 'one-GGUF'), { recursive: true });
    const engine = await world.open();
    await until(engine, (await startJob(engine, world.repo(REPO))).id, completed);
    expect(await world.published()).toContain(`${REPO}/${PATH}`);
  });
});

describe('a catalog id', () => {
  const open = async () => {
    world = await openRealWorld({
      repos: [{ id: REPO, files: ['Q4_K_M', 'Q8_0'].map((label) => ({ path: `one-${label}.gguf`, size: 200_000 })) }],
    });
    const folder = join(world.root, '..', 'catalog');
    await mkdir(join(folder, 'stage', 'one'), { recursive: true });
    await writeFile(
      join(folder, 'stage', 'one', 'model.yaml'),
      `model: stage/one\nbase:\n  - key: ${REPO.toLowerCase()}\n    sources:\n      - type: huggingface\n        user: stage\n        repo: one-GGUF\n`,
    );
    return world.open({ catalogDir: folder });
  };
  const request = { model: { source: 'catalog', id: 'stage/one' } } as const;

  it('is a model of its own, listed under that name, and shares its files with the link', async () => {
    const engine = await open();
    const jobs = await Promise.all([startJob(engine, request), startJob(engine, world.repo(REPO))]);
    expect(jobs.map(({ model }) => model)).toEqual(['stage/one', 'stage/one-gguf@q4_k_m']);
    for (const { id } of jobs) await until(engine, id, completed);
    expect(world.hub.journal.summary().files.find(({ file }) => file === PATH)).toMatchObject({ bytesServed: 200_000 });
    expect(await engine.start(request)).toBe('already_downloaded');
  });

  it('continues with the bytes of a paused job for the link, which still completes', async () => {
    const engine = await open();
    world.hub.faults.add({
      when: { route: 'cdn' },
      effect: { type: 'slow-body', bytesPerSecond: 200_000, share: 'total' },
    });
    const link = await startJob(engine, world.repo(REPO));
    await until(engine, link.id, ({ downloadedBytes }) => downloadedBytes > 50_000);
    await engine.jobs.pause(link.id);
    world.hub.faults.clear();
    const job = await startJob(engine, request);
    expect(job.downloadedBytes).toBeGreaterThan(50_000);
    await engine.jobs.resume(link.id);
    for (const { id } of [job, link]) await until(engine, id, completed);
    expect(world.hub.journal.summary().files.find(({ file }) => file === PATH)!.bytesServed).toBeLessThan(360_000);
  });

  it('is accepted with a quantization only by the control', async () => {
    const engine = await open();
    const wanted = { ...request, quantization: 'Q8_0' };
    await expect(engine.start(wanted)).rejects.toMatchObject({ code: 'catalog_quantization', subject: 'stage/one' });
    const job = await engine.get(wanted);
    expect(job).toMatchObject({ model: 'stage/one@q8_0' });
    await until(engine, (job as JobSnapshot).id, completed);
    expect(await world.published()).toEqual([`${REPO}/one-Q8_0.gguf`]);
    expect(await engine.get(wanted)).toBe('already_downloaded');
  });
});

describe('a repo of MLX files', () => {
  it('is downloaded as a whole, small files side by side', async () => {
    const repo = 'stage/tiny-4bit';
    world = await openRealWorld({
      repos: [
        {
          id: repo,
          libraryName: 'mlx',
          tags: ['mlx'],
          files: [
            { path: 'model.safetensors', size: MB },
            { path: 'config.json', text: '{"model_type": "llama", "max_position_embeddings": 4096}' },
            { path: 'README.md', text: '# Tiny' },
            { path: '.gitattributes', text: '' },
            ...Array.from({ length: 8 }, (_, index) => ({ path: `piece-${index}.json`, text: `{"piece": ${index}}` })),
            { path: 'twin.json', text: '{"piece": 1}' },
            { path: 'empty.txt', text: '' },
          ],
        },
      ],
    });
    const engine = await world.open();
    const job = await startJob(engine, world.repo(repo));
    await until(engine, job.id, completed);
    const files = await world.published();
    expect(files).toHaveLength(12);
    expect(files).not.toContain(`${repo}/README.md`);
    expect(await readFile(join(world.root, repo, 'twin.json'), 'utf8')).toBe('{"piece": 1}');
    expect(await engine.library.installed()).toMatchObject([{ format: 'mlx' }]);
    expect(await engine.start(world.repo(repo))).toBe('already_downloaded');
  });
});

describe('a limit of bandwidth', () => {
  it('holds for one job, and can be lifted while it runs', async () => {
    world = await openRealWorld({ repos: [twoCommits] });
    const engine = await world.open();
    engine.setLimit(50_000);
    expect(engine.limit()).toBe(50_000);
    const job = await startJob(engine, world.repo(REPO));
    await engine.jobs.limit(job.id, 20_000);
    expect(await engine.jobs.details(job.id)).toMatchObject({ limit: 20_000 });
    await moment(300);
    const limited = await engine.status(job.id);
    expect(limited!.downloadedBytes).toBeLessThan(400_000);
    await engine.jobs.limit(job.id, undefined);
    engine.setLimit(undefined);
    await until(engine, job.id, completed);
    expect(await engine.jobs.details(job.id)).not.toHaveProperty('limit');
    await expect(engine.jobs.limit('job_0000000000', 1)).rejects.toMatchObject({ code: 'job_not_found' });
  });
});

describe('a recorded download', () => {
  it('is a scenario that the simulator takes, with its pause and its end', async () => {
    world = await openRealWorld({ repos: [twoCommits], faults: [slow] });
    const path = join(world.root, '..', 'trace.json');
    const engine = await world.open({ record: path });
    const job = await startJob(engine, world.repo(REPO));
    await until(engine, job.id, ({ downloadedBytes }) => downloadedBytes > 200_000);
    await engine.jobs.pause(job.id);
    world.hub.faults.clear();
    await engine.jobs.resume(job.id);
    await until(engine, job.id, completed);
    await engine.close();
    const scenario = parseScenario(JSON.parse(await readFile(path, 'utf8')));
    const types = scenario.steps.map(({ type }) => type).filter((type) => type !== 'connect' && type !== 'finalize');
    expect(types).toEqual(['trace', 'pause', 'trace']);
    const samples = scenario.steps.flatMap((phase) => (phase.type === 'trace' ? phase.samples : []));
    expect(samples.at(-1)![1]).toBe(MB + 300_000);
  });
});
