import type { FailureCode } from './errors.js';
import type { JobSnapshot } from './job.js';

/** What a client names when it asks for a model. */
export type ModelReference =
  { source: 'catalog'; id: string } | { source: 'huggingface'; owner: string; repo: string; url: string };

/** What to download. */
export interface DownloadRequest {
  model: ModelReference;
  /** As the client spelled it, for instance `Q4_K_M`. */
  quantization?: string;
}

/** Downloads models. The simulator and the real engine implement this. */
export interface DownloadEngine {
  /**
   * Starts a download, or answers the one that is under way for the same model.
   * @throws RefusedError model_not_found, no_compatible_option, catalog_quantization, gated_no_token, hub_unavailable
   */
  start(request: DownloadRequest): Promise<JobSnapshot | 'already_downloaded'>;
  status(jobId: string): Promise<JobSnapshot | undefined>;
}

/** What an operator may do with a job; LM Studio's REST API has none of it. */
export interface JobControl {
  list(): AsyncIterable<JobSnapshot>;
  /** Not a poll: it changes nothing, whoever asks. */
  find(jobId: string): Promise<JobSnapshot | undefined>;
  /** @throws RefusedError job_not_found, wrong_job_state */
  pause(jobId: string): Promise<JobSnapshot>;
  /** @throws RefusedError job_not_found, wrong_job_state */
  resume(jobId: string): Promise<JobSnapshot>;
  /** Ends the job as `failed` with code `cancelled` and drops its bytes. @throws RefusedError job_not_found, wrong_job_state */
  cancel(jobId: string): Promise<JobSnapshot>;
}

/** What only a simulated job can be told to do. */
export interface SimulatorControl extends JobControl {
  /** @throws RefusedError job_not_found, wrong_job_state */
  fail(jobId: string, code: FailureCode, reason?: string): Promise<JobSnapshot>;
}
