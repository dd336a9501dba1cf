import type { DownloadDetails, DownloadEvent, Downloader } from '../../../src/core/downloader.js';
import type { DownloadRequest } from '../../../src/core/engine.js';
import { RefusedError, type FailureCode, type RefusalCode } from '../../../src/core/errors.js';
import type { JobSnapshot, JobState } from '../../../src/core/job.js';
import { requestedModel } from '../../../src/core/model-identity.js';
import type { InstalledModel } from '../../../src/core/model-library.js';

/** A Downloader whose bytes come when a test says so. What it refuses it is told by the owner `refused`. */
export interface ImaginedDownloader extends Downloader {
  /** Bytes of the only file arrive; with the last one the job is completed. */
  arrive(jobId: string, bytes: number): void;
  /** It fails, or pauses by itself. */
  end(jobId: string, state: 'failed' | 'paused', code: FailureCode, reason: string): void;
  /** How many listen to what happens. */
  listening(): number;
}

export interface ImaginedOptions {
  now: () => number;
  jobIds?: readonly string[];
  sizeBytes?: number;
  /** How many jobs run at a time; the others wait. */
  jobsAtOnce?: number;
  retryAfterMs?: number;
  /** Keys of what is there from the beginning. */
  installed?: readonly string[];
}

interface Job {
  readonly request: DownloadRequest;
  snapshot: JobSnapshot;
  limit?: number;
}

const COMMIT = '0f6c3a9d52e14b7788aa91c0de4f5b6a7c8d9e01';

export function createImaginedDownloader({
  now,
  jobIds = [],
  sizeBytes = 1_000_000,
  jobsAtOnce = 3,
  retryAfterMs = 30_000,
  installed: beginning = [],
}: ImaginedOptions): ImaginedDownloader {
  const jobs = new Map<string, Job>();
  let order: string[] = [];
  const installed = new Map<string, InstalledModel>(beginning.map((key) => [key, modelOf(key, sizeBytes)]));
  const listeners = new Set<(event: DownloadEvent) => void>();
  let limit: number | undefined;
  let downloaded = 0;

  const downloader: ImaginedDownloader = {
    start: async (request) => {
      if (request.model.source === 'catalog' && request.quantization !== undefined) {
        throw new RefusedError('catalog_quantization', request.model.id, 'Cannot take a quantization here.');
      }
      return downloader.get(request);
    },
    get: async (request) => begin(request),
    update: async (key) => {
      if (!installed.has(key)) throw notInstalled('update', key);
      return 'already_downloaded';
    },
    remove: async (key, { force = false } = {}) => {
      const model = installed.get(key);
      if (!model) throw notInstalled('remove', key);
      if (key.includes('copied') && !force) {
        throw new RefusedError(
          'unrecorded_files',
          key,
          `Cannot remove ${key}: modeldock did not download its files. --force removes them anyway.`,
        );
      }
      installed.delete(key);
      return { key, files: [`/models/${key}/model.gguf`], bytes: model.sizeBytes };
    },
    status: async (jobId) => jobs.get(jobId)?.snapshot,
    library: {
      installed: async () => [...installed.values()],
      loaded: async () => [],
      load: async ({ model }) => {
        throw notInstalled('load', model);
      },
      unload: async (id) => {
        throw new RefusedError('instance_not_loaded', id, `Cannot unload ${id}: it is not loaded.`);
      },
    },
    jobs: {
      list: async function* () {
        for (const { snapshot } of jobs.values()) yield snapshot;
      },
      find: async (jobId) => jobs.get(jobId)?.snapshot,
      pause: async (jobId) => act(jobId, 'pause', ['downloading'], 'paused', { state: 'paused' }),
      resume: async (jobId) => {
        // The disk has filled up since, as far as this model is concerned.
        if (jobs.get(jobId)?.snapshot.model.includes('full')) {
          throw new RefusedError('insufficient_space', jobId, 'Cannot resume me/full: there is no room for it.');
        }
        return act(jobId, 'resume', ['paused'], 'resumed', { state: 'downloading', bytesPerSecond: 0 });
      },
      cancel: async (jobId) =>
        act(jobId, 'cancel', ['downloading', 'paused'], 'cancelled', {
          ...{ state: 'failed', code: 'cancelled', reason: 'The download was cancelled.' },
          failedAt: now(),
        }),
      details: async (jobId) => {
        const job = jobs.get(jobId);
        return job && detailsOf(job);
      },
      move: async (jobId, position) => {
        const { snapshot } = find(jobId, 'move');
        if (!waiting().includes(jobId)) throw wrongState('move', jobId, snapshot.state, 'waiting in the queue');
        const others = waiting().filter((each) => each !== jobId);
        others.splice(position, 0, jobId);
        order = [...order.filter((each) => !others.includes(each)), ...others];
        return snapshot;
      },
      limit: async (jobId, bytesPerSecond) => {
        const job = find(jobId, 'limit');
        if (bytesPerSecond === undefined) delete job.limit;
        else job.limit = bytesPerSecond;
        return job.snapshot;
      },
    },
    limit: () => limit,
    setLimit: (bytesPerSecond) => {
      limit = bytesPerSecond;
    },
    metrics: () => ({
      ...{ downloadedBytes: downloaded, bytesPerSecond: 0, hashedBytes: downloaded },
      ...{ retries: 1, stalls: 0, renewals: 2, connections: 0 },
      jobs: [
        { state: 'downloading', phase: 'transferring', count: running().length },
        { state: 'downloading', phase: 'queued', count: waiting().length },
      ],
    }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => undefined,
    arrive,
    end: (jobId, state, code, reason) => {
      const job = find(jobId, 'end');
      change(job, state === 'failed' ? { state, code, reason, failedAt: now() } : { state, code, reason });
      tell(job, state);
    },
    listening: () => listeners.size,
  };
  return downloader;

  async function begin(request: DownloadRequest): Promise<JobSnapshot | 'already_downloaded'> {
    const { model } = request;
    if (model.source === 'huggingface' && model.owner === 'refused') {
      throw new RefusedError(
        model.repo as RefusalCode,
        `huggingface link ${model.url}`,
        `Cannot download ${model.owner}/${model.repo}: ${model.repo.replaceAll('_', ' ')}.`,
        model.repo === 'hub_unavailable' ? { retryAfterMs } : {},
      );
    }
    const name = requestedModel(request);
    if (name.startsWith('nobody/')) throw new RefusedError('model_not_found', name, `There is no model ${name}.`);
    const before = [...jobs.values()].findLast(({ snapshot }) => snapshot.model === name)?.snapshot;
    if (before?.state === 'completed') return 'already_downloaded';
    if (before && before.state !== 'failed') return before;
    const id = jobIds[jobs.size] ?? `job_${jobs.size}`;
    const job: Job = {
      request,
      snapshot: {
        ...{ id, model: name, totalBytes: sizeBytes, downloadedBytes: 0, startedAt: now() },
        ...{ state: 'downloading', bytesPerSecond: 0 },
      },
    };
    jobs.set(id, job);
    order.push(id);
    tell(job, 'started');
    return job.snapshot;
  }

  function arrive(jobId: string, bytes: number): void {
    const job = find(jobId, 'feed');
    const downloadedBytes = Math.min(sizeBytes, job.snapshot.downloadedBytes + bytes);
    downloaded += downloadedBytes - job.snapshot.downloadedBytes;
    const { id, model, totalBytes, startedAt } = job.snapshot;
    const facts = { id, model, totalBytes, startedAt, downloadedBytes };
    if (downloadedBytes < sizeBytes) {
      job.snapshot = { ...facts, state: 'downloading', bytesPerSecond: 1000, estimatedCompletion: now() + 60_000 };
      return;
    }
    job.snapshot = { ...facts, state: 'completed', completedAt: now() };
    const [key] = model.split('@') as [string];
    installed.set(key, modelOf(key, sizeBytes));
    tell(job, 'completed');
  }

  function detailsOf({ request, snapshot, limit: own }: Job): DownloadDetails {
    const { totalBytes, downloadedBytes } = snapshot;
    const place = waiting().indexOf(snapshot.id);
    const { model, quantization } = request;
    return {
      ...(snapshot.state === 'downloading' && {
        phase: place === -1 ? (downloadedBytes === 0 ? 'connecting' : 'transferring') : 'queued',
      }),
      repo: model.source === 'catalog' ? model.id : `${model.owner}/${model.repo}`,
      commit: COMMIT,
      ...(quantization !== undefined && { quantization }),
      files: [{ path: 'model.gguf', sizeBytes: totalBytes, downloadedBytes, hashedBytes: downloadedBytes }],
      connections: snapshot.state === 'downloading' && place === -1 ? 4 : 0,
      ...(place !== -1 && { queuePosition: place }),
      ...(own !== undefined && { limit: own }),
    };
  }

  function act(
    jobId: string,
    verb: string,
    allowed: readonly JobSnapshot['state'][],
    type: DownloadEvent['type'],
    state: JobState,
  ): JobSnapshot {
    const job = find(jobId, verb);
    if (!allowed.includes(job.snapshot.state)) {
      throw wrongState(verb, jobId, job.snapshot.state, allowed.join(' or '));
    }
    change(job, state);
    tell(job, type);
    return job.snapshot;
  }

  function change(job: Job, state: JobState): void {
    const { id, model, totalBytes, downloadedBytes, startedAt } = job.snapshot;
    job.snapshot = { id, model, totalBytes, downloadedBytes, startedAt, ...state };
  }

  function find(jobId: string, verb: string): Job {
    const job = jobs.get(jobId);
    if (!job) throw new RefusedError('job_not_found', jobId, `Cannot ${verb} ${jobId}: there is no such job.`);
    return job;
  }

  function underWay(): string[] {
    return order.filter((id) => jobs.get(id)!.snapshot.state === 'downloading');
  }

  function running(): string[] {
    return underWay().slice(0, jobsAtOnce);
  }

  function waiting(): string[] {
    return underWay().slice(jobsAtOnce);
  }

  function tell({ snapshot }: Job, type: DownloadEvent['type']): void {
    for (const listener of listeners) listener({ at: now(), job: snapshot.id, model: snapshot.model, type });
  }
}

function modelOf(key: string, sizeBytes: number): InstalledModel {
  return {
    ...{ key, type: 'llm', publisher: key.split('/')[0]!, displayName: key, sizeBytes },
    ...{ maxContextLength: 4096, format: 'gguf' },
  };
}

function notInstalled(verb: string, key: string): RefusedError {
  return new RefusedError('model_not_installed', key, `Cannot ${verb} ${key}: no model of that key is installed.`);
}

function wrongState(verb: string, jobId: string, state: string, needed: string): RefusedError {
  return new RefusedError(
    'wrong_job_state',
    jobId,
    `Cannot ${verb} ${jobId}: it is ${state}, and only a job that is ${needed} can be.`,
  );
}
