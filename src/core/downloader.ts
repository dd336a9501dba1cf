import type { DownloadEngine, DownloadRequest, JobControl } from './engine.js';
import type { JobSnapshot } from './job.js';
import type { ModelLibrary } from './model-library.js';

/*
 * The interface of an engine that moves actual bytes, beyond what a simulated one has. Everything is plain data, so
 * that it travels over the control API.
 */

/** What a job is doing while it is `downloading`. */
export type DownloadPhase =
  /** Waits for other jobs to finish. */
  | 'queued'
  /** Asks the hub where the bytes are. */
  | 'connecting'
  /** Bytes arrive. */
  | 'transferring'
  /** Waits because the hub answered 429. */
  | 'waiting-rate-limit'
  /** Waits because no server answers; it resumes by itself. */
  | 'offline'
  /** Hashes bytes that are on disk already. */
  | 'verifying'
  /** The files get their names in the models folder. */
  | 'publishing';

/** All phases, as data. */
export const downloadPhases = [
  'queued',
  'connecting',
  'transferring',
  'waiting-rate-limit',
  'offline',
  'verifying',
  'publishing',
] as const satisfies readonly DownloadPhase[];

/** How far one file of a download is. */
export interface FileProgress {
  /** The path in the repo, with slashes. */
  path: string;
  sizeBytes: number;
  downloadedBytes: number;
  /** How many bytes have been hashed. */
  hashedBytes: number;
}

/** Details of a job that its snapshot does not have. */
export interface DownloadDetails {
  /** Absent unless the job is `downloading`. */
  phase?: DownloadPhase;
  /** `owner/repo`. */
  repo: string;
  /** The commit that is downloaded, 40 hex digits. It never changes for a job's id. */
  commit: string;
  /** The label that was chosen, for instance `Q4_K_M`; absent where a whole repo is one option. */
  quantization?: string;
  files: readonly FileProgress[];
  /** The number of requests for bytes that are open now. */
  connections: number;
  /** The place in the queue, from 0. */
  queuePosition?: number;
  /** The job's own limit in bytes per second; absent where only the limit of all jobs applies. */
  limit?: number;
}

/** Acts on the jobs of a downloader. */
export interface DownloaderControl extends JobControl {
  /** `undefined` when there is no such job. */
  details(jobId: string): Promise<DownloadDetails | undefined>;
  /** Puts a waiting job at a place in the queue, from 0. @throws RefusedError job_not_found, wrong_job_state */
  move(jobId: string, position: number): Promise<JobSnapshot>;
  /**
   * Limits one job to this many bytes per second from now on; `undefined` lifts the limit. @throws RefusedError
   * job_not_found
   */
  limit(jobId: string, bytesPerSecond: number | undefined): Promise<JobSnapshot>;
}

/** What was removed from the disk. */
export interface RemovedModel {
  key: string;
  /** Absolute paths. */
  files: readonly string[];
  bytes: number;
}

/** Counters since the engine was opened, and current gauges. Bytes and milliseconds. */
export interface DownloaderMetrics {
  downloadedBytes: number;
  bytesPerSecond: number;
  hashedBytes: number;
  /** The number of repeated requests for bytes. */
  retries: number;
  /** The number of requests for bytes that stopped sending and were abandoned. */
  stalls: number;
  /** The number of signed URLs that were requested again. */
  renewals: number;
  connections: number;
  jobs: readonly { state: JobSnapshot['state']; phase?: DownloadPhase; count: number }[];
}

/** Something that happened to a job. Progress is not an event. */
export interface DownloadEvent {
  /** Milliseconds since the epoch. */
  at: number;
  job: string;
  model: string;
  type: 'started' | 'paused' | 'resumed' | 'cancelled' | 'completed' | 'failed';
}

/** An engine that really downloads. */
export interface Downloader extends DownloadEngine {
  readonly jobs: DownloaderControl;
  readonly library: ModelLibrary;
  /**
   * Starts a download on behalf of the user of the server: unlike `start`, it also accepts a quantization with a
   * catalog id.
   * @throws RefusedError as `start`
   */
  get(request: DownloadRequest): Promise<JobSnapshot | 'already_downloaded'>;
  /**
   * Downloads the newest commit; only files whose digest changed are fetched. @throws RefusedError model_not_installed,
   * and as `start`
   */
  update(key: string): Promise<JobSnapshot | 'already_downloaded'>;
  /**
   * Deletes a model's files: those that modeldock recorded, or with `force` all files of that model.
   * @throws RefusedError model_not_installed, wrong_job_state while a job runs, unrecorded_files
   */
  remove(key: string, options?: { force?: boolean }): Promise<RemovedModel>;
  /** The limit of all jobs together in bytes per second; `undefined` for none. */
  limit(): number | undefined;
  setLimit(bytesPerSecond: number | undefined): void;
  metrics(): DownloaderMetrics;
  /** Calls a listener with each event. @returns a function that stops it */
  subscribe(listener: (event: DownloadEvent) => void): () => void;
  /**
   * Saves the state of all jobs and releases every resource; the jobs resume when an engine is opened over the same
   * folders.
   */
  close(): Promise<void>;
}
