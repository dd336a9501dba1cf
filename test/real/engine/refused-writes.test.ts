import { afterEach, describe, expect, it } from 'vitest';
import type { Downloader } from '../../../src/core/downloader.js';
import { RefusedError } from '../../../src/core/errors.js';
import type { JobSnapshot } from '../../../src/core/job.js';
import { watchFiles, type FileOperation } from '../watched-files.js';
import { openRealWorld, startJob, until, type RealWorld } from './real-world.js';

const MODEL = 'stage/one-GGUF';
const FILE = 'one-Q4_K_M.gguf';
const repos = [MODEL, 'stage/two-GGUF'].map((id) => ({
  id,
  files: [{ path: id === MODEL ? FILE : 'two-Q4_K_M.gguf', size: 300_000 }],
}));
const slow = {
  id: 'slow',
  when: { route: 'cdn' },
  effect: { type: 'slow-body', bytesPerSecond: 1_000_000, share: 'total' },
} as const;
const stopped = ({ state }: JobSnapshot): boolean => state !== 'downloading';

let world: RealWorld;
afterEach(() => world.close());

const isWrite = ({ name }: FileOperation): boolean => name === 'write' || name === 'writev';

/** What of the engine's own files a disk may refuse, by what is asked of it. */
const targets: Record<string, (operation: FileOperation) => boolean> = {
  'a part': (operation) => isWrite(operation) && operation.path.endsWith('.part'),
  'the sync of a part': ({ name, path }) => name === 'datasync' && path.endsWith('.part'),
  'a journal': (operation) => isWrite(operation) && operation.path.endsWith('.journal'),
  'a folder': ({ name, path }) => name === 'mkdir' && path.includes('stage'),
  'a record': ({ name, path }) => name === 'open' && path.includes('job.json.'),
  'a lock': ({ name, path }) => name === 'open' && path.includes('.lock.'),
};

interface Disk {
  engine: Downloader;
  refuse(target: string | undefined, code?: string): void;
}

async function openDisk(): Promise<Disk> {
  world = await openRealWorld({ repos, faults: [slow] });
  let refused: { target: string; code: string } | undefined;
  const files = watchFiles({
    before: (operation) => {
      if (!refused || !targets[refused.target]!(operation)) return undefined;
      throw Object.assign(new Error(`${refused.code}: refused`), { code: refused.code });
    },
  });
  const refuse = (target: string | undefined, code = ''): void => {
    refused = target === undefined ? undefined : { target, code };
  };
  return { engine: await world.open({ files }), refuse };
}

/** How a job ends when the system gives this reason, and a word of what to do. */
const outcomes: Record<string, [state: string, code: string, advice: RegExp]> = {
  ENOSPC: ['paused', 'disk_full', /Free some space and resume/],
  EDQUOT: ['paused', 'disk_full', /quota.*Free some space and resume/],
  EMFILE: ['paused', 'disk_error', /ulimit -n.*then resume/],
  ENFILE: ['paused', 'disk_error', /End programs.*then resume/],
  EROFS: ['paused', 'disk_error', /read-only.*then resume/],
  EACCES: ['paused', 'disk_error', /permissions.*then resume/],
  EIO: ['failed', 'disk_error', /Check the disk.*then start the download again/],
};

const rows = [
  ...Object.keys(outcomes).map((code) => ['a part', code] as const),
  ...['the sync of a part', 'a journal', 'a folder'].flatMap((target) =>
    ['EDQUOT', 'EACCES'].map((code) => [target, code] as const),
  ),
];

describe('a disk that refuses', () => {
  it.each(rows)('%s with %s stops the download with a reason and its bytes, and it goes on', async (target, code) => {
    const { engine, refuse } = await openDisk();
    const { id } = await startJob(engine, world.repo(MODEL));
    const before = await until(engine, id, ({ downloadedBytes }) => downloadedBytes > 100_000);
    refuse(target, code);
    const [state, failure, advice] = outcomes[code]!;
    const job = await until(engine, id, stopped);
    expect(job).toMatchObject({ state, code: failure, reason: expect.stringMatching(advice) as string });
    expect(job.downloadedBytes).toBeGreaterThanOrEqual(before.downloadedBytes);

    refuse(undefined);
    world.hub.faults.clear();
    const next = state === 'paused' ? await engine.jobs.resume(id) : await startJob(engine, world.repo(MODEL));
    expect(next.downloadedBytes).toBeGreaterThanOrEqual(job.downloadedBytes);
    expect(await until(engine, next.id, stopped)).toMatchObject({ state: 'completed' });
    expect(await world.sha256(`${MODEL}/${FILE}`)).toBe(await world.announced(MODEL, FILE));
  });

  it.each([
    ['EDQUOT', 'insufficient_space'],
    ['EMFILE', 'disk_error'],
    ['EROFS', 'disk_error'],
    ['EIO', 'disk_error'],
  ])(
    'records and locks with %s refuses starts and resumes as %s, and shows what was asked for',
    async (code, refusal) => {
      const { engine, refuse } = await openDisk();
      const { id } = await startJob(engine, world.repo(MODEL));
      await until(engine, id, ({ downloadedBytes }) => downloadedBytes > 100_000);
      refuse('a record', code);
      const paused = await engine.jobs.pause(id);
      expect(paused).toMatchObject({ state: 'paused' });
      expect(paused.downloadedBytes).toBeGreaterThan(100_000);
      for (const target of ['a record', 'a lock']) {
        refuse(target, code);
        for (const attempt of [engine.jobs.resume(id), engine.start(world.repo('stage/two-GGUF'))]) {
          const error: unknown = await attempt.catch((reason: unknown) => reason);
          expect(error).toBeInstanceOf(RefusedError);
          expect(error).toMatchObject({ code: refusal, message: expect.stringContaining(code) as string });
        }
        expect(await engine.status(id)).toEqual(paused);
      }
      refuse(undefined);
      world.hub.faults.clear();
      await engine.jobs.resume(id);
      expect(await until(engine, id, stopped)).toMatchObject({ state: 'completed' });
    },
  );
});
