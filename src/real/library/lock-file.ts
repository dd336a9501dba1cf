import { createHash, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { errorCodeOf, isWithoutLinks, unlessMissing } from '../../node/file-errors.js';
import { readRegularFile } from '../../node/read-file.js';
import type { FileLayer } from '../file-layer.js';
import type { RealClock } from '../real-clock.js';
import { judgeProcess, type ProcessIdentity } from './process-identity.js';

/*
 * A lock is a file that names its holder. Taking over the lock of a holder that has ended must not be a race: of many
 * processes that find it stale, a slow one could remove the lock of a faster one. So a process that wants to replace
 * the lock with nonce N first owns the file `<lock>.N`, by the same rules, and then checks that the lock is still N.
 * Nonces are never reused, so a late claim finds another lock and is released; the claim of a process that dies is
 * itself taken over.
 */

/** The contents of a lock file. */
export interface LockContent {
  process: ProcessIdentity;
  /** The name of what is locked, for messages. */
  subject: string;
  /** The repo's folder, relative to the models folder, and paths in it: what is being written. */
  folder: string;
  files: readonly string[];
}

export interface LockProgress {
  downloadedBytes: number;
  totalBytes: number;
}

/** A lock file as it was read. */
export interface FoundLock {
  nonce: string;
  /** Undefined if the file holds something else, or its holder is just writing it. */
  content: LockContent | undefined;
  progress: LockProgress | undefined;
  mtimeMs: number;
}

/** A lock file that this process owns. */
export interface OwnedLock {
  nonce: string;
  /** The open file: writes to it never reach the file of a process that took the lock over. */
  handle: FileHandle;
  /** The position of the progress in the file. */
  progressAt: number;
}

export interface LockRules {
  files: FileLayer;
  clock: RealClock;
  self: ProcessIdentity;
  touchMs: number;
  staleMs: number;
  /** Nonces that this process has let go of. Their files may be there: a folder that was away has come back. */
  released: ReadonlySet<string>;
}

/** The interval at which a lock is checked that another process is taking over. */
const CLAIM_POLL_MS = 10;
/** The largest lock file: it lists the files that it locks. */
const MOST_LOCK_BYTES = 64 * 1024 * 1024;

/** Owns the lock file, or returns the lock of its holder. */
export async function ownLockFile(
  rules: LockRules,
  path: string,
  content: LockContent,
): Promise<OwnedLock | { heldBy: FoundLock }> {
  const { files, clock } = rules;
  const nonce = randomBytes(8).toString('hex');
  const head = `${JSON.stringify({ nonce, ...content })}\n`;
  const text = head + lockProgressLine(undefined);
  const draft = `${path}.${nonce}.new`;
  let handle = await files.open(draft, 'wx+');
  const owned = (): OwnedLock => ({ nonce, handle, progressAt: Buffer.byteLength(head) });
  try {
    await handle.write(text, 0);
    for (;;) {
      const created = await create(rules, draft, path, text);
      if (created === 'exclusively') {
        await handle.close();
        handle = await files.open(path, 'r+');
      }
      if (created) return owned();
      const found = await readLockFile(files, path);
      if (!found) continue;
      // On some network file systems a successful link is reported as one that exists already.
      if (found.nonce === nonce) return owned();
      if (!(await isStale(rules, path, found, handle, text))) return await giveUp(found);

      const claim = await ownLockFile(rules, `${path}.${found.nonce}`, content);
      if ('heldBy' in claim) {
        await clock.sleep(CLAIM_POLL_MS);
        continue;
      }
      const replaced = await replace(rules, path, draft, found);
      await dropLockFile(files, `${path}.${found.nonce}`, claim);
      if (replaced && (await readLockFile(files, path))?.nonce === nonce) return owned();
      if (replaced) await recreate();
    }
  } catch (error) {
    await handle.close().catch(() => undefined);
    throw error;
  } finally {
    await files.rm(draft, { force: true });
  }

  async function giveUp(heldBy: FoundLock): Promise<{ heldBy: FoundLock }> {
    await handle.close();
    return { heldBy };
  }

  /** Recreates the file after a takeover that was itself taken over: this process's file has been removed. */
  async function recreate(): Promise<void> {
    await handle.close();
    handle = await files.open(draft, 'wx+');
    await handle.write(text, 0);
  }
}

/** Releases a lock file, unless it is no longer this process's. */
export async function dropLockFile(files: FileLayer, path: string, { nonce, handle }: OwnedLock): Promise<void> {
  if ((await readLockFile(files, path))?.nonce === nonce) await files.rm(path, { force: true });
  await handle.close();
}

/** Undefined if there is none. @throws UnusableFile */
export async function readLockFile(files: FileLayer, path: string): Promise<FoundLock | undefined> {
  const text = (await readRegularFile(files, path, MOST_LOCK_BYTES))?.toString();
  const stats = await unlessMissing(files.stat(path));
  if (text === undefined || stats === undefined) return undefined;
  const [head = '', progress = ''] = text.split('\n');
  try {
    const { nonce, ...content } = JSON.parse(head) as Partial<LockContent> & { nonce?: unknown };
    if (typeof nonce !== 'string' || typeof content.process?.pid !== 'number') throw new Error('not a lock');
    return { nonce, content: content as LockContent, progress: parseProgress(progress), mtimeMs: stats.mtimeMs };
  } catch {
    // It must be possible to claim exactly this file, with any contents.
    const nonce = `x${createHash('sha256').update(text).digest('hex').slice(0, 15)}`;
    return { nonce, content: undefined, progress: undefined, mtimeMs: stats.mtimeMs };
  }
}

/** Formats the progress; always of the same length, so that it can overwrite the one before, also on a full disk. */
export function lockProgressLine(progress: LockProgress | undefined): string {
  return `${(progress ? JSON.stringify(progress) : '').padEnd(80)}\n`;
}

function parseProgress(line: string): LockProgress | undefined {
  try {
    const { downloadedBytes, totalBytes } = JSON.parse(line) as LockProgress;
    return { downloadedBytes, totalBytes };
  } catch {
    return undefined;
  }
}

/** @returns false if there is one already */
async function create(
  { files }: LockRules,
  draft: string,
  path: string,
  text: string,
): Promise<'by link' | 'exclusively' | false> {
  try {
    await files.link(draft, path);
    return 'by link';
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false;
    if (!isWithoutLinks(error)) throw error;
  }
  try {
    const handle = await files.open(path, 'wx');
    await handle.write(text, 0).finally(() => handle.close());
    return 'exclusively';
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Replaces the lock, with the claim held: only if it is still the one that was found stale. */
async function replace(
  { files, clock, staleMs }: LockRules,
  path: string,
  draft: string,
  found: FoundLock,
): Promise<boolean> {
  const began = clock.monotonic();
  const again = await readLockFile(files, path);
  if (again?.nonce !== found.nonce || again.mtimeMs !== found.mtimeMs) return false;
  // A process that was suspended here may have lost the claim.
  if (clock.monotonic() - began > staleMs / 2) return false;
  await files.rename(draft, path);
  return true;
}

/**
 * Whether a lock is stale: at once if its process has ended; else if it has not been updated for long. Its age is
 * measured by the disk's own clock, and then the lock is observed for a while, because clocks may be set.
 */
async function isStale(
  { files, clock, self, touchMs, staleMs, released }: LockRules,
  path: string,
  found: FoundLock,
  draft: FileHandle,
  text: string,
): Promise<boolean> {
  if (released.has(found.nonce)) return true;
  if (found.content && (await judgeProcess(found.content.process, self)) === 'gone') return true;
  await draft.write(text, 0);
  const { mtimeMs: now } = await draft.stat();
  if (Math.abs(now - found.mtimeMs) < staleMs) return false;
  await clock.sleep(1.5 * touchMs);
  const again = await readLockFile(files, path);
  return again?.nonce === found.nonce && again.mtimeMs === found.mtimeMs;
}
