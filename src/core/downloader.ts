import type { DownloadEngine, DownloadRequest, JobControl } from './engine.js';
import type { JobSnapshot } from './job.js';
import type { ModelLibrary } from './model-library.js';

/*
 * What an engine that moves actual bytes can tell and be told, beyond what a simulated one can. Plain data, so that it
 * travels over the control API.
 */

/** What a job is busy with while it is `downloading`. */
export type DownloadPhase =
  /** Other jobs come first. */
  | 'queued'
  /** Asks the hub where the bytes are. */
  | 'connecting'
  /** Bytes arrive. */
  | 'transferring'
  /** The hub asked for patience (429). */
  | 'waiting-rate-limit'
  /** Nothing answers at all; it goes on by itself. */
  | 'offline'
  /** Bytes are hashed that nothing has to be fetched for. */
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
  /** In the repo, with slashes. */
  path: string;
  sizeBytes: number;
  downloadedBytes: number;
  /** How far the digest has been computed. */
  hashedBytes: number;
}

/** What a job's snapshot has no room for. */
export interface DownloadDetails {
  /** Absent unless the job is `downloading`. */
  phase?: DownloadPhase;
  /** `owner/repo`. */
  repo: string;
  /** The commit that is downloaded, 40 hex digits. It never changes under a job's id. */
  commit: string;
  /** The label that was chosen, for instance `Q4_K_M`; absent where a whole repo is one option. */
  quantization?: string;
  files: readonly FileProgress[];
  /** Requests for bytes that are open now. */
  connections: number;
  /** Place among those that wait, from 0. */
  queuePosition?: number;
  /** Bytes per second; absent where only the limit of all jobs holds. */
  limit?: number;
}

/** Acts on the jobs of a downloader. */
export interface DownloaderControl extends JobControl {
  /** `undefined` when there is no such job. */
  details(jobId: string): Promise<DownloadDetails | undefined>;
  /** Puts a waiting job at a place in the queue, from 0. @throws RefusedError job_not_found, wrong_job_state */
  move(jobId: string, position: number): Promise<JobSnapshot>;
  /** Bytes per second for one job from now on; `undefined` lifts it. @throws RefusedError job_not_found */
  limit(jobId: string, bytesPerSecond: number | undefined): Promise<JobSnapshot>;
}

/** What was taken off the disk. */
export interface RemovedModel {
  key: string;
  /** Absolute paths. */
  files: readonly string[];
  bytes: number;
}

/** Counters since the engine was opened, and gauges as they stand. Bytes, milliseconds. */
export interface DownloaderMetrics {
  downloadedBytes: number;
  bytesPerSecond: number;
  hashedBytes: number;
  /** Requests for bytes that were made again. */
  retries: number;
  /** Requests for bytes that fell silent and were given up. */
  stalls: number;
  /** Signed URLs asked for again. */
  renewals: number;
  connections: number;
  jobs: readonly { state: JobSnapshot['state']; phase?: DownloadPhase; count: number }[];
}

/** Something that happened to a job; progress is not an event. */
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
   * Starts a download as an operator asks for it: other than `start`, it also takes a quantization with a catalog id.
   * @throws RefusedError as `start`
   */
  get(request: DownloadRequest): Promise<JobSnapshot | 'already_downloaded'>;
  /** The newest commit; only files whose digest changed are fetched. @throws RefusedError model_not_installed, and as `start` */
  update(key: string): Promise<JobSnapshot | 'already_downloaded'>;
  /**
   * Deletes a model's files: those of our records, or with `force` all of that model.
   * @throws RefusedError model_not_installed, wrong_job_state while a job runs, unrecorded_files
   */
  remove(key: string, options?: { force?: boolean }): Promise<RemovedModel>;
  /** The limit of all jobs together in bytes per second; `undefined` for none. */
  limit(): number | undefined;
  setLimit(bytesPerSecond: number | undefined): void;
  metrics(): DownloaderMetrics;
  /** @returns how to stop listening */
  subscribe(listener: (event: DownloadEvent) => void): () => void;
  /** Checkpoints and lets go of everything; the jobs go on when an engine is opened over the same folders. */
  close(): Promise<void>;
}
