import type { FailureCode } from './errors.js';
import type { JobSnapshot } from './job.js';

/** What a client asks for by the name of a model. */
export type ModelReference =
  { source: 'catalog'; id: string } | { source: 'huggingface'; owner: string; repo: string; url: string };

/** What to download. */
export interface DownloadRequest {
  model: ModelReference;
  /** In the client's spelling, for instance `Q4_K_M`. */
  quantization?: string;
}

/** Downloads models. The simulator and the real engine implement this. */
export interface DownloadEngine {
  /**
   * Starts a download, or returns the running one for the same model.
   * @throws RefusedError model_not_found, no_compatible_option, catalog_quantization, gated_no_token, hub_unavailable
   */
  start(request: DownloadRequest): Promise<JobSnapshot | 'already_downloaded'>;
  status(jobId: string): Promise<JobSnapshot | undefined>;
}

/** Controls jobs beyond LM Studio's REST API, which has none of this. */
export interface JobControl {
  list(): AsyncIterable<JobSnapshot>;
  /** Finds a job. It is not a poll: it never changes anything. */
  find(jobId: string): Promise<JobSnapshot | undefined>;
  /** @throws RefusedError job_not_found, wrong_job_state */
  pause(jobId: string): Promise<JobSnapshot>;
  /** @throws RefusedError job_not_found, wrong_job_state */
  resume(jobId: string): Promise<JobSnapshot>;
  /** Ends the job as `failed` with code `cancelled` and drops its bytes. @throws RefusedError job_not_found, wrong_job_state */
  cancel(jobId: string): Promise<JobSnapshot>;
}

/** Controls that only a simulated job has. */
export interface SimulatorControl extends JobControl {
  /** @throws RefusedError job_not_found, wrong_job_state */
  fail(jobId: string, code: FailureCode, reason?: string): Promise<JobSnapshot>;
}
