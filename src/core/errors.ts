/** Why a job failed, or paused by itself. */
export const failureCodes = [
  'cancelled',
  'checksum_mismatch',
  'disk_full',
  'network_error',
  'hub_error',
  'rate_limited',
  'token_missing',
  'gated',
  'revision_gone',
  // What only a download over a real network and onto a real disk runs into.
  'bad_token',
  'missing_or_private',
  'repo_disabled',
  'changed_upstream',
  'cdn_refused',
  'bad_range',
  'encoded_body',
  'not_the_file',
  'ranges_unsupported',
  'redirect_refused',
  'proxy_auth',
  'target_exists',
  'disk_error',
] as const;
export type FailureCode = (typeof failureCodes)[number];

/** Why a request was refused before there was a job, or about a job or model that is not there. */
export type RefusalCode =
  | 'model_not_found'
  | 'no_compatible_option'
  | 'catalog_quantization'
  | 'bad_token'
  | 'gated_no_token'
  | 'gated_not_on_list'
  | 'repo_disabled'
  | 'missing_or_private'
  | 'insufficient_space'
  | 'hub_unavailable'
  | 'offline'
  /** The hub answers, but not with anything that can be used. */
  | 'hub_error'
  | 'redirect_refused'
  | 'proxy_auth'
  /** A repo, or a file in it, has a name that must not become a path. */
  | 'unsafe_path'
  /** The models folder cannot be written. */
  | 'disk_error'
  /** Another process downloads it. */
  | 'model_busy'
  /** There are files that modeldock did not put there. */
  | 'unrecorded_files'
  | 'model_not_installed'
  | 'instance_not_loaded'
  | 'job_not_found'
  | 'wrong_job_state';

interface RefusalFacts {
  choices?: readonly string[];
  retryAfterMs?: number;
  advice?: string;
  cause?: unknown;
}

/** Something the engine or the library will not do. `code` is what programs branch on; the message is for people. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: RefusalCode;
  /** What was refused, as it was asked for: a model, a link, an instance, a job id. */
  readonly subject: string;
  /** What could have been asked for instead. */
  readonly choices: readonly string[] | undefined;
  /** After how long the same request may succeed. */
  readonly retryAfterMs: number | undefined;
  /** Sentences on what to try, for answers whose first sentence is somebody else's. */
  readonly advice: string | undefined;

  constructor(
    code: RefusalCode,
    subject: string,
    message: string,
    { choices, retryAfterMs, advice, cause }: RefusalFacts = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.subject = subject;
    this.choices = choices;
    this.retryAfterMs = retryAfterMs;
    this.advice = advice;
  }
}
