import type { DownloadRequest } from '../../core/engine.js';
import { RefusedError } from '../../core/errors.js';
import type { JobSnapshot } from '../../core/job.js';
import type { HubCatalog } from '../hub/catalog/catalog.js';
import type { FilePresence } from '../library/presence.js';
import { findRepoFolder } from '../library/safe-path.js';
import { totalSizeOf, type DownloadPlan } from '../plan.js';
import { createJob } from './create-job.js';
import type { EngineContext } from './engine-context.js';
import { enterAgain } from './enter-again.js';
import { isInstalled, isThere, lookFor } from './installed-files.js';
import { isOpen, snapshotAtRest, type JobRecord } from './job-record.js';
import type { Lifecycle } from './lifecycle.js';
import { snapshotOf } from './live-job.js';
import { planRequest } from './plan-request.js';
import { orDiskRefusal } from './refuse-disk-error.js';
import { identityOf, requestKey, subjectOf } from './request-identity.js';

export interface StartJobOptions {
  /** Accepts a quantization together with a catalog id. */
  allowCatalogQuantization: boolean;
}

/** Starts downloads: plans, checks existing files, takes the lock, requests one file, writes the record. */
export interface Starter {
  /** @throws RefusedError for every refusal that is known within `limits.startMs` */
  start(request: DownloadRequest, options: StartJobOptions): Promise<JobSnapshot | 'already_downloaded'>;
  /** Downloads the newest commit; files with another digest are replaced. */
  renew(request: DownloadRequest): Promise<JobSnapshot | 'already_downloaded'>;
  /** Resolves when no start is in progress. */
  settled(): Promise<void>;
}

export function createStarter(context: EngineContext, lifecycle: Lifecycle, catalog: HubCatalog): Starter {
  const { clock, limits, folders, store, withJobLock } = context;
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

  /** Lets simultaneous callers with the same request share one answer, so that the hub is called once. */
  function together(
    key: string,
    work: () => Promise<JobSnapshot | 'already_downloaded'>,
  ): Promise<JobSnapshot | 'already_downloaded'> {
    const under = planning.get(key) ?? work().finally(() => planning.delete(key));
    planning.set(key, under);
    return under;
  }

  /** Finds the result of an earlier request for the same model, as far as that is known without the hub. */
  async function findKnown(request: DownloadRequest): Promise<JobSnapshot | 'already_downloaded' | undefined> {
    const key = requestKey(request);
    const jobs: JobRecord[] = [];
    for await (const job of store.list()) if (requestKey(job.request) === key) jobs.push(job);
    const open = jobs.findLast(isOpen);
    if (open) return attach(open);
    const done = jobs.findLast(({ state }) => state === 'completed');
    if (done && (await isThere(context, done.plan, done.root))) return 'already_downloaded';
    return undefined;
  }

  /** Joins a running job. This process continues it if no other process does. */
  async function attach(job: JobRecord): Promise<JobSnapshot> {
    const running = live.get(job.id);
    if (running) return snapshotOf(running, clock.now());
    // A user paused it, or it paused by itself: it stays paused until it is resumed.
    if (job.state === 'paused') return snapshotAtRest(job);
    const goOn = async (): Promise<JobSnapshot> => {
      const already = live.get(job.id);
      if (already) return snapshotOf(already, clock.now());
      const lock = await lifecycle.lock(job);
      try {
        const now = (await store.get(job.id)) ?? job;
        if (now.state === 'downloading')
          return snapshotOf(await enterAgain(context, lifecycle, now, lock), clock.now());
        await lock.release();
        return snapshotAtRest(now);
      } catch (error) {
        await lock.release();
        throw error;
      }
    };
    return withJobLock(job.id, () => orDiskRefusal('go on with', job, goOn));
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
    const planned = await planRequest(context.hub, catalog, request, { subject, signal });
    const model = identityOf(request, planned);
    return withJobLock(`start ${model}`, async () => {
      const previous = await store.latestFor(model);
      if (previous && isOpen(previous)) return attach(previous);
      const { root, plan } = await chooseFolder(context, planned, subject);
      return orDiskRefusal('download', { model: subject, root }, async () => {
        const gone = await folders.goneBecause(root);
        if (gone) throw new RefusedError('disk_error', subject, `${gone}, then start the download again.`);
        const presence = await lookFor(context, plan, root);
        if (presence.every(({ state }) => state === 'recorded')) return 'already_downloaded';
        // At any commit: a newer one is fetched only by an update.
        if (!replaces && (await isInstalled(context, plan, root))) return 'already_downloaded';
        if (!replaces) refuseForeign(presence, subject);
        const wanted = { request, plan, model, root, presence, previous, subject, replaces, signal };
        return createJob(context, lifecycle, wanted);
      });
    });
  }
}

/** The models folder for a plan, and the plan with the repo's folder there, where that differs from its name in case. */
async function chooseFolder(
  { files, folders, limits }: EngineContext,
  plan: DownloadPlan,
  subject: string,
): Promise<{ root: string; plan: DownloadPlan }> {
  const { owner, repo } = plan;
  const bytes = totalSizeOf(plan) + limits.spareBytes;
  return orDiskRefusal('download', { model: subject, root: folders.roots[0]! }, async () => {
    const root = await folders.choose(owner, repo, () => bytes);
    const folder = await findRepoFolder(files, root, owner, repo);
    const isSpelledAlike = folder === undefined || folder === `${owner}/${repo}`;
    return { root, plan: isSpelledAlike ? plan : { ...plan, folder } };
  });
}

/** Refuses to replace files of another program, unless the request allows it. */
function refuseForeign(presence: readonly FilePresence[], subject: string): void {
  const foreign = presence.find((found) => found.state === 'outdated' && !found.ours);
  if (!foreign) return;
  throw new RefusedError(
    'unrecorded_files',
    subject,
    `Cannot download ${subject}: there is another file ${foreign.target}, which modeldock did not download. Move it away, or update the model, which replaces it.`,
  );
}
