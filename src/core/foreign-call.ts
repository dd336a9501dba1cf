import { isLoopbackHost } from './loopback.js';

/** The headers of a call that show under which host name, and from which page, it was made. */
export interface CallSource {
  host: string | undefined;
  origin: string | undefined;
  /** `Sec-Fetch-Site`, which browsers send even where they send no origin. */
  fetchSite: string | undefined;
}

/**
 * Tells which part of a call to a server of this machine is foreign: the host name, as when a page rebound its own name
 * to this machine, or the page that makes the call.
 * @param allowedHosts names besides those of loopback, in lower case
 */
export function foreignPartOf(
  { host, origin, fetchSite }: CallSource,
  allowedHosts: readonly string[],
): 'host' | 'page' | undefined {
  // In process, and in a page, there is no Host: other programs cannot call there.
  const name = host === undefined ? undefined : host.toLowerCase().replace(/:\d+$/, '');
  if (name !== undefined && !isLoopbackHost(name) && !allowedHosts.includes(name)) return 'host';
  const isForeign = origin === undefined ? fetchSite === 'cross-site' : !isSameOrigin(origin, host);
  return isForeign ? 'page' : undefined;
}

/** Whether a page's origin is the server that it calls, as far as the `Host` header shows. */
export function isSameOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && origin.replace(/^https?:\/\//, '') === host;
}
