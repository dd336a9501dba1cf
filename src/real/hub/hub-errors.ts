import { RefusedError, type FailureCode, type RefusalCode } from '../../core/errors.js';
import { DownloadError } from '../download-error.js';

/** An error of a request to the hub that may succeed if it is repeated. */
export class HubRequestError extends Error {
  override readonly name = 'HubRequestError';
  /** No answer; too many requests (429); an error of the server (5xx). */
  readonly kind: 'unreachable' | 'rate-limited' | 'server';
  /** How long the hub asks clients to wait, if it says so. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: 'unreachable' | 'rate-limited' | 'server',
    message: string,
    facts: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.kind = kind;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** A refusal by the hub that a repetition does not change. */
export class HubRefusal extends DownloadError {
  /** The code of the same refusal before there is a job. */
  readonly refusal: RefusalCode;

  constructor(refusal: RefusalCode, failure: FailureCode, message: string) {
    super(failure, message);
    this.refusal = refusal;
  }
}

/** Turns an error of a request into the refusal of a start; any other error is returned as it is. */
export function asRefusal(error: unknown, subject: string): unknown {
  if (error instanceof HubRequestError) {
    const { message, retryAfterMs } = error;
    return new RefusedError('hub_unavailable', subject, message, {
      cause: error,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  if (!(error instanceof DownloadError)) return error;
  const code = error instanceof HubRefusal ? error.refusal : refusalFor(error.code);
  const advice = code === 'model_not_found' ? { advice: error.message } : {};
  return new RefusedError(code, subject, error.message, { ...advice, cause: error });
}

function refusalFor(code: FailureCode): RefusalCode {
  switch (code) {
    case 'redirect_refused':
    case 'proxy_auth':
    case 'bad_token':
    case 'repo_disabled':
    case 'missing_or_private':
    case 'disk_error':
      return code;
    default:
      return 'hub_error';
  }
}
