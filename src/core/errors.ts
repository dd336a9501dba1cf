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
] as const;
export type FailureCode = (typeof failureCodes)[number];

/** Why a request was refused before there was a job, or about a job or model that is not there. */
export type RefusalCode =
  | 'model_not_found'
  | 'no_compatible_option'
  | 'catalog_quantization'
  | 'gated_no_token'
  | 'hub_unavailable'
  | 'model_not_installed'
  | 'instance_not_loaded'
  | 'job_not_found'
  | 'wrong_job_state';

/** Something the engine or the shelf will not do. `code` is what programs branch on; the message is for people. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: RefusalCode;
  /** What was refused, as it was asked for: a model, a link, an instance, a job id. */
  readonly subject: string;
  /** What could have been asked for instead. */
  readonly choices: readonly string[] | undefined;
  /** After how long the same request may succeed. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: RefusalCode,
    subject: string,
    message: string,
    { choices, retryAfterMs, cause }: { choices?: readonly string[]; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.subject = subject;
    this.choices = choices;
    this.retryAfterMs = retryAfterMs;
  }
}
