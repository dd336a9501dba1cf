import { DownloadError } from '../download-error.js';

/**
 * Returns the refusal if a request failed because a proxy requires other credentials; `undefined` for any other error.
 */
export function proxyRefusal(error: unknown): DownloadError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    // undici has no error class for it: a tunnel and a plain proxy report it in two ways.
    if (/\b407\b/.test(cause.message) && /proxy/i.test(cause.message)) return proxyAuthError(error);
  }
  return undefined;
}

/** Creates the error; also used for an answer with status 407. */
export function proxyAuthError(cause?: unknown): DownloadError {
  return new DownloadError(
    'proxy_auth',
    'Cannot use the proxy: it does not accept the credentials (407). Set the right ones in HTTP_PROXY, HTTPS_PROXY or ALL_PROXY, as http://user:password@host:port.',
    cause === undefined ? undefined : { cause },
  );
}
