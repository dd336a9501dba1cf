import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DownloadsControl, RealDockControl } from '../../../src/control/contract/downloads-control.js';
import * as answers from '../../../openapi/control/answers.js';
import type { JobReport } from '../../../src/control/contract/dock-control.js';
import { createRealDock, type RealDock } from '../../../src/create-real-dock.js';
import type { Downloader } from '../../../src/core/downloader.js';
import { openDownloader } from '../../../src/real/open-downloader.js';
import { serve, type Serving } from '../../../src/server/index.js';
import { connect } from '../../../src/testing/index.js';
import { LARGE, openSmallHub, TINY, type SmallHub } from './small-hub.js';

let small: SmallHub;
let engine: Downloader;
let dock: RealDock;
let serving: Serving;

beforeAll(async () => {
  small = await openSmallHub();
});
afterAll(() => small.close());

beforeEach(async () => {
  engine = await openDownloader({
    modelsDirs: [await small.newFolder()],
    environment: small.env,
    limits: { jobsAtOnce: 1 },
  });
  dock = createRealDock({ downloader: engine });
  serving = await serve({ api: dock.api, port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  dock.close();
  await serving.close();
  await engine.close();
});

/** The id of the job that a start gave. */
async function started(start: ReturnType<DownloadsControl['start']>): Promise<string> {
  const job = await start;
  if (job === 'already_downloaded') throw new Error('It cannot be there.');
  return job.id;
}

const doors: [string, () => RealDockControl][] = [
  ['in process', () => dock],
  ['over HTTP', () => connect(serving.url, { controlToken: dock.controlToken })],
];

describe.each(doors)('the control of the real engine, %s', (_, door) => {
  it('puts what waits into another order', async () => {
    const { downloads, jobs } = door();
    await downloads.bandwidth.set({ bytesPerSecond: 2_000_000 });
    const running = await started(downloads.start(LARGE));
    const second = await started(downloads.start(TINY, 'Q4_K_M'));
    const third = await started(downloads.start(TINY, 'Q8_0'));
    const places = async (): Promise<unknown[]> =>
      Promise.all([running, second, third].map(async (job) => (await jobs.get(job)).queuePosition));
    expect(await places()).toEqual([undefined, 0, 1]);
    expect(await jobs.get(third)).toMatchObject({ phase: 'queued', bytesPerSecond: 0, connections: 0 });
    expect(await downloads.move(third, 0)).toMatchObject({ id: third, queuePosition: 0 });
    expect(await places()).toEqual([undefined, 1, 0]);
    await expect(downloads.move(running, 0)).rejects.toMatchObject({ status: 409, code: 'wrong_job_state' });

    await downloads.bandwidth.set({ bytesPerSecond: null });
    await jobs.cancel(running);
    const done = (job: string): Promise<JobReport> => jobs.wait(job, { status: 'completed', timeoutMs: 60_000 });
    const ends = (await Promise.all([done(second), done(third)])).map((job) =>
      job.state === 'completed' ? job.completedAt : 0,
    );
    expect(ends[1]).toBeLessThan(ends[0]!);
  });

  it('shows jobs and models in every state as the document of the control API says', async () => {
    const { downloads, jobs, models } = door();
    await downloads.bandwidth.set({ bytesPerSecond: 2_000_000 });
    const running = await started(downloads.start(LARGE));
    await started(downloads.start(TINY, 'Q4_K_M'));
    await downloads.limit(running, 1_000_000);
    const seen = [...(await jobs.list()), await jobs.pause(running)];
    await jobs.cancel(running);
    await downloads.bandwidth.set({ bytesPerSecond: null });
    await expect.poll(async () => (await jobs.list()).filter(({ state }) => state === 'downloading')).toEqual([]);
    seen.push(...(await jobs.list()));
    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['downloading', 'paused', 'failed', 'completed']));
    const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    for (const job of seen) expect(answers.jobReport.parse(asJson(job))).toEqual(asJson(job));
    const [model] = await models.list();
    expect(answers.installedModel.parse(asJson(model))).toEqual(asJson(model));
    const removed = await downloads.remove(model!.key);
    expect(answers.removedModel.parse(asJson(removed))).toEqual(asJson(removed));
  });

  it('limits one download', async () => {
    const { downloads, jobs } = door();
    const job = await started(downloads.start(LARGE));
    expect(await downloads.limit(job, 1_000_000)).toMatchObject({ limit: 1_000_000 });
    expect(await downloads.limit(job, null)).not.toHaveProperty('limit');
    expect(await jobs.wait(job, { status: 'completed', timeoutMs: 60_000 })).toMatchObject({ state: 'completed' });
  });

  it('streams the events of a download from its start to its end', async () => {
    const heard: string[] = [];
    const listening = new Promise<void>((resolve) => void follow(resolve));
    const over = new AbortController();
    async function follow(begun: () => void): Promise<void> {
      for await (const event of door().events({ onListening: begun })) {
        if (event.type === 'decision') heard.push(event.decision.type);
        if (event.type === 'transition') heard.push(event.transition.type);
        if (heard.at(-1) === 'completed') break;
      }
      over.abort();
    }
    await listening;
    const { downloads, jobs } = door();
    const job = await started(downloads.start(LARGE));
    await jobs.pause(job);
    await jobs.resume(job);
    await expect.poll(() => over.signal.aborted).toBe(true);
    expect(heard).toEqual(['started', 'paused', 'resumed', 'completed']);
  });

  it('updates a model to what the hub has since', async () => {
    const id = `me/moving-${door === doors[0]![1] ? 'one' : 'two'}-GGUF`;
    const file = (variant: string) => ({ path: 'moving-Q4_K_M.gguf', size: 1_000_000, variant });
    small.hub.control.addRepo({
      id,
      commits: [
        { title: 'first', files: [file('first')] },
        { title: 'second', files: [file('second')] },
      ],
    });
    await small.hub.ready();
    small.hub.control.moveBranch(id, 'main', 'previous');
    const { downloads, jobs, models } = door();
    const first = await started(downloads.start(`https://huggingface.co/${id}`));
    await jobs.wait(first, { status: 'completed', timeoutMs: 60_000 });
    const [model] = await models.list();
    expect(await downloads.update(model!.key)).toBe('already_downloaded');
    small.hub.control.moveBranch(id, 'main', 'next');
    const second = await started(downloads.update(model!.key));
    await jobs.wait(second, { status: 'completed', timeoutMs: 60_000 });
    expect((await jobs.get(second)).commit).not.toBe((await jobs.get(first)).commit);
    expect(await downloads.update(model!.key)).toBe('already_downloaded');
    expect(await models.list()).toHaveLength(1);
  });
});
