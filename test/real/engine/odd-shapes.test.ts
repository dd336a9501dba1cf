import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Downloader } from '../../../src/core/downloader.js';
import { watchFiles } from '../watched-files.js';
import { openRealWorld, startJob, until, type RealWorld } from './real-world.js';

const MODEL = 'odd/model-GGUF';
const OTHER = 'odd/other-GGUF';
const repos = [MODEL, OTHER].map((id) => ({ id, files: [{ path: 'chat-Q4_K_M.gguf', size: 200_000 }] }));

let world: RealWorld;
beforeEach(async () => {
  world = await openRealWorld({ repos });
});
afterEach(() => world.close());

type Spoil = (path: string) => Promise<unknown>;

/** What another program, or a mistake, may have left under the name of a file or folder of ours. */
const shapes: Record<string, Spoil> = {
  'a pipe': async (path) => {
    await rm(path, { recursive: true, force: true });
    await promisify(execFile)('mkfifo', [path]);
  },
  'a folder': async (path) => {
    await rm(path, { recursive: true, force: true });
    await mkdir(join(path, 'deep'), { recursive: true });
  },
  'three gigabytes': async (path) => {
    await rm(path, { recursive: true, force: true });
    await writeFile(path, '');
    await truncate(path, 3_000_000_000);
  },
  'a link to itself': async (path) => {
    await rm(path, { recursive: true, force: true });
    await symlink(path, path);
  },
  'a link to nothing': async (path) => {
    await rm(path, { recursive: true, force: true });
    await symlink(`${path}-nothing`, path);
  },
  'a small file': async (path) => {
    await rm(path, { recursive: true, force: true });
    await writeFile(path, 'what is this?');
  },
};

/** Our files and folders, by what is in the way of them: `*` stands for the one name that there is. */
const ownFiles = [
  'installed',
  'installed/*.json',
  'locks',
  'headers.json',
  'job_*',
  'job_*/job.json',
  'job_*/reserve',
] as const;

async function pathOf(pattern: string): Promise<string> {
  let path = join(world.root, '.modeldock');
  for (const step of pattern.split('/')) {
    const [start = '', end = ''] = step.split('*');
    const names = step.includes('*') ? await readdir(path) : [step];
    path = join(path, names.find((name) => name.startsWith(start) && name.endsWith(end)) ?? step.replace('*', 'none'));
  }
  return path;
}

async function complete(engine: Downloader, id: string): Promise<void> {
  const started = await engine.start(world.repo(id));
  if (started !== 'already_downloaded') {
    expect(await until(engine, started.id, ({ state }) => state !== 'downloading')).toMatchObject({
      state: 'completed',
    });
  }
}

describe.skipIf(process.platform === 'win32')('an entry of our own folder in an odd shape', () => {
  describe.each(Object.keys(shapes))('%s', (shape) => {
    it.each(ownFiles)('in place of %s: lists, starts, downloads and removes what is not touched by it', async (own) => {
      const first = await world.open({ owner: 'command' });
      await complete(first, MODEL);
      await first.library.installed();
      const paused = await startJob(first, world.repo(OTHER));
      await first.jobs.pause(paused.id).catch(() => undefined);
      await first.close();
      await shapes[shape]!(await pathOf(own));

      for (const owner of ['command', 'server'] as const) {
        const warnings: string[] = [];
        const engine = await world.open({ owner, onWarning: (text) => warnings.push(text) });
        const names = (await engine.library.installed()).map(({ key }) => key);
        expect(names).toContain('model');
        for await (const job of engine.jobs.list()) expect(job.id).toMatch(/^job_/);
        for (const text of warnings) {
          expect(text).toContain('.modeldock');
          expect(text).not.toMatch(/\n\s+at /);
        }
        if (owner === 'server') {
          await complete(engine, MODEL);
          expect(await engine.remove('model', { force: true })).toMatchObject({ key: 'model' });
          await complete(engine, MODEL);
        }
        await engine.close();
      }
      expect(await world.sha256(`${MODEL}/chat-Q4_K_M.gguf`)).toBe(await world.announced(MODEL, 'chat-Q4_K_M.gguf'));
    });
  });

  it('that this user may not read is named, and the rest works', async () => {
    const first = await world.open();
    await complete(first, MODEL);
    await first.library.installed();
    await first.close();
    for (const own of ['', ...ownFiles]) {
      const closed = own === '' ? join(world.root, '.modeldock') : await pathOf(own);
      const files = watchFiles({
        before: ({ name, path }) => {
          const isWithin = path === closed ? name !== 'lstat' && name !== 'stat' : path.startsWith(`${closed}/`);
          if (isWithin) throw Object.assign(new Error(`EACCES: ${path}`), { code: 'EACCES' });
          return undefined;
        },
      });
      const warnings: string[] = [];
      const reader = await world.open({
        ...{ owner: 'command', readOnly: true, files },
        onWarning: (text) => warnings.push(text),
      });
      expect((await reader.library.installed()).map(({ key }) => key)).toEqual(['model']);
      for await (const job of reader.jobs.list()) expect(job.state).toBe('completed');
      await expect(reader.start(world.repo(OTHER))).rejects.toMatchObject({ code: 'disk_error' });
      if (own === '') expect(warnings).toEqual([expect.stringMatching(/^Cannot list the downloads in /)]);
      await reader.close();
      const server = world.open({ files });
      if (own === '') await expect(server).rejects.toMatchObject({ code: 'disk_error' });
      else expect((await (await server).library.installed()).map(({ key }) => key)).toEqual(['model']);
    }
  });

  it.each(Object.keys(shapes))('is named: %s in place of a record', async (shape) => {
    const first = await world.open();
    await complete(first, MODEL);
    await first.close();
    await shapes[shape]!(await pathOf('job_*/job.json'));
    const warnings: string[] = [];
    const engine = await world.open({ onWarning: (text) => warnings.push(text) });
    for await (const job of engine.jobs.list()) expect(job).toBeUndefined();
    if (shape !== 'a link to nothing') expect(warnings.filter((text) => text.includes('job.json'))).toHaveLength(1);
  });

  it.each(Object.keys(shapes))('in place of a part or its journal costs its bytes and no more: %s', async (shape) => {
    for (const kind of ['part', 'journal']) {
      const slow = world.hub.faults.add({
        when: { route: 'cdn' },
        effect: { type: 'slow-body', bytesPerSecond: 100_000 },
      });
      const first = await world.open();
      const job = await startJob(first, world.repo(MODEL));
      await until(first, job.id, ({ downloadedBytes }) => downloadedBytes > 0);
      await first.jobs.pause(job.id);
      await first.close();
      const folder = join(world.root, '.modeldock', job.id);
      const name = (await readdir(folder)).find((each) => each.endsWith(`.${kind}`))!;
      await shapes[shape]!(join(folder, name));
      world.hub.faults.remove(slow[0]!);
      const warnings: string[] = [];
      const engine = await world.open({ onWarning: (text) => warnings.push(text) });
      await engine.jobs.resume(job.id);
      expect(await until(engine, job.id, ({ state }) => state !== 'downloading')).toMatchObject({ state: 'completed' });
      // A part that is too long or too short is cut, and checked by its journal.
      const isCut = shape === 'a small file' || (shape === 'three gigabytes' && kind === 'part');
      if (!isCut) expect(warnings.join()).toContain(name);
      expect(await world.sha256(`${MODEL}/chat-Q4_K_M.gguf`)).toBe(await world.announced(MODEL, 'chat-Q4_K_M.gguf'));
      await engine.remove('model', { force: true });
      await engine.close();
    }
  });

  it.each(Object.keys(shapes).filter((shape) => shape !== 'a small file'))(
    'in place of a lock keeps its model from starting, and says which file it is: %s',
    async (shape) => {
      const first = await world.open();
      const job = await startJob(first, world.repo(MODEL));
      const [lock = ''] = (await readdir(join(world.root, '.modeldock', 'locks'))).filter((name) =>
        name.endsWith('.lock'),
      );
      await until(first, job.id, ({ state }) => state === 'completed');
      await first.remove('model');
      await first.close();
      const path = join(world.root, '.modeldock', 'locks', lock);
      await shapes[shape]!(path);
      const engine = await world.open();
      expect(await engine.library.installed()).toEqual([]);
      await complete(engine, OTHER);
      if (shape === 'a link to nothing') return;
      await expect(engine.start(world.repo(MODEL))).rejects.toMatchObject({
        code: 'disk_error',
        message: expect.stringContaining(path) as string,
      });
      await rename(path, `${path}-away`);
      await complete(engine, MODEL);
    },
  );
});
