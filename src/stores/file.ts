import { randomBytes } from 'node:crypto';
import * as nodeFiles from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createSerialQueue } from '../core/serial-queue.js';
import type { JobStore, Stored } from '../core/store.js';
import { createExclusively } from '../node/create-exclusively.js';
import { errorCodeOf, isDiskFull, isWithoutLinks, unlessMissing } from '../node/file-errors.js';
import { createOwnFiles } from '../node/read-file.js';
import { syncFolder } from '../node/sync-folder.js';

/** The file operations that job records need. `node:fs/promises` has them. */
export type RecordFiles = Pick<
  typeof nodeFiles,
  'open' | 'rename' | 'link' | 'unlink' | 'mkdir' | 'readdir' | 'stat' | 'lstat' | 'rm'
>;

export interface FileStoreOptions<Job extends Stored> {
  /** Each holds a folder per job. One that does not exist yet holds none. */
  folders: readonly string[];
  /** Chooses the folder of a new job among `folders`; the first by default. */
  folderFor?: (job: Job) => string;
  /** Brings a record up to date that was found in one of `folders`: the folder may have been moved since it was written. */
  foundIn?: (job: Job, folder: string) => Job;
  files?: RecordFiles;
  /** The size of a file kept beside each record, whose space is used to record that the disk is full. */
  reserveBytes?: number;
  /** Called once for each unreadable record; its job is skipped. */
  onWarning?: (text: string) => void;
}

/** Keeps job records as `<folder>/<job>/job.json`, which other programs may read. */
export interface FileStore<Job extends Stored> extends JobStore<Job> {
  /** Returns the job's own folder; undefined if there is no such job. */
  folderOf(id: string): Promise<string | undefined>;
  /** Deletes a job's record and everything else in its folder. */
  remove(id: string): Promise<void>;
  /**
   * Drops the claims of writers that were killed before they wrote; otherwise the next writer waits 10 s. Only for
   * callers that know that no other process writes this job.
   */
  dropClaims(id: string): Promise<void>;
  /** Deletes leftovers of killed writers: folders that never had a record, and drafts of records. */
  tidy(): Promise<void>;
}

/**
 * A record in its folder. In `job.json` it is flat: the job's own fields, `format`, and `sequence`, which orders the
 * jobs.
 */
interface Entry<Job> {
  sequence: number;
  job: Job;
}

interface FoundEntry<Job> extends Entry<Job> {
  folder: string;
}

const FORMAT = 1;
/** A file in a job's folder. May be deleted once no more records will be written. */
export const RESERVE = 'reserve';
const RECORD = 'job.json';
/** A record contains a plan, which may list the files of a large repo. */
const MOST_RECORD_BYTES = 64 * 1024 * 1024;
/** A claim to write a version lives for milliseconds: an older one belongs to a process that was killed. */
const CLAIM_STALE_MS = 10_000;
const CLAIM = /^job\.json\.\d+$/;
const JOB_FOLDER = /^job_[\w-]+$/;

/**
 * Keeps job records on disk. A record is replaced as a whole: a reader sees the old one or the new one, even after a
 * power failure. Of several writers of one version only one succeeds, in this process or another.
 */
export function createFileStore<Job extends Stored>({
  folders,
  folderFor = () => folders[0]!,
  foundIn = (job) => job,
  files = nodeFiles,
  reserveBytes = 0,
  onWarning = () => undefined,
}: FileStoreOptions<Job>): FileStore<Job> {
  /** Writes run one after another, so that what a writer has read is still true when it writes. */
  const withJobLock = createSerialQueue();
  const warned = new Set<string>();
  const own = createOwnFiles(files, onWarning);

  return {
    get: async (id) => (await find(id))?.job,
    latestFor: async (model) => (await newest(model))?.job,
    insert: (job, previous) => withJobLock(() => insert(job, previous)),
    replace: (job, expectedVersion) => withJobLock(() => replace(job, expectedVersion)),
    list: async function* () {
      for (const { job } of await readAll()) yield job;
    },
    dropClaims: (id) => withJobLock(() => dropClaims(id)),
    tidy: () => withJobLock(tidy),
    folderOf: async (id) => (await find(id))?.folder,
    remove: (id) =>
      withJobLock(async () => {
        const found = await find(id);
        if (!found) return;
        // The record is deleted first: a folder without one is no longer a job.
        await files.unlink(join(found.folder, RECORD));
        await files.rm(found.folder, { recursive: true, force: true });
      }),
  };

  async function insert(job: Job, previous: Job | undefined): Promise<boolean> {
    const known = await readAll();
    const latest = known.filter((entry) => entry.job.model === job.model).at(-1);
    if (known.some((entry) => entry.job.id === job.id) || latest?.job.id !== previous?.id) return false;
    const parent = folderFor(job);
    const folder = join(parent, job.id);
    await files.mkdir(parent, { recursive: true });
    try {
      await files.mkdir(folder);
    } catch (error) {
      if (errorCodeOf(error) === 'EEXIST') return false;
      throw error;
    }
    const sequence = (known.at(-1)?.sequence ?? 0) + 1;
    try {
      const draft = await writeDraft(folder, { sequence, job });
      await files.rename(draft, join(folder, RECORD));
      if (reserveBytes > 0) await createExclusively(files, join(folder, RESERVE), new Uint8Array(reserveBytes).fill(1));
    } catch (error) {
      // A folder without a record is harmless, but would stay forever.
      await files.rm(folder, { recursive: true, force: true });
      throw error;
    }
    await syncFolder(files, folder);
    await syncFolder(files, parent);
    return true;
  }

  async function replace(job: Job, expectedVersion: number): Promise<boolean> {
    const found = await find(job.id);
    if (found?.job.version !== expectedVersion) return false;
    const { folder, sequence } = found;
    const entry = { sequence, job };
    try {
      return await overwrite(folder, entry, expectedVersion);
    } catch (error) {
      // On a full disk the record goes into the room that was kept for it, and the room of the old one is kept instead.
      if (!isDiskFull(error) || !(await isRemoved(join(folder, RESERVE)))) throw error;
      try {
        return await overwrite(folder, entry, expectedVersion);
      } finally {
        await createExclusively(files, join(folder, RESERVE), new Uint8Array(reserveBytes).fill(1)).catch(
          () => undefined,
        );
      }
    }
  }

  async function overwrite(folder: string, entry: Entry<Job>, expectedVersion: number): Promise<boolean> {
    const claim = join(folder, `${RECORD}.${entry.job.version}`);
    const draft = await writeDraft(folder, entry);
    try {
      if (!(await claimVersion(draft, claim, textOf(entry)))) return false;
      // Since the record was read, another process may have written this version and released its claim.
      if ((await readEntry(folder))?.job.version !== expectedVersion) {
        await files.unlink(claim);
        return false;
      }
      await files.rename(claim, join(folder, RECORD)).catch(async (error: unknown) => {
        await files.unlink(claim).catch(() => undefined);
        throw error;
      });
    } catch (error) {
      // Another caller has dropped the claim.
      if (errorCodeOf(error) === 'ENOENT') return false;
      throw error;
    } finally {
      await unlessMissing(files.unlink(draft));
    }
    await syncFolder(files, folder);
    return true;
  }

  async function isRemoved(path: string): Promise<boolean> {
    return files.unlink(path).then(
      () => true,
      () => false,
    );
  }

  async function dropClaims(id: string): Promise<void> {
    const found = await find(id);
    if (!found) return;
    for (const name of await files.readdir(found.folder)) {
      if (CLAIM.test(name)) await files.rm(join(found.folder, name), { force: true });
    }
  }

  async function tidy(): Promise<void> {
    for (const parent of folders) {
      const names = await own.names(parent);
      for (const folder of names.filter(isJobFolder).map((name) => join(parent, name))) {
        const inside = await own.names(folder);
        const left = inside.includes(RECORD)
          ? inside.filter((name) => name.startsWith(`${RECORD}.`)).map((name) => join(folder, name))
          : [folder];
        for (const path of left) {
          if ((await ageOf(path)) >= CLAIM_STALE_MS) await files.rm(path, { recursive: true, force: true });
        }
      }
    }
  }

  /** Returns the age of a file; none if it no longer exists. */
  async function ageOf(path: string): Promise<number> {
    const stats = await unlessMissing(files.lstat(path));
    return stats === undefined ? 0 : Date.now() - stats.ctimeMs;
  }

  /**
   * Links the draft to the claim. Only one writer can create the link; a rename would silently replace another one's
   * file.
   */
  async function claimVersion(draft: string, claim: string, contents: Uint8Array): Promise<boolean> {
    for (;;) {
      try {
        await files.link(draft, claim);
        return true;
      } catch (error) {
        // For file systems without links, such as FAT.
        if (isWithoutLinks(error)) return createExclusively(files, claim, contents);
        if (isDiskFull(error)) {
          // Where a link takes an inode, as on tmpfs, the last one is the draft's.
          await files.unlink(draft);
          return createExclusively(files, claim, contents);
        }
        if (errorCodeOf(error) !== 'EEXIST') throw error;
        if ((await ageOf(claim)) < CLAIM_STALE_MS) return false;
        await unlessMissing(files.unlink(claim));
      }
    }
  }

  async function writeDraft(folder: string, entry: Entry<Job>): Promise<string> {
    const path = join(folder, `${RECORD}.${randomBytes(6).toString('hex')}.tmp`);
    if (!(await createExclusively(files, path, textOf(entry))))
      throw new Error(`Cannot write ${path}: it exists already.`);
    return path;
  }

  async function newest(model: string): Promise<FoundEntry<Job> | undefined> {
    return (await readAll()).filter(({ job }) => job.model === model).at(-1);
  }

  /** Reads all records, oldest first. */
  async function readAll(): Promise<FoundEntry<Job>[]> {
    const entries = await Promise.all(
      folders.map(async (parent) => {
        const names = await own.names(parent);
        return Promise.all(names.filter(isJobFolder).map((name) => readEntry(join(parent, name))));
      }),
    );
    return entries
      .flat()
      .filter((entry) => entry !== undefined)
      .sort((one, other) => one.sequence - other.sequence || (one.job.id < other.job.id ? -1 : 1));
  }

  async function find(id: string): Promise<FoundEntry<Job> | undefined> {
    // The id comes from outside, and becomes part of a path.
    if (!isJobFolder(id)) return undefined;
    for (const parent of folders) {
      const entry = await readEntry(join(parent, id));
      if (entry) return entry;
    }
    return undefined;
  }

  async function readEntry(folder: string): Promise<FoundEntry<Job> | undefined> {
    const path = join(folder, RECORD);
    const text = await own.read(path, MOST_RECORD_BYTES);
    if (text === undefined) return undefined;
    const entry = parseEntry<Job>(text);
    if (entry) return { ...entry, job: foundIn(entry.job, dirname(folder)), folder };
    if (warned.has(path)) return undefined;
    warned.add(path);
    onWarning(
      `Cannot read ${path}: expected the record of a job in this version's format, found something else. Delete ${dirname(path)} to forget the job.`,
    );
    return undefined;
  }
}

function textOf<Job>({ sequence, job }: Entry<Job>): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ format: FORMAT, sequence, ...job }, undefined, 2)}\n`);
}

function parseEntry<Job extends Stored>(text: string): Entry<Job> | undefined {
  try {
    const record = JSON.parse(text) as ({ format?: unknown; sequence?: unknown } & Partial<Stored>) | null;
    if (record?.format !== FORMAT || typeof record.sequence !== 'number') return undefined;
    const { format: _, sequence, ...job } = record;
    const isJob = typeof job.id === 'string' && typeof job.model === 'string' && typeof job.version === 'number';
    return isJob ? { sequence: sequence, job: job as Job } : undefined;
  } catch {
    return undefined;
  }
}

function isJobFolder(name: string): boolean {
  return JOB_FOLDER.test(name);
}
