import * as nodeFiles from 'node:fs/promises';
import { checkOptions, type OptionNames } from '../core/check-options.js';
import type { DownloadEvent, Downloader } from '../core/downloader.js';
import type { JobSnapshot } from '../core/job.js';
import { readBootId } from './disk/boot-id.js';
import { createByteBudget } from './disk/byte-budget.js';
import { createDigester } from './disk/digester.js';
import type { FileLayer } from './file-layer.js';
import { createHubCatalog } from './hub/catalog/catalog.js';
import { hubSettingsOnDemand, type HubSettings } from './hub/hub-settings.js';
import { networkOnDemand } from './hub/network.js';
import { checkNetworkSettings } from './hub/network-settings.js';
import { createFileClaims } from './jobs/file-claims.js';
import { createKeyedMutex } from './jobs/keyed-mutex.js';
import { createInstalledModels } from './jobs/installed-models.js';
import { createJobControl } from './jobs/job-control.js';
import type { JobOwner } from './jobs/job-record.js';
import { openJobRecords } from './jobs/job-records.js';
import { createLifecycle } from './jobs/lifecycle.js';
import { readMetrics } from './jobs/metrics.js';
import { recoverJobs, takeOverAbandoned } from './jobs/recover-jobs.js';
import { createSharedLocks } from './jobs/shared-locks.js';
import { createStarter } from './jobs/start-job.js';
import { createTraceBook } from './jobs/trace-book.js';
import type { EngineContext } from './jobs/engine-context.js';
import { lmStudioHome, openModelFolders } from './library/model-folders.js';
import { createModelRecords } from './library/records.js';
import { createInstalledLibrary } from './library/installed-library.js';
import { defaultLimits, type DownloaderLimits } from './limits.js';
import { realClock, withSteadyDates, type RealClock } from './real-clock.js';
import { createBandwidth } from './transfer/bandwidth.js';
import { createConnectionSlots } from './transfer/connection-slots.js';

/** Options of a downloader. All have defaults: without options it downloads into LM Studio's own folder. */
export interface DownloaderOptions {
  /**
   * The models folders. Of several, a model goes where its repo has a folder already, else to the first with room. Default: the
   * one that LM Studio has in its settings, else `~/.lmstudio/models`.
   */
  modelsDirs?: readonly string[];
  /** A folder with `<owner>/<name>/model.yaml` for catalog ids of your own. */
  catalogDir?: string;
  /** HF_ENDPOINT, HF_TOKEN, HTTPS_PROXY and so on. Default: the environment of the process. */
  environment?: NodeJS.ProcessEnv;
  /** Takes a quantization together with a catalog id, which LM Studio refuses; `false` by default. */
  allowCatalogQuantization?: boolean;
  /** Bytes per second of all downloads together; no limit by default. */
  bandwidth?: number;
  /**
   * The file for a recording of a download, as a scenario for the simulator; those of further downloads have the job's
   * id in the name.
   */
  record?: string;
  /** A `command` leaves other jobs alone, and pauses its own when it closes. Default `server`. */
  owner?: JobOwner;
  /**
   * Lists models and downloads also where nothing may be written: no folder is made, and nothing odd is moved aside. Starts
   * are refused. For an `owner` that is a `command`. Default `false`.
   */
  readOnly?: boolean;
  /** Certificates to trust instead of the usual ones, PEM. */
  ca?: string;
  /**
   * Decides which addresses are on the Internet: a hub there may not lead into a private network. Default: all but the
   * special ones.
   */
  isPublicAddress?: (address: string) => boolean;
  /** The numbers it works with. Default: `defaultLimits`. */
  limits?: Partial<DownloaderLimits>;
  /** Its time. Default: `realClock`. */
  clock?: RealClock;
  /** The file system. Default: `node:fs/promises`. */
  files?: FileLayer;
  /** Called with warnings from background work, such as a record that could not be saved. */
  onWarning?: (text: string) => void;
}

/**
 * Opens an engine that really downloads, and goes on with what an earlier one over the same folders has left.
 * @throws RefusedError disk_error; Error for a variable of the environment that cannot be used
 * @example
 * const downloader = await openDownloader({ modelsDirs: ['models'], bandwidth: 10_000_000 });
 * const models = await downloader.library.installed();
 * await downloader.close();
 */
export async function openDownloader(options: DownloaderOptions = {}): Promise<Downloader> {
  checkOptions('openDownloader', options, downloaderOptions);
  const { environment = process.env, files = nodeFiles, owner = 'server' } = options;
  const clock = withSteadyDates(options.clock ?? realClock);
  const { onWarning: warn = () => undefined } = options;
  // One sentence is enough for a folder that was named when it was opened.
  const onWarning = (text: string): void => {
    if (!folders.unlisted.some((folder) => text.includes(folder))) warn(text);
  };
  // A command may need no network, and so none of its settings; a server must report wrong ones before its first
  // download.
  if (owner === 'server') checkNetworkSettings(environment);
  const settings = hubSettingsOnDemand(environment);
  const limits = limitsFrom(options.limits, settings);
  const { readOnly = false } = options;
  const folders = await openModelFolders({ files, roots: options.modelsDirs, environment, onWarning: warn, readOnly });
  const records = createModelRecords(files, onWarning);
  const network = networkOnDemand({
    ...{ settings, limits, clock, environment },
    ...(options.ca !== undefined && { ca: options.ca }),
    ...(options.isPublicAddress !== undefined && { isPublic: options.isPublicAddress }),
  });
  const closing = new AbortController();
  const context: EngineContext = {
    ...{ files, clock, limits, settings, folders, records, owner, onWarning },
    get agents() {
      return network.agents;
    },
    get hub() {
      return network.hub;
    },
    slots: createConnectionSlots(limits),
    bandwidth: createBandwidth(options.bandwidth, { clock }),
    budget: createByteBudget(limits.unjournaledBytes),
    digester: createDigester(),
    bootId: await readBootId(),
    library: createInstalledLibrary({ folders, files, records, onWarning }),
    store: openJobRecords({ files, folders, onWarning }),
    locks: createSharedLocks({ files, clock, limits }),
    claims: createFileClaims(),
    totals: { downloadedBytes: 0, hashedBytes: 0, retries: 0, stalls: 0, renewals: 0 },
    withJobLock: createKeyedMutex(),
    closing: closing.signal,
  };

  const listeners = new Set<(event: DownloadEvent) => void>();
  const states = new Map<string, JobSnapshot['state']>();
  const traces = createTraceBook(context, options.record);
  const lifecycle = createLifecycle(context, traces, (event) => {
    states.set(event.job, stateAfter(event.type));
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener that throws must not keep a job from ending.
        onWarning(`A listener to ${event.type} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  });
  const { withJobLock } = context;
  const jobs = createJobControl(context, lifecycle);
  const catalog = createHubCatalog({
    ...(options.catalogDir !== undefined && { folder: options.catalogDir }),
    lmStudioHome: await lmStudioHome(files, environment),
    client: { search: (...search) => network.hub.search(...search) },
  });
  const starter = createStarter(context, lifecycle, catalog);
  const models = createInstalledModels(context, lifecycle, context.library, starter);
  let closed: Promise<void> | undefined;
  let watching: Promise<void> | undefined;

  try {
    for await (const job of context.store.list()) {
      states.set(job.id, job.state);
      lifecycle.queue.remember(job.order);
    }
    if (owner === 'server') {
      await recoverJobs(context, lifecycle);
      watching = takeOverAbandoned(context, lifecycle);
    }
  } catch (error) {
    await close();
    throw error;
  }

  return {
    start: (request) => starter.start(request, { allowCatalogQuantization: options.allowCatalogQuantization ?? false }),
    get: async (request) => {
      const job = await starter.start(request, { allowCatalogQuantization: true });
      // A user who calls the command again wants to resume the download.
      const isHeld = owner === 'command' && job !== 'already_downloaded' && job.state === 'paused';
      return isHeld ? jobs.resume(job.id) : job;
    },
    status: (jobId) => jobs.find(jobId),
    jobs,
    library: context.library,
    update: (key) => models.update(key),
    remove: (key, removal) => models.remove(key, removal),
    limit: () => context.bandwidth.limit(),
    setLimit: (bytesPerSecond) => context.bandwidth.setLimit(bytesPerSecond),
    metrics: () => readMetrics(context, lifecycle, states),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => (closed ??= close()),
  };

  async function close(): Promise<void> {
    lifecycle.queue.close();
    closing.abort(new Error('The engine is being closed.'));
    await starter.settled();
    await Promise.all([...lifecycle.live.keys()].map((id) => withJobLock(id, () => lifecycle.stop(id, 'close'))));
    await watching;
    await context.store.saveKept().catch(() => undefined);
    await traces.written();
    await network.close();
    await context.digester.close();
  }
}

function stateAfter(type: DownloadEvent['type']): JobSnapshot['state'] {
  switch (type) {
    case 'started':
    case 'resumed':
      return 'downloading';
    case 'cancelled':
    case 'failed':
      return 'failed';
    case 'paused':
    case 'completed':
      return type;
  }
}

/** Reads the silence that the environment sets on first use, like the other settings of the network. */
function limitsFrom(given: Partial<DownloaderLimits> | undefined, settings: HubSettings): DownloaderLimits {
  return {
    ...{ ...defaultLimits, ...given },
    get silenceMs() {
      return given?.silenceMs ?? settings.silenceMs ?? defaultLimits.silenceMs;
    },
  };
}

const downloaderOptions: OptionNames<DownloaderOptions> = {
  modelsDirs: true,
  catalogDir: true,
  environment: true,
  allowCatalogQuantization: true,
  bandwidth: true,
  record: true,
  owner: true,
  readOnly: true,
  ca: true,
  isPublicAddress: true,
  limits: true,
  clock: true,
  files: true,
  onWarning: true,
};
