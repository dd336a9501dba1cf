/*
 * LM Studio's download API as types, without code: what clients send and what they are answered, spelled as on the wire.
 * Dates are ISO 8601 in UTC with milliseconds; amounts are bytes.
 */

/** The editions of LM Studio whose answers differ, by the names of modeldock's profiles. */
export type Edition = 'documented' | 'lmstudio-0.4' | 'strict';

/** The body of `POST /api/v1/models/download`. */
export interface DownloadRequestBody {
  /** A catalog id such as `ibm/granite-4-micro`, or a link to a repo on Hugging Face. */
  model: string;
  /** Such as `Q4_K_M`; only with a link. */
  quantization?: string | undefined;
}

/** What a job has in each of its states. */
export interface JobWireFields {
  /** Names the job in `GET /api/v1/models/download/status/:job_id`. */
  job_id: string;
  total_size_bytes: number;
  downloaded_bytes: number;
  started_at: string;
}

/** A job whose bytes arrive, or which waits for some. */
export interface DownloadingJob extends JobWireFields {
  status: 'downloading';
  /** Fractional, over the last 10 s; 0 when nothing moves. */
  bytes_per_second: number;
  /** Absent exactly when `bytes_per_second` is 0. */
  estimated_completion?: string | undefined;
}

/** A job that waits to be resumed. Poll on: it may be at any time. */
export interface PausedJob extends JobWireFields {
  status: 'paused';
}

/** A job that has brought its model. */
export interface CompletedJob extends JobWireFields {
  status: 'completed';
  completed_at: string;
}

/** A job that has ended without its model. */
export interface FailedJob extends JobWireFields {
  status: 'failed';
  /** Why, for people. LM Studio leaves it out; modeldock adds it with `explainFailures`. */
  error?: string | undefined;
}

/** A job in any state: the answer of `GET /api/v1/models/download/status/:job_id`. */
export type JobResponse = DownloadingJob | PausedJob | CompletedJob | FailedJob;

/** The model is there: nothing was started, and there is no job to poll. */
export interface AlreadyDownloadedResponse {
  status: 'already_downloaded';
}

/** The answer of `POST /api/v1/models/download` as the documentation has it: a job with its counters. */
export type DocumentedDownloadResponse = JobResponse | AlreadyDownloadedResponse;

/** The same as released servers answer it: the counters that move are only in the answers to polls. */
export type ReleasedDownloadResponse =
  | (JobResponse extends infer Job
      ? Job extends JobResponse
        ? Omit<Job, 'downloaded_bytes' | 'bytes_per_second' | 'estimated_completion'>
        : never
      : never)
  | AlreadyDownloadedResponse;

/**
 * The answer of `POST /api/v1/models/download`: of one edition, or, without one, of any: then the counters may be absent, and
 * the compiler asks a client for what it shows in their place.
 * @example
 * const answer = (await response.json()) as DownloadResponse;
 * const bytes = 'downloaded_bytes' in answer ? answer.downloaded_bytes : 0;
 */
export type DownloadResponse<Of extends Edition = Edition> = Of extends 'lmstudio-0.4'
  ? ReleasedDownloadResponse
  : DocumentedDownloadResponse;

/** The settings that a model was loaded with. Open: LM Studio adds some. */
export interface LoadSettings {
  context_length: number;
  parallel?: number | undefined;
  eval_batch_size?: number | undefined;
  flash_attention?: boolean | undefined;
  num_experts?: number | undefined;
  offload_kv_cache_to_gpu?: boolean | undefined;
  [more: string]: unknown;
}

/** A model of `GET /api/v1/models`. */
export interface ModelListItem {
  type: 'llm' | 'embedding' | 'decision';
  publisher: string;
  /** What it is loaded by; it may differ from what it was downloaded by. */
  key: string;
  display_name: string;
  architecture?: string | null | undefined;
  quantization: { name: string | null; bits_per_weight: number | null } | null;
  size_bytes: number;
  params_string: string | null;
  loaded_instances: { id: string; config: LoadSettings }[];
  max_context_length: number | null;
  format: 'gguf' | 'mlx' | null;
  decision_type?: string | undefined;
  has_vision_adapter?: boolean | undefined;
  capabilities?:
    | {
        vision: boolean;
        trained_for_tool_use: boolean;
        reasoning?: { allowed_options: string[]; default: string } | undefined;
      }
    | undefined;
  description?: string | null | undefined;
  variants?: string[] | undefined;
  selected_variant?: string | undefined;
}

/** The answer of `GET /api/v1/models`. */
export interface ModelListResponse {
  models: ModelListItem[];
}

/** The body of `POST /api/v1/models/load`. */
export interface LoadRequestBody {
  /** The key of a model that is downloaded. */
  model: string;
  context_length?: number | undefined;
  eval_batch_size?: number | undefined;
  flash_attention?: boolean | undefined;
  num_experts?: number | undefined;
  offload_kv_cache_to_gpu?: boolean | undefined;
  /** Asks for the settings in the answer. */
  echo_load_config?: boolean | undefined;
}

/** The answer of `POST /api/v1/models/load`. */
export interface LoadResponse {
  type: 'llm' | 'embedding' | 'decision';
  instance_id: string;
  load_time_seconds: number;
  status: 'loaded';
  /** Only where the request asked for it, with `echo_load_config`. */
  load_config?: LoadSettings | undefined;
}

/** The body and the answer of `POST /api/v1/models/unload`. */
export interface UnloadResponse {
  instance_id: string;
}

/** The kinds of errors. */
export type ErrorResponseType =
  | 'invalid_request'
  | 'unknown'
  | 'mcp_connection_error'
  | 'plugin_connection_error'
  | 'not_implemented'
  | 'model_not_found'
  | 'job_not_found'
  | 'internal_error';

/** The answer of a documented route that went wrong. */
export interface ErrorResponse {
  error: { type: ErrorResponseType; message: string; code?: string | undefined; param?: string | undefined };
}

/** The answer for a path that is no route: here `error` is text, and outside `/api/v1` the status is 200. */
export interface UnknownRouteResponse {
  error: string;
}
