import { DownloadError } from '../download-error.js';
import { RefusedError, failureCodes, type FailureCode } from '../../core/errors.js';
import { ReadError } from '../transfer/byte-source.js';
import { proxyRefusal } from './proxy-errors.js';
import { HubRequestError } from './hub-errors.js';

/** Describes a failed connection: it may be retried, unless a proxy or a rule of modeldock refuses it. */
export function connectionError(
  error: Error,
  { path, host, answered }: { path: string; host: string; answered: boolean },
): ReadError | DownloadError {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DownloadError) return cause;
  }
  const refusal = proxyRefusal(error);
  if (refusal !== undefined) return refusal;
  const said = whatItSays(error);
  return answered
    ? new ReadError('broken', 'network_error', `Cannot read all of ${path}: ${host} broke off (${said}).`, {
        cause: error,
      })
    : new ReadError('unreachable', 'network_error', `Cannot reach ${host} for ${path}: ${said}.`, { cause: error });
}

/** Turns an error about a location into an error about bytes. */
export function asReadError(error: unknown): unknown {
  if (error instanceof RefusedError) {
    const code = failureCodes.find((known) => known === error.code);
    return code === undefined ? error : new DownloadError(code, error.message, { cause: error });
  }
  if (!(error instanceof HubRequestError)) return error;
  const { kind, message, retryAfterMs } = error;
  return new ReadError(kind, CODES[kind], message, { retryAfterMs, cause: error });
}

const CODES = {
  unreachable: 'network_error',
  'rate-limited': 'rate_limited',
  server: 'hub_error',
} as const satisfies Record<HubRequestError['kind'], FailureCode>;

/** Describes an error by names of hosts and codes only: the rest of its message may contain a signed address. */
function whatItSays(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined) return code;
  // Several addresses were tried without an answer.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return first instanceof Error ? whatItSays(first) : error.name;
}
