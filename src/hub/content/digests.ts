/*
 * The sha256 of files that may have 40 GB. It is looked up in the table in the sources, in this process, and in the
 * cache on disk. Otherwise a worker computes it, one file at a time, while the hub continues to answer.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { errorCodeOf } from '../../node/file-errors.js';
import { contentId, type ContentSource } from './content.js';
import { createHasher } from './hasher.js';
import { knownDigests } from './known-digests.js';

/** Provides the digests of large files. */
export interface Digests {
  /** Returns the sha256 as 64 hex digits, computed if it is not known. */
  sha256(source: ContentSource): Promise<string>;
  /**
   * Starts computing missing digests. Resolves with the expected time in ms if an answer should not wait for them, and
   * with `undefined` when all are known.
   */
  prepare(sources: readonly ContentSource[]): Promise<number | undefined>;
  /**
   * Stops computing digests of files that are not among `sources`; a caller that waits for one of them gets an error.
   */
  retain(sources: readonly ContentSource[]): void;
  close(): Promise<void>;
}

/** A digest that is being computed. */
interface Computation {
  digest: Promise<string>;
  stop: AbortController;
}

/** The largest number of bytes to hash for which an answer waits: about half a second of work. */
const PATIENCE_BYTES = 256 * 1024 * 1024;
/** The speed of one worker, generation included; only used to estimate Retry-After. */
const ASSUMED_BYTES_PER_MS = 800_000;

/**
 * Returns the folder where digests are kept between runs: `$XDG_CACHE_HOME` or `~/.cache`, then
 * `modeldock/hub-digests`.
 */
export function defaultDigestCache(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'modeldock', 'hub-digests');
}

/** Creates the digests. With `cacheFolder: undefined` nothing is kept on disk. */
export function createDigests(cacheFolder: string | undefined): Digests {
  const found = new Map<string, string>();
  const running = new Map<string, Computation>();
  // Two threads, so that a small file never waits behind a large one.
  const hashers = { small: createHasher(), large: createHasher() };

  function sha256(source: ContentSource): Promise<string> {
    const id = contentId(source);
    const known = knownDigests[id] ?? found.get(id);
    if (known !== undefined) return Promise.resolve(known);
    const computation = running.get(id) ?? start(id, source);
    return computation.digest;
  }

  function start(id: string, source: ContentSource): Computation {
    const stop = new AbortController();
    const digest = recallOrCompute(id, source, stop.signal).finally(() => {
      // After this computation was stopped, another one may be running for the same file.
      if (running.get(id) === computation) running.delete(id);
    });
    const computation = { digest, stop };
    running.set(id, computation);
    return computation;
  }

  async function recallOrCompute(id: string, source: ContentSource, unwanted: AbortSignal): Promise<string> {
    const recalled = await recall(cacheFolder, id);
    const hasher = source.size > PATIENCE_BYTES ? hashers.large : hashers.small;
    const digest = recalled ?? (await hasher.sha256(source, unwanted));
    found.set(id, digest);
    if (recalled === undefined) await remember(cacheFolder, id, digest);
    return digest;
  }

  return {
    sha256,
    async prepare(sources) {
      const all = Promise.all(sources.map((source) => sha256(source)));
      // The next caller gets the error; without this it would be an unhandled rejection.
      all.catch(() => undefined);
      // The cache on disk is read first, so that a client need not wait for a digest that it has.
      await Promise.all(sources.map((source) => recallInto(found, cacheFolder, source)));
      const missing = sources.filter((source) => isMissing(found, source));
      if (missing.reduce((sum, source) => sum + source.size, 0) <= PATIENCE_BYTES) {
        await all;
        return undefined;
      }
      return Math.ceil((hashers.small.bytesLeft() + hashers.large.bytesLeft()) / ASSUMED_BYTES_PER_MS);
    },
    retain(sources) {
      if (running.size === 0) return;
      const wanted = new Set(sources.map(contentId));
      for (const [id, { stop }] of running) {
        if (wanted.has(id)) continue;
        running.delete(id);
        stop.abort();
      }
    },
    async close() {
      await Promise.all([hashers.small.close(), hashers.large.close()]);
    },
  };
}

function isMissing(found: ReadonlyMap<string, string>, source: ContentSource): boolean {
  const id = contentId(source);
  return !(id in knownDigests) && !found.has(id);
}

async function recallInto(
  found: Map<string, string>,
  folder: string | undefined,
  source: ContentSource,
): Promise<void> {
  const id = contentId(source);
  if (!isMissing(found, source)) return;
  const digest = await recall(folder, id);
  if (digest !== undefined) found.set(id, digest);
}

async function recall(folder: string | undefined, id: string): Promise<string | undefined> {
  if (folder === undefined) return undefined;
  const text = await readFile(join(folder, id), 'utf8').catch(() => '');
  return /^[0-9a-f]{64}\n$/.test(text) ? text.trim() : undefined;
}

async function remember(folder: string | undefined, id: string, digest: string): Promise<void> {
  if (folder === undefined) return;
  try {
    await makeFolder(folder);
    const scratch = join(folder, `${id}.${process.pid}`);
    await writeFile(scratch, `${digest}\n`);
    await rename(scratch, join(folder, id));
  } catch {
    // If the cache cannot be written, the work is repeated later; answers do not fail.
  }
}

/**
 * Creates folders one by one: Node's recursive mkdir never ends on a file system without new folders, such as `/proc`.
 */
async function makeFolder(folder: string): Promise<void> {
  const make = (): Promise<void> =>
    mkdir(folder).catch((error: unknown) => {
      if (errorCodeOf(error) !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await make();
  }
}
