import type { DownloadResponse, ErrorResponse, JobResponse } from 'modeldock/types';

/** How far a download is. */
export interface Progress {
  status: 'downloading' | 'paused' | 'completed' | 'failed' | 'already_downloaded';
  /** Absent until the first poll: released servers answer the request itself without counters. */
  downloadedBytes?: number;
  totalBytes?: number;
  bytesPerSecond?: number;
  /** Absent while nothing moves. */
  estimatedCompletion?: Date;
}

export interface DownloadOptions {
  /** Such as `Q4_K_M`; only with a link to Hugging Face. */
  quantization?: string;
  /** LM Studio's API token, where it asks for one. */
  token?: string;
  /** Ends the watching. The download goes on. */
  signal?: AbortSignal;
  /** How often to look, in ms; 1 s by default. While a job is paused, three times as long: LM Studio closes idle connections after 5 s. */
  pollMs?: number;
}

/** LM Studio refused: `code` is its word for why, where it has one. */
export class DownloadRefused extends Error {
  readonly status: number;
  readonly code: string | undefined;

  constructor(message: string, status: number, code?: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A call that found nobody, or was told to come back later, is repeated so many times. */
const TRIES = 5;

/** Asks LM Studio for a model, and says how far it is until it is there or has failed. @throws DownloadRefused */
export async function* download(
  baseUrl: string,
  model: string,
  options: DownloadOptions = {},
): AsyncGenerator<Progress> {
  const { quantization } = options;
  const body = JSON.stringify({ model, ...(quantization !== undefined && { quantization }) });
  const asked = (await call(
    `${baseUrl}/api/v1/models/download`,
    { method: 'POST', body },
    options,
  )) as DownloadResponse;
  yield progressOf(asked);
  // Whatever the status of the job is: a paused one may be resumed, and already_downloaded has no job.
  if ('job_id' in asked && !isFinal(asked.status)) yield* watch(baseUrl, asked.job_id, options);
}

/** Looks at a job until it is completed or has failed. */
export async function* watch(baseUrl: string, jobId: string, options: DownloadOptions = {}): AsyncGenerator<Progress> {
  const { pollMs = 1000, signal } = options;
  const url = `${baseUrl}/api/v1/models/download/status/${encodeURIComponent(jobId)}`;
  for (let status: Progress['status'] = 'downloading'; !isFinal(status);) {
    await sleep(status === 'paused' ? 3 * pollMs : pollMs, signal);
    const job = (await call(url, {}, options)) as JobResponse;
    status = job.status;
    yield progressOf(job);
  }
}

function isFinal(status: Progress['status']): boolean {
  return status === 'completed' || status === 'failed';
}

function progressOf(answer: DownloadResponse): Progress {
  const progress: Progress = { status: answer.status };
  if ('total_size_bytes' in answer) progress.totalBytes = answer.total_size_bytes;
  if ('downloaded_bytes' in answer) progress.downloadedBytes = answer.downloaded_bytes;
  if ('bytes_per_second' in answer) progress.bytesPerSecond = answer.bytes_per_second;
  const estimate = 'estimated_completion' in answer ? answer.estimated_completion : undefined;
  if (estimate !== undefined) progress.estimatedCompletion = new Date(estimate);
  return progress;
}

/** Calls, and calls again where the connection broke or the server said when to come back. */
async function call(url: string, init: RequestInit, { token, signal }: DownloadOptions): Promise<unknown> {
  const headers = {
    'Content-Type': 'application/json',
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  };
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === TRIES;
    try {
      const response = await fetch(url, { ...init, headers, ...(signal && { signal }) });
      const answer: unknown = await response.json();
      // LM Studio answers a wrong path with 200 and an error in the body.
      if (response.ok && !isError(answer)) return answer;
      if (isLast || !isPassing(response.status)) throw refusalOf(answer, response.status);
      await sleep(1000 * Number(response.headers.get('retry-after') ?? 2 ** attempt), signal);
    } catch (error) {
      if (isLast || error instanceof DownloadRefused || signal?.aborted === true) throw error;
      await sleep(250 * 2 ** attempt, signal);
    }
  }
}

function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

function isError(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'error' in answer && !('job_id' in answer);
}

function refusalOf(answer: unknown, status: number): DownloadRefused {
  const { error } = answer as ErrorResponse | { error: string };
  return typeof error === 'string'
    ? new DownloadRefused(error, status)
    : new DownloadRefused(error.message, status, error.code);
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}
