import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import * as files from 'node:fs/promises';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { RefusedError } from '../../../src/core/errors.js';
import { listLocks, takeLock, type LockOptions } from '../../../src/real/library/locks.js';
import { realClock } from '../../../src/real/real-clock.js';
import { temporaryFolder } from './folders.js';

// They touch the disk thousands of times; a slow one must not make them fail.
const quick = { lockTouchMs: 20, lockStaleMs: 200 };
/** Nothing grows stale while a test runs: only the end of a process can free a lock. */
const patient = { lockTouchMs: 50, lockStaleMs: 600_000 };

let bundles: string;
let program: string;

beforeAll(async () => {
  bundles = await mkdtemp(join(tmpdir(), 'modeldock-lock-program-'));
  program = join(bundles, 'lock-program.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./lock-program.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});
afterAll(() => rm(bundles, { recursive: true, force: true }));

type Program = ChildProcessByStdio<Writable, Readable, null>;

function start(options: object): { process: Program; said: Promise<string> } {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const line = once(lines, 'line').then(([text]) => String(text));
  return { process: child, said: Promise.race([line, once(child, 'exit').then(() => 'nothing')]) };
}

async function killed(child: Program): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function optionsFor(root: string, limits = patient): LockOptions {
  return {
    ...{ files, clock: realClock, limits, root, folder: `${root}/acme/Chat-GGUF`, paths: ['chat-Q4_K_M.gguf'] },
    subject: 'acme/Chat-GGUF@Q4_K_M',
    progress: () => ({ downloadedBytes: 420, totalBytes: 1000 }),
  };
}

async function lockFile(root: string): Promise<string> {
  const folder = join(root, '.modeldock', 'locks');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.lock'));
  expect(names).toHaveLength(1);
  return join(folder, names[0]!);
}

async function refusal(attempt: Promise<unknown>): Promise<RefusedError> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RefusedError);
  return error as RefusedError;
}

describe('the lock of a set of files', () => {
  it('is refused to a second process, with the first one’s number and progress', async () => {
    const root = await temporaryFolder();
    const holder = start({ root, limits: patient });
    expect(await holder.said).toBe('taken');
    await expect.poll(async () => (await listLocks(files, root))[0]?.progress).toBeDefined();

    const error = await refusal(takeLock(optionsFor(root)));
    expect(error.code).toBe('model_busy');
    expect(error.message).toContain(`process ${holder.process.pid} on this computer`);
    expect(error.message).toContain('42 % done');
  });

  it('is free again after its release, and leaves no file', async () => {
    const root = await temporaryFolder();
    const lock = await takeLock(optionsFor(root));
    await lock.release();
    expect(await readdir(join(root, '.modeldock', 'locks'))).toEqual([]);
    await (await takeLock(optionsFor(root))).release();
  });

  it('holds by whatever path the models folder is reached', async () => {
    const root = await temporaryFolder();
    const lock = await takeLock(optionsFor(root));
    const link = `${root}-link`;
    await files.symlink(root, link);
    onTestFinished(() => rm(link));
    expect((await refusal(takeLock(optionsFor(link)))).code).toBe('model_busy');
    expect((await listLocks(files, link))[0]).toMatchObject({ folder: `${link}/acme/Chat-GGUF` });
    await lock.release();
  });

  it('does not concern other files of the same repo', async () => {
    const root = await temporaryFolder();
    const one = await takeLock(optionsFor(root));
    const other = await takeLock({ ...optionsFor(root), paths: ['chat-Q8_0.gguf'] });
    expect(await listLocks(files, root)).toHaveLength(2);
    await Promise.all([one.release(), other.release()]);
  });

  it('is taken at once from a process that was killed', async () => {
    const root = await temporaryFolder();
    const holder = start({ root, limits: patient });
    expect(await holder.said).toBe('taken');
    await killed(holder.process);

    const lock = await takeLock(optionsFor(root));
    expect(JSON.parse((await readFile(await lockFile(root), 'utf8')).split('\n')[0]!)).toMatchObject({
      process: { pid: process.pid },
    });
    await lock.release();
    expect(await readdir(join(root, '.modeldock', 'locks'))).toEqual([]);
  });

  it('is taken at once when its process’s number belongs to another one by now', async () => {
    const root = await temporaryFolder();
    await (await takeLock(optionsFor(root))).release();
    const lock = await takeLock(optionsFor(root));
    const path = await lockFile(root);
    const [head, progress] = (await readFile(path, 'utf8')).split('\n');
    const content = JSON.parse(head!) as { nonce: string; process: { start: string } };
    // This process has that number, and another moment of starting.
    const left = { ...content, nonce: '0123456789abcdef', process: { ...content.process, start: '1' } };
    await lock.release();
    await writeFile(path, `${JSON.stringify(left)}\n${progress}\n`);

    await (await takeLock(optionsFor(root))).release();
  });

  it('is taken from another machine only when it has not been touched for long', async () => {
    const root = await temporaryFolder();
    const lock = await takeLock(optionsFor(root));
    const path = await lockFile(root);
    const content = JSON.parse((await readFile(path, 'utf8')).split('\n')[0]!) as object;
    await lock.release();
    const foreign = {
      ...content,
      nonce: 'fedcba9876543210',
      process: { host: `not-${hostname()}`, pid: 1, boot: 'b' },
    };
    await writeFile(path, `${JSON.stringify(foreign)}\n`);

    const error = await refusal(takeLock(optionsFor(root)));
    expect(error.message).toContain(`process 1 on not-${hostname()}`);

    expect(await listLocks(files, root)).toHaveLength(1);

    const old = new Date(Date.now() - 60 * 60_000);
    await utimes(path, old, old);
    expect(await listLocks(files, root)).toEqual([]);
    await (await takeLock(optionsFor(root, quick))).release();
  });

  it('is not taken from a process that touches it, however wrong its time looks', async () => {
    const root = await temporaryFolder();
    const lock = await takeLock(optionsFor(root, { lockTouchMs: 20, lockStaleMs: 100_000 }));
    const path = await lockFile(root);
    // As after a clock that was set by two hours: the lock looks old until it is touched again.
    const old = new Date(Date.now() - 2 * 60 * 60_000);
    await utimes(path, old, old);
    const error = await refusal(takeLock(optionsFor(root, { lockTouchMs: 200, lockStaleMs: 100_000 })));
    expect(error.code).toBe('model_busy');
    expect(lock.lost.aborted).toBe(false);
    await lock.release();
  });

  it('is taken over where its file says nothing that can be read', async () => {
    const root = await temporaryFolder();
    await (await takeLock(optionsFor(root))).release();
    const lock = await takeLock(optionsFor(root));
    const path = await lockFile(root);
    await lock.release();
    await writeFile(path, '');
    expect((await refusal(takeLock(optionsFor(root)))).message).toContain('just started the same download');
    const old = new Date(Date.now() - 60 * 60_000);
    await utimes(path, old, old);
    await (await takeLock(optionsFor(root, quick))).release();
  });

  it('is noticed to be lost, and then not removed by its former holder', async () => {
    const root = await temporaryFolder();
    const slept = await takeLock(optionsFor(root, { lockTouchMs: 50, lockStaleMs: 600_000 }));
    const path = await lockFile(root);
    const [head, progress] = (await readFile(path, 'utf8')).split('\n');
    const other = { ...(JSON.parse(head!) as object), nonce: '00000000deadbeef' };
    await writeFile(`${path}.theirs`, `${JSON.stringify(other)}\n${progress}\n`);
    await files.rename(`${path}.theirs`, path);

    if (!slept.lost.aborted) await once(slept.lost, 'abort');
    expect(slept.lost.reason).toMatchObject({ code: 'model_busy' });
    await slept.release();
    expect(await readFile(path, 'utf8')).toContain('00000000deadbeef');
  });

  it('is won by exactly one of 20 processes when it is stale', async () => {
    const root = await temporaryFolder();
    const holder = start({ root, limits: patient });
    expect(await holder.said).toBe('taken');
    await killed(holder.process);

    const startAt = Date.now() + 2000;
    const racers = Array.from({ length: 20 }, () => start({ root, limits: patient, startAt }));
    const said = await Promise.all(racers.map((racer) => racer.said));
    expect(said.filter((word) => word === 'taken')).toHaveLength(1);
    expect(said.filter((word) => word === 'model_busy')).toHaveLength(19);
  });

  it('is won although another process died in the middle of taking it over', async () => {
    const root = await temporaryFolder();
    const holder = start({ root, limits: patient });
    expect(await holder.said).toBe('taken');
    await killed(holder.process);
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await start({ root, limits: patient, dieAt: 'rename' }).said).toBe('nothing');
    }
    expect((await readdir(join(root, '.modeldock', 'locks'))).length).toBeGreaterThan(1);

    const racers = Array.from({ length: 5 }, () => start({ root, limits: patient }));
    const said = await Promise.all(racers.map((racer) => racer.said));
    expect(said.sort()).toEqual([...Array<string>(4).fill('model_busy'), 'taken']);
  });
});
