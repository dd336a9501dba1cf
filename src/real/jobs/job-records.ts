import { dirname, join } from 'node:path';
import { createFileStore, type FileStore } from '../../stores/file.js';
import type { FileLayer } from '../file-layer.js';
import type { ModelFolders } from '../library/model-folders.js';
import { OWN_FOLDER } from '../library/safe-path.js';
import { isOpen, movedTo, type JobRecord } from './job-record.js';

/** The records of jobs: those on the disk, and in memory what the disk does not take or has lost. */
export interface JobRecords extends FileStore<JobRecord> {
  /**
   * Keeps a record that could not be written. It is what is shown, and is written as soon as the disk takes it.
   * @param job the version that follows the one on the disk
   */
  keepUnsaved(job: JobRecord): void;
  /** Writes what is kept. @throws what the disk says to the first one that it does not take */
  saveKept(): Promise<void>;
}

/** The size of a job's record with the longest plan in practice. */
const RESERVED_FOR_RECORD = 64 * 1024;

/** Opens the records in the models folders. */
export function openJobRecords({
  files,
  folders,
  onWarning,
}: {
  files: FileLayer;
  folders: ModelFolders;
  onWarning: (text: string) => void;
}): JobRecords {
  const disk = createFileStore<JobRecord>({
    files,
    folders: folders.roots.map((root) => join(root, OWN_FOLDER)),
    folderFor: ({ root }) => join(root, OWN_FOLDER),
    foundIn: (job, folder) => movedTo(job, dirname(folder)),
    reserveBytes: RESERVED_FOR_RECORD,
    onWarning,
  });
  return keepInMemory(disk, folders);
}

/** Wraps a store on disk. Without that, a job whose state the disk does not take would be shown as it was before. */
function keepInMemory(disk: FileStore<JobRecord>, { goneBecause }: Pick<ModelFolders, 'goneBecause'>): JobRecords {
  const unsaved = new Map<string, JobRecord>();
  /** As they were last read or written, for as long as their models folder is gone. */
  const seen = new Map<string, JobRecord>();

  return {
    ...disk,
    get: async (id) => shown(id, await disk.get(id)),
    latestFor: async (model) => (await listAll()).findLast((job) => job.model === model),
    list: async function* () {
      yield* await listAll();
    },
    insert: async (job, previous) => {
      // One that is only in memory is no rival of the new one on the disk.
      const isOnDisk = previous === undefined || (await disk.get(previous.id)) !== undefined;
      return disk.insert(job, isOnDisk ? previous : await disk.latestFor(job.model));
    },
    replace: async (job, expectedVersion) => {
      const kept = unsaved.get(job.id);
      if (kept?.version === expectedVersion && !(await save(kept))) return false;
      return disk.replace(job, expectedVersion);
    },
    remove: async (id) => {
      unsaved.delete(id);
      seen.delete(id);
      await disk.remove(id);
    },
    keepUnsaved: (job) => void unsaved.set(job.id, job),
    saveKept: async () => {
      for (const job of [...unsaved.values()]) await save(job);
    },
  };

  async function listAll(): Promise<JobRecord[]> {
    const jobs: JobRecord[] = [];
    const onDisk = new Set<string>();
    for await (const job of disk.list()) {
      onDisk.add(job.id);
      jobs.push((await shown(job.id, job))!);
    }
    for (const id of new Set([...seen.keys(), ...unsaved.keys()])) {
      const job = onDisk.has(id) ? undefined : await shown(id, undefined);
      if (job) jobs.push(job);
    }
    return jobs;
  }

  async function shown(id: string, found: JobRecord | undefined): Promise<JobRecord | undefined> {
    const kept = unsaved.get(id);
    if (found) seen.set(id, found);
    if (kept && (found === undefined || found.version < kept.version)) return kept;
    // Another process has gone on with it.
    unsaved.delete(id);
    return found ?? withoutFolder(id);
  }

  /** A job of a models folder that was renamed or unmounted waits for it. */
  async function withoutFolder(id: string): Promise<JobRecord | undefined> {
    const job = seen.get(id);
    const reason = job && (await goneBecause(job.root));
    if (job === undefined || reason === undefined) {
      seen.delete(id);
      return undefined;
    }
    return isOpen(job) ? { ...job, state: 'paused', code: 'disk_error', reason: `${reason}, then resume.` } : job;
  }

  /** @returns false where another process has written it meanwhile */
  async function save(job: JobRecord): Promise<boolean> {
    const found = await disk.get(job.id);
    if (found && found.version >= job.version) {
      unsaved.delete(job.id);
      return false;
    }
    const isSaved = found
      ? await disk.replace(job, found.version)
      : await disk.insert(job, await disk.latestFor(job.model));
    if (isSaved) unsaved.delete(job.id);
    return isSaved;
  }
}
