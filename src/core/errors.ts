/** Why a job failed, or paused by itself. docs/real-downloads.md says what to do about each. */
export type FailureCode =
  /** The control API cancelled it. */
  | 'cancelled'
  /** The bytes arrived, and their digest is not the one that the hub names. */
  | 'checksum_mismatch'
  /** No space is left on the disk: paused, and can be resumed. */
  | 'disk_full'
  /** Nothing answers, and retries did not help. */
  | 'network_error'
  /** The hub answers with something unusable. */
  | 'hub_error'
  /** The hub allows no further requests for now. */
  | 'rate_limited'
  /** The job was started with a token and finds none now: paused, and can be resumed. */
  | 'token_missing'
  /** The repo was gated after the job started. */
  | 'gated'
  /** The commit that is being downloaded no longer exists. */
  | 'revision_gone'
  /** The hub does not accept the token. */
  | 'bad_token'
  /** The repo does not exist, or the token may not see it. */
  | 'missing_or_private'
  /** The hub has disabled the repo. */
  | 'repo_disabled'
  /** The file on the hub is not the one that the download began with. */
  | 'changed_upstream'
  /** The CDN refuses signed URLs, new ones too. */
  | 'cdn_refused'
  /** The answer to a request for a range holds other bytes. */
  | 'bad_range'
  /** The bytes arrive compressed, so that their places are unknown. */
  | 'encoded_body'
  /** Something else arrives than the file, such as the login page of a network. */
  | 'not_the_file'
  /** The server sends whole files only, and breaks off each time. */
  | 'ranges_unsupported'
  /** A redirect leads where a download must not follow. */
  | 'redirect_refused'
  /** The proxy asks for credentials, or does not accept those it gets. */
  | 'proxy_auth'
  /** A file that modeldock did not put there stands in the way. */
  | 'target_exists'
  /** The disk fails, or the folder cannot be written. */
  | 'disk_error';

/** All of them, as data. */
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
] as const satisfies readonly FailureCode[];

/** Why a request was refused: before a job existed, or because a job or model does not exist. */
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
  /** The hub answers with something unusable. */
  | 'hub_error'
  | 'redirect_refused'
  | 'proxy_auth'
  /** A repo, or a file in it, has a name that is unsafe as a path. */
  | 'unsafe_path'
  /** The models folder cannot be written. */
  | 'disk_error'
  /** Another process is downloading it. */
  | 'model_busy'
  /** There are files that modeldock did not write. */
  | 'unrecorded_files'
  | 'model_not_installed'
  | 'instance_not_loaded'
  | 'job_not_found'
  | 'wrong_job_state';

/** What a refusal says besides its code and its message. */
export interface RefusalDetails {
  /** What the caller could ask for instead. */
  choices?: readonly string[];
  /** After how many ms the same request may succeed. */
  retryAfterMs?: number;
  /** Sentences on what to try, for answers whose first sentence is LM Studio's. */
  advice?: string;
  /** The error that led to it. */
  cause?: unknown;
}

/** A request that the engine or the library refuses. `code` is for programs to branch on; the message is for people. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: RefusalCode;
  /** The subject of the request, as the caller named it: a model, a link, an instance, a job id. */
  readonly subject: string;
  /** What the caller could ask for instead. */
  readonly choices: readonly string[] | undefined;
  /** How long to wait until the same request may succeed. */
  readonly retryAfterMs: number | undefined;
  /** Sentences on what to try, for answers whose first sentence is LM Studio's. */
  readonly advice: string | undefined;

  constructor(
    code: RefusalCode,
    subject: string,
    message: string,
    { choices, retryAfterMs, advice, cause }: RefusalDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.subject = subject;
    this.choices = choices;
    this.retryAfterMs = retryAfterMs;
    this.advice = advice;
  }
}
