import { backoff } from '../../core/backoff.js';
import { RefusedError } from '../../core/errors.js';
import type { DownloaderLimits } from '../limits.js';
import type { DownloadPlan, PlannedFile } from '../plan.js';
import type { RealClock } from '../real-clock.js';
import type { Agents } from './agents.js';
import type { FileLocation } from './file-location.js';
import { DownloadError } from '../download-error.js';
import { asRefusal, HubRequestError } from './hub-errors.js';
import { createHubRequests, type HubAnswer } from './hub-requests.js';
import type { HubSettings } from './hub-settings.js';
import { locateFile } from './locate-file.js';
import { planDownload, type AskHub, type WantedModel } from './plan-download.js';
import { createRateGate, type RateGate } from './rate-gate.js';
import { isRecord, jsonIn } from './repo-tree.js';

/** The questions that modeldock asks a hub. */
export interface HubClient {
  /** Tells when the hub wants no requests; for callers that ask it by themselves. */
  readonly gate: RateGate;
  /**
   * Repo, commit, files, sizes, digests. Asks again, and waits, until the signal says that it takes too long.
   * @throws RefusedError; the signal's reason, unless that is a time-out
   */
  plan(wanted: WantedModel, signal: AbortSignal): Promise<DownloadPlan>;
  /** As `locate`, but with the patience and the errors of `plan`. */
  locateFirst(plan: DownloadPlan, file: PlannedFile, subject: string, signal: AbortSignal): Promise<FileLocation>;
  /**
   * Asks once where a file's bytes are, and holds the answer against the plan. While the hub wants to be left alone, it
   * is not asked: that fails as the answer would that asked for it.
   * @throws HubRequestError, which may pass; DownloadError, which will not
   */
  locate(plan: DownloadPlan, file: PlannedFile, signal: AbortSignal): Promise<FileLocation>;
  /** Ids of an owner's repos that match some words. @throws RefusedError as `plan` */
  search(owner: string, words: string, subject: string, signal: AbortSignal): Promise<string[]>;
}

export interface HubClientOptions {
  settings: HubSettings;
  agents: Pick<Agents, 'hub'>;
  clock: RealClock;
  limits: Pick<DownloaderLimits, 'silenceMs' | 'retryMs' | 'longestRetryMs' | 'errorAttempts'>;
}

/** As many as the hub gives at once. */
const MOST_FOUND = 1000;

/** One for all jobs of a process, because the hub counts the requests of all of them together. */
export function createHubClient(options: HubClientOptions): HubClient {
  const { settings, clock, limits } = options;
  const { endpoint } = settings;
  const gate = createRateGate(clock);
  const requests = createHubRequests({ ...options, gate });

  /**
   * Does work once more whose answer could not be used: half a page, a page of a proxy, a status out of nowhere. What a
   * hub does once must not end a start.
   */
  async function twice<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      if (!isUnusable(error) || signal.aborted) throw error;
      await clock.sleep(backoff(1, Math.random(), limits), signal);
      return work();
    }
  }

  /** Repeats a request that failed in a way that may pass, until it succeeds. */
  async function patiently<Value>(subject: string, signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
    let last: { error: HubRequestError; at: number } | undefined;
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await work();
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof HubRequestError) || attempt >= limits.errorAttempts) throw error;
          last = { error, at: clock.monotonic() };
          await clock.sleep(error.retryAfterMs ?? backoff(attempt, Math.random(), limits), signal);
        }
      }
    } catch (error) {
      if (!signal.aborted) throw asRefusal(error, subject);
      if ((signal.reason as Error | undefined)?.name !== 'TimeoutError') throw signal.reason;
      if (last === undefined) throw silent(subject, endpoint);
      throw tooLate(last.error, clock.monotonic() - last.at, subject);
    }
  }

  const askHub =
    (repo: string | undefined, signal: AbortSignal) =>
    (url: string, revision: string | undefined, path?: string): Promise<HubAnswer> =>
      requests.get(url, {
        question: {
          endpoint,
          ...(repo !== undefined && { repo }),
          ...(revision !== undefined && { revision }),
          ...(path !== undefined && { path }),
        },
        bucket: path === undefined ? 'api' : 'resolvers',
        body: true,
        signal,
      });

  return {
    gate,
    async plan(wanted, signal) {
      const ask = askHub(`${wanted.owner}/${wanted.repo}`, signal);
      const patient: AskHub = (url, revision, path) =>
        patiently(wanted.subject, signal, () => ask(url, revision, path));
      try {
        return await twice(signal, () => planDownload(patient, endpoint, wanted));
      } catch (error) {
        throw asRefusal(error, wanted.subject);
      }
    },
    locate: (plan, file, signal) => locateFile(requests, endpoint, plan, file, signal),
    locateFirst: (plan, file, subject, signal) =>
      twice(signal, () => patiently(subject, signal, () => locateFile(requests, endpoint, plan, file, signal))),
    async search(owner, words, subject, signal) {
      const query = new URLSearchParams({ author: owner, search: words, limit: String(MOST_FOUND) });
      const ask = (): Promise<HubAnswer> =>
        patiently(subject, signal, () =>
          askHub(undefined, signal)(`${endpoint}/api/models?${query.toString()}`, undefined),
        );
      try {
        const found = await twice(signal, async () => jsonIn(await ask())).catch(unlessUnknown);
        return Array.isArray(found) ? found.flatMap((each) => idIn(each)) : [];
      } catch (error) {
        throw asRefusal(error, subject);
      }
    },
  };
}

function isUnusable(error: unknown): boolean {
  return (error instanceof RefusedError || error instanceof DownloadError) && error.code === 'hub_error';
}

/** Some mirrors have files and no search: nothing is found there. */
function unlessUnknown(error: unknown): undefined {
  if (!(error instanceof RefusedError) || error.code !== 'model_not_found') throw error;
}

function idIn(found: unknown): string[] {
  return isRecord(found) && typeof found.id === 'string' ? [found.id] : [];
}

function tooLate(error: HubRequestError, elapsedMs: number, subject: string): RefusedError {
  const { message, retryAfterMs } = error;
  return new RefusedError('hub_unavailable', subject, message, {
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs: Math.max(0, retryAfterMs - elapsedMs) }),
  });
}

function silent(subject: string, endpoint: string): RefusedError {
  return new RefusedError(
    'hub_unavailable',
    subject,
    `${new URL(endpoint).host} does not answer in time: try again later, and check HF_ENDPOINT and the network.`,
  );
}
