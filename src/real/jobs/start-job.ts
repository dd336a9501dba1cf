import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { DownloadRequest } from '../../core/engine.js';
import { RefusedError } from '../../core/errors.js';
import type { JobSnapshot } from '../../core/job.js';
import type { HubCatalog } from '../hub/catalog/catalog.js';
import type { FileLocation } from '../hub/file-location.js';
import { findPresence, type FilePresence } from '../library/presence.js';
import { modelOf } from '../library/records.js';
import { isSameFile, readFingerprint } from '../library/fingerprint.js';
import { repoFolder } from '../library/safe-path.js';
import { totalSizeOf, type DownloadPlan } from '../plan.js';
import { findLeftParts, type LeftPart } from './adopt-parts.js';
import { isOpen, snapshotAtRest, type JobRecord } from './job-record.js';
import type { Lifecycle } from './lifecycle.js';
import { snapshotOf } from './live-job.js';
import { lockWithRoom, makeRoom } from './make-room.js';
import { identityOf, requestKey, subjectOf } from './request-identity.js';
import { partPaths } from '../disk/part-file.js';
import type { EngineContext } from './engine-context.js';

export interface StartOptions {
  /** Takes a quantization together with a catalog id. */
  allowCatalogQuantization: boolean;
}

/** Starts downloads: plans, looks what is there, takes the lock, asks for one file, writes the record. */
export interface Starter {
  /** @throws RefusedError with all that is known within `limits.startMs` */
  start(request: DownloadRequest, options: StartOptions): Promise<JobSnapshot | 'already_downloaded'>;
  /** The newest commit; files of another digest are replaced. */
  renew(request: DownloadRequest): Promise<JobSnapshot | 'already_downloaded'>;
  /** Resolves when no start is under way any more. */
  settled(): Promise<void>;
}

export function createStarter(context: EngineContext, lifecycle: Lifecycle, catalog: HubCatalog): Starter {
  const { files, clock, limits, settings, hub, folders, records, store, owner, withJobLock } = context;
  const { live } = lifecycle;
  const planning = new Map<string, Promise<JobSnapshot | 'already_downloaded'>>();

  return {
    start: async (request, { allowCatalogQuantization }) => {
      const { model, quantization } = request;
      if (model.source === 'catalog' && quantization !== undefined && !allowCatalogQuantization) {
        throw new RefusedError(
          'catalog_quantization',
          model.id,
          `Cannot choose a quantization of the catalog model ${model.id}.`,
        );
      }
      return together(requestKey(request), async () => {
        const known = await findKnown(request);
        return known ?? begin(request, false);
      });
    },
    renew: (request) => together(`${requestKey(request)} renewed`, () => begin(request, true)),
    settled: async () => {
      await Promise.allSettled(planning.values());
    },
  };

  /** Who asks for the same thing at the same time gets the same answer, and the hub is asked once. */
  function together(
    key: string,
    work: () => Promise<JobSnapshot | 'already_downloaded'>,
  ): Promise<JobSnapshot | 'already_downloaded'> {
    const under = planning.get(key) ?? work().finally(() => planning.delete(key));
    planning.set(key, under);
    return under;
  }

  /** What an earlier request for the same has come to, as far as that can be told without asking the hub. */
  async function findKnown(request: DownloadRequest): Promise<JobSnapshot | 'already_downloaded' | undefined> {
    const key = requestKey(request);
    const jobs = (await listJobs()).filter((job) => requestKey(job.request) === key);
    const open = jobs.findLast(isOpen);
    if (open) return attach(open);
    const done = jobs.findLast(({ state }) => state === 'completed');
    if (done && (await isThere(done.plan, done.root))) return 'already_downloaded';
    return undefined;
  }

  /** A job that is under way: this process goes on with it if nobody else does. */
  async function attach(job: JobRecord): Promise<JobSnapshot> {
    const running = live.get(job.id);
    if (running) return snapshotOf(running, clock.now());
    // Somebody paused it, or it paused by itself: that is for whoever may resume it.
    if (job.state === 'paused') return snapshotAtRest(job);
    return withJobLock(job.id, async () => {
      const already = live.get(job.id);
      if (already) return snapshotOf(already, clock.now());
      const lock = await lifecycle.lock(job);
      try {
        const now = (await store.get(job.id)) ?? job;
        if (now.state === 'downloading') return snapshotOf(lifecycle.enter(now, lock), clock.now());
        await lock.release();
        return snapshotAtRest(now);
      } catch (error) {
        await lock.release();
        throw error;
      }
    });
  }

  async function begin(request: DownloadRequest, replaces: boolean): Promise<JobSnapshot | 'already_downloaded'> {
    // Not AbortSignal.timeout: `any` holds its sources weakly, and a collected one never fires (Node 20).
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(new DOMException('The start took too long.', 'TimeoutError')),
      limits.startMs,
    );
    try {
      return await beginUntil(AbortSignal.any([context.closing, late.signal]), request, replaces);
    } finally {
      clearTimeout(timer);
    }
  }

  async function beginUntil(
    signal: AbortSignal,
    request: DownloadRequest,
    replaces: boolean,
  ): Promise<JobSnapshot | 'already_downloaded'> {
    const subject = subjectOf(request);
    const plan = await planFor(request, subject, signal);
    const model = identityOf(request, plan);
    return withJobLock(`start ${model}`, async () => {
      const previous = await store.latestFor(model);
      if (previous && isOpen(previous)) return attach(previous);
      const root = await folders.choose(plan.owner, plan.repo, () => totalSizeOf(plan) + limits.spareBytes);
      const presence = await lookFor(plan, root);
      if (presence.every(({ state }) => state === 'recorded')) return 'already_downloaded';
      // At whatever commit: what is newer comes when somebody asks for an update.
      if (!replaces && (await isInstalled(plan, root))) return 'already_downloaded';
      if (!replaces) refuseForeign(presence, subject);
      return create({ request, plan, model, root, presence, previous, subject, replaces, signal });
    });
  }

  async function planFor(
    { model, quantization }: DownloadRequest,
    subject: string,
    signal: AbortSignal,
  ): Promise<DownloadPlan> {
    const label = quantization === undefined ? {} : { quantization };
    if (model.source === 'huggingface') {
      return hub.plan({ owner: model.owner, repo: model.repo, ...label, subject }, signal);
    }
    const repos = await catalog.find(model.id, signal);
    let refusal: unknown;
    for (const { owner: publisher, repo } of repos) {
      try {
        return await hub.plan({ owner: publisher, repo, ...label, subject }, signal);
      } catch (error) {
        // One of several repos may have only what another program can use.
        if (!(error instanceof RefusedError) || !['no_compatible_option', 'missing_or_private'].includes(error.code)) {
          throw error;
        }
        refusal ??= error;
      }
    }
    throw refusal;
  }

  async function create(wanted: WantedJob): Promise<JobSnapshot> {
    const { request, plan, model, root, presence, previous, subject, replaces, signal } = wanted;
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
      const located = await locateOne(plan, missing, subject, signal);
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
      // Other starts may have taken the room while the hub was asked; a record is what reserves it.
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
      return findLeftParts(
        plan,
        root,
        (await listJobs()).filter(({ id: other }) => !live.has(other)),
      );
    }
  }

  /** Whether the hub gives the bytes away is known only when it is asked for them. */
  async function locateOne(
    plan: DownloadPlan,
    missing: readonly FilePresence[],
    subject: string,
    signal: AbortSignal,
  ): Promise<Map<string, FileLocation>> {
    const largest = missing.map(({ file }) => file).sort((one, other) => other.size - one.size)[0];
    if (!largest) return new Map();
    return new Map([[largest.path, await hub.locateFirst(plan, largest, subject, signal)]]);
  }

  async function isThere(plan: DownloadPlan, root: string): Promise<boolean> {
    return (await lookFor(plan, root)).every(({ state }) => state === 'recorded');
  }

  /** Whether all that was recorded of a model is as it was. */
  async function isInstalled(plan: DownloadPlan, root: string): Promise<boolean> {
    const record = await records.find(root, modelOf(plan));
    if (!record) return false;
    const folder = repoFolder(root, record.owner, record.repo);
    for (const file of record.files) {
      const there = await readFingerprint(files, join(folder, file.path));
      if (!there || !isSameFile(there, file)) return false;
    }
    return true;
  }

  async function lookFor(plan: DownloadPlan, root: string): Promise<FilePresence[]> {
    return findPresence({
      files,
      plan,
      folder: repoFolder(root, plan.owner, plan.repo),
      records: await records.list(root),
      hubCache: settings.cacheFolder,
    });
  }

  async function listJobs(): Promise<JobRecord[]> {
    const jobs: JobRecord[] = [];
    for await (const job of store.list()) jobs.push(job);
    return jobs;
  }
}

interface WantedJob {
  request: DownloadRequest;
  plan: DownloadPlan;
  model: string;
  root: string;
  presence: readonly FilePresence[];
  previous: JobRecord | undefined;
  subject: string;
  replaces: boolean;
  signal: AbortSignal;
}

/** Files that are there count from the start, and so does what an earlier job has left. */
function reachedOf(path: string, presence: readonly FilePresence[], left: readonly LeftPart[]): number {
  const found = presence.find(({ file }) => file.path === path);
  if (found?.state === 'recorded') return found.file.size;
  return left.find(({ file }) => file.path === path)?.bytes ?? 0;
}

/** Nothing that somebody else put there is replaced because of a download that did not ask for that. */
function refuseForeign(presence: readonly FilePresence[], subject: string): void {
  const foreign = presence.find((found) => found.state === 'outdated' && !found.ours);
  if (!foreign) return;
  throw new RefusedError(
    'unrecorded_files',
    subject,
    `Cannot download ${subject}: there is another ${foreign.target}, which modeldock did not put there. Move it away, or update the model, which replaces it.`,
  );
}

function tooLate(subject: string): RefusedError {
  return new RefusedError('model_busy', subject, `Cannot download ${subject}: another process has just begun to.`);
}
