import { DownloadError } from '../download-error.js';

/** A request failed because a proxy wants other credentials; `undefined` for any other error. */
export function proxyRefusal(error: unknown): DownloadError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    // undici has no error of its own for it: a tunnel and a plain proxy say it in two ways.
    if (/\b407\b/.test(cause.message) && /proxy/i.test(cause.message)) return proxyAuthError(error);
  }
  return undefined;
}

/** Also for an answer with status 407. */
export function proxyAuthError(cause?: unknown): DownloadError {
  return new DownloadError(
    'proxy_auth',
    'The proxy asks for other credentials (407): put the right ones into HTTP_PROXY, HTTPS_PROXY or ALL_PROXY, as http://user:password@host:port.',
    cause === undefined ? undefined : { cause },
  );
}
