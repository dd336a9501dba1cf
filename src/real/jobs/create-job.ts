import { randomBytes } from 'node:crypto';
import type { DownloadRequest } from '../../core/engine.js';
import { RefusedError } from '../../core/errors.js';
import type { JobSnapshot } from '../../core/job.js';
import { partPaths } from '../disk/part-file.js';
import type { FileLocation } from '../hub/file-location.js';
import type { FilePresence } from '../library/presence.js';
import { totalSizeOf, type DownloadPlan } from '../plan.js';
import { findLeftParts, type LeftPart } from './adopt-parts.js';
import type { EngineContext } from './engine-context.js';
import type { JobRecord } from './job-record.js';
import type { Lifecycle } from './lifecycle.js';
import { snapshotOf } from './live-job.js';
import { lockWithRoom, makeRoom } from './make-room.js';

/** A download that is about to begin: the request, and what was found out about it. */
export interface WantedJob {
  request: DownloadRequest;
  plan: DownloadPlan;
  model: string;
  root: string;
  presence: readonly FilePresence[];
  previous: JobRecord | undefined;
  subject: string;
  /** Whether files with another digest are replaced. */
  replaces: boolean;
  signal: AbortSignal;
}

/**
 * Creates a job: takes the model's lock, makes room, requests one file from the hub, writes the record, and starts the
 * job.
 */
export async function createJob(context: EngineContext, lifecycle: Lifecycle, wanted: WantedJob): Promise<JobSnapshot> {
  const { clock, settings, hub, store, owner, withJobLock } = context;
  const { request, plan, model, root, presence, previous, subject, replaces } = wanted;
  const id = `job_${randomBytes(5).toString('hex')}`;
  const totalBytes = totalSizeOf(plan);
  const missing = presence.filter(({ state }) => state === 'absent' || state === 'outdated');
  const missingBytes = missing.reduce((sum, { file }) => sum + file.size, 0);
  const lock = await lockWithRoom(
    () => lifecycle.lock({ id, model, root, plan, totalBytes, downloadedBytes: 0 }),
    async () => makeRoom(context, root, { subject, bytes: missingBytes, parts: [], keep: await leftParts() }),
  );
  try {
    const left = await leftParts();
    const reserve = (): Promise<void> =>
      makeRoom(context, root, {
        subject,
        bytes: missingBytes,
        parts: left.map(({ folder, name }) => partPaths(folder, name).part),
        keep: left,
      });
    await reserve();
    const located = await locateOne(hub, missing, wanted);
    const reached = Object.fromEntries(plan.files.map((file) => [file.path, reachedOf(file.path, presence, left)]));
    const record: JobRecord = {
      ...{ id, model, version: 0, request, plan, root, owner, totalBytes, reached },
      startedAt: clock.now(),
      presentBytes: totalBytes - missingBytes,
      ...(replaces && { replaces: true as const }),
      ...(settings.token() !== undefined && { hadToken: true as const }),
      order: lifecycle.queue.nextOrder(),
      downloadedBytes: Object.values(reached).reduce((sum, bytes) => sum + bytes, 0),
      state: 'downloading',
    };
    // Other starts may have taken the space during the request to the hub; only a record reserves it.
    const isInserted = await withJobLock('reserve', async () => {
      await reserve();
      return store.insert(record, previous);
    });
    if (!isInserted) throw tooLate(subject);
    const job = lifecycle.enter(record, lock, located);
    lifecycle.tell(record, 'started');
    return snapshotOf(job, clock.now());
  } catch (error) {
    await lock.release();
    throw error;
  }

  async function leftParts(): Promise<LeftPart[]> {
    const jobs: JobRecord[] = [];
    for await (const job of store.list()) jobs.push(job);
    return findLeftParts(
      plan,
      root,
      jobs.filter((job) => !lifecycle.live.has(job.id)),
    );
  }
}

/** Whether the hub allows the download is known only after a request for a file. */
async function locateOne(
  hub: EngineContext['hub'],
  missing: readonly FilePresence[],
  { plan, subject, signal }: WantedJob,
): Promise<Map<string, FileLocation>> {
  const largest = missing.map(({ file }) => file).sort((one, other) => other.size - one.size)[0];
  if (!largest) return new Map();
  return new Map([[largest.path, await hub.locateFirst(plan, largest, subject, signal)]]);
}

/** Counts the files that are there already, and the bytes that an earlier job has left. */
function reachedOf(path: string, presence: readonly FilePresence[], left: readonly LeftPart[]): number {
  const found = presence.find(({ file }) => file.path === path);
  if (found?.state === 'recorded') return found.file.size;
  return left.find(({ file }) => file.path === path)?.bytes ?? 0;
}

function tooLate(subject: string): RefusedError {
  return new RefusedError(
    'model_busy',
    subject,
    `Cannot download ${subject}: another process has just started the same download.`,
  );
}
