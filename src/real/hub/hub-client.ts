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

/** Requests information from a hub. */
export interface HubClient {
  /** Says when the hub accepts no requests; for callers that send their own. */
  readonly gate: RateGate;
  /**
   * Determines repo, commit, files, sizes and digests. Retries and waits until the signal is aborted.
   * @throws RefusedError; the signal's reason, unless that is a time-out
   */
  plan(wanted: WantedModel, signal: AbortSignal): Promise<DownloadPlan>;
  /** Does the same as `locate`, but with the retries and the errors of `plan`. */
  locateFirst(plan: DownloadPlan, file: PlannedFile, subject: string, signal: AbortSignal): Promise<FileLocation>;
  /**
   * Requests the address of a file once, and checks the answer against the plan. While the hub limits requests, none is
   * sent: the call fails as if the hub had answered 429.
   * @throws HubRequestError, which may pass; DownloadError, which will not
   */
  locate(plan: DownloadPlan, file: PlannedFile, signal: AbortSignal): Promise<FileLocation>;
  /** Searches the ids of an owner's repos. @throws RefusedError as `plan` */
  search(owner: string, words: string, subject: string, signal: AbortSignal): Promise<string[]>;
}

export interface HubClientOptions {
  settings: HubSettings;
  agents: Pick<Agents, 'hub'>;
  clock: RealClock;
  limits: Pick<DownloaderLimits, 'silenceMs' | 'retryMs' | 'longestRetryMs' | 'errorAttempts'>;
}

/** The largest number of results that the hub returns at once. */
const MOST_FOUND = 1000;

/** Creates the client that all jobs of a process share, because the hub counts their requests together. */
export function createHubClient(options: HubClientOptions): HubClient {
  const { settings, clock, limits } = options;
  const { endpoint } = settings;
  const gate = createRateGate(clock);
  const requests = createHubRequests({ ...options, gate });

  /**
   * Repeats work once if its answer was unusable: half a page, a page of a proxy, an unexpected status. A single such
   * answer must not fail a start.
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

  /** Retries a request, after failures that may pass, until it succeeds. */
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

/** Some mirrors have files but no search: then nothing is found. */
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
    `Cannot reach ${new URL(endpoint).host}: it did not answer in time. Try again later, and check HF_ENDPOINT and the network.`,
  );
}
