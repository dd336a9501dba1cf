import { createHash } from 'node:crypto';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { RefusedError } from '../../core/errors.js';
import { unlessMissing } from '../../node/file-errors.js';
import { createOwnFiles, UnusableFile } from '../../node/read-file.js';
import type { FileLayer } from '../file-layer.js';
import { defaultLimits, type DownloaderLimits } from '../limits.js';
import type { RealClock } from '../real-clock.js';
import { makeFolder } from './durable-files.js';
import {
  dropLockFile,
  ownLockFile,
  lockProgressLine,
  readLockFile,
  type FoundLock,
  type LockContent,
  type LockProgress,
  type LockRules,
  type OwnedLock,
} from './lock-file.js';
import { judgeProcess, readOwnIdentity, type ProcessIdentity } from './process-identity.js';
import { OWN_FOLDER } from './safe-path.js';

export interface LockOptions {
  files: FileLayer;
  clock: RealClock;
  limits: Pick<DownloaderLimits, 'lockTouchMs' | 'lockStaleMs'>;
  /** The models folder. */
  root: string;
  /** The repo's folder, and the files in it that are locked together. */
  folder: string;
  paths: readonly string[];
  /** The name of what is downloaded, for messages of other processes. */
  subject: string;
  /** Called at each update of the lock. */
  progress?: () => LockProgress;
  /** Gets the nonces of the locks that are released; one for the whole process. */
  released?: Set<string>;
}

/** The right to write one set of files, among all processes. */
export interface Lock {
  /** Aborted, with a RefusedError model_busy, when another process took the lock: writing must stop. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** A lock and its holder. */
export interface HeldLock extends LockContent {
  /** Absolute, by the path of the models folder that was asked about. */
  folder: string;
  progress: LockProgress | undefined;
}

/** @throws RefusedError model_busy, naming the process that holds it and its progress */
export async function takeLock({
  files,
  clock,
  limits,
  root,
  folder,
  paths,
  subject,
  progress = () => ({ downloadedBytes: 0, totalBytes: 0 }),
  released = new Set(),
}: LockOptions): Promise<Lock> {
  const self = await readOwnIdentity();
  const rules = { files, clock, self, touchMs: limits.lockTouchMs, staleMs: limits.lockStaleMs, released };
  // The same folder may have another path on another computer, or through a link.
  const content: LockContent = { process: self, subject, folder: relative(root, folder), files: paths };
  const path = lockPath(root, content);
  await makeFolder(files, dirname(path));
  const owned = await ownLockFile(rules, path, content).catch((error: unknown) => {
    throw error instanceof UnusableFile
      ? new RefusedError('disk_error', subject, error.message, { cause: error })
      : error;
  });
  if ('heldBy' in owned) throw busy(subject, owned.heldBy, self);
  // Leftovers only take space; cleaning them up must not lose a lock that is held.
  await sweep(rules, path, owned).catch(() => undefined);
  const letGo = (): void => void released.add(owned.nonce);
  return hold(rules, path, { ...owned, letGo }, content, progress);
}

/** Lists what this and other processes are writing in a models folder. It takes over nothing. */
export async function listLocks(
  files: FileLayer,
  root: string,
  { lockStaleMs }: Pick<DownloaderLimits, 'lockStaleMs'> = defaultLimits,
): Promise<HeldLock[]> {
  const self = await readOwnIdentity();
  const folder = join(root, OWN_FOLDER, 'locks');
  const held: HeldLock[] = [];
  for (const name of await createOwnFiles(files).names(folder)) {
    if (!name.endsWith('.lock')) continue;
    const found = await readLockFile(files, join(folder, name)).catch(unlessUnusable);
    if (!found?.content) continue;
    const process = await judgeProcess(found.content.process, self);
    // A process that cannot be checked from here may have ended with its machine.
    if (process === 'gone' || (process === 'unknown' && Date.now() - found.mtimeMs > lockStaleMs)) continue;
    held.push({ ...found.content, folder: resolve(root, found.content.folder), progress: found.progress });
  }
  return held;
}

/** A file that is not a lock locks nothing; a job that needs its name reports it. */
function unlessUnusable(error: unknown): undefined {
  if (!(error instanceof UnusableFile)) throw error;
}

/** Returns the path of a lock: the order of paths does not matter, another set of files is another lock. */
function lockPath(root: string, { folder, files }: Pick<LockContent, 'folder' | 'files'>): string {
  const name = createHash('sha256')
    .update([folder, ...[...files].sort()].join('\0'))
    .digest('hex');
  return join(root, OWN_FOLDER, 'locks', `${name.slice(0, 24)}.lock`);
}

function hold(
  rules: LockRules,
  path: string,
  owned: OwnedLock & { letGo: () => void },
  content: LockContent,
  progress: () => LockProgress,
): Lock {
  const { files, clock, touchMs, staleMs, self } = rules;
  const lost = new AbortController();
  const stop = new AbortController();
  let touchedAt = clock.monotonic();
  const touching = touchOnAndOn();
  let released: Promise<void> | undefined;

  return { lost: lost.signal, release: () => (released ??= release()) };

  async function touchOnAndOn(): Promise<void> {
    // Written once before the first wait: other processes see at once how much there is to download.
    while (!stop.signal.aborted && !lost.signal.aborted) {
      await touch();
      await clock.sleep(touchMs, stop.signal).catch(() => undefined);
    }
  }

  async function touch(): Promise<void> {
    try {
      const found = await readLockFile(files, path);
      if (found?.nonce !== owned.nonce) {
        lost.abort(found ? busy(content.subject, found, self) : removed());
        return;
      }
      const line = lockProgressLine(progress());
      await owned.handle.write(line, owned.progressAt).catch(async () => {
        const now = new Date();
        await owned.handle.utimes(now, now);
      });
      touchedAt = clock.monotonic();
    } catch {
      // A disk that fails now may work at the next update; if not, other processes see the lock age.
    }
  }

  async function release(): Promise<void> {
    stop.abort();
    await touching;
    owned.letGo();
    if (lost.signal.aborted) {
      await owned.handle.close();
    } else if (clock.monotonic() - touchedAt < staleMs / 2) {
      await dropLockFile(files, path, owned);
    } else {
      // Another process may be about to take it over: without the claim, this could remove that process's lock.
      const claimPath = `${path}.${owned.nonce}`;
      const claim = await ownLockFile(rules, claimPath, content);
      if ('heldBy' in claim) {
        await owned.handle.close();
      } else {
        await dropLockFile(files, path, owned);
        await dropLockFile(files, claimPath, claim);
      }
    }
  }

  function removed(): RefusedError {
    return new RefusedError(
      'model_busy',
      content.subject,
      `Cannot continue with ${content.subject}: its lock ${path} was removed. Start the download again.`,
    );
  }
}

/** Removes leftovers of interrupted takeovers, by which the lock can no longer be owned. */
async function sweep({ files, staleMs }: LockRules, path: string, { nonce, handle }: OwnedLock): Promise<void> {
  const now = (await handle.stat()).mtimeMs;
  for (const name of await files.readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || name.startsWith(`${basename(path)}.${nonce}`)) continue;
    const left = join(dirname(path), name);
    const stats = await unlessMissing(files.stat(left));
    if (stats && Math.abs(now - stats.mtimeMs) >= staleMs) await files.rm(left, { force: true });
  }
}

function busy(subject: string, { content, progress }: FoundLock, self: ProcessIdentity): RefusedError {
  if (!content) {
    return new RefusedError(
      'model_busy',
      subject,
      `Cannot download ${subject}: another process has just started the same download.`,
    );
  }
  const { pid, host } = content.process;
  const where = host === self.host ? 'on this computer' : `on ${host}`;
  const far =
    progress && progress.totalBytes > 0
      ? `, ${Math.floor((100 * progress.downloadedBytes) / progress.totalBytes)} % done`
      : '';
  return new RefusedError(
    'model_busy',
    subject,
    `Cannot download ${subject}: process ${pid} ${where} is downloading it${far}. Wait for it, or stop it.`,
  );
}
