/** Whether a host (a name or an address, with or without the brackets of a URL) always means this machine. */
export function isLoopbackHost(host: string): boolean {
  // Accepts only a bare host: `user@localhost` and `localhost/path` are not, and a URL parser would read another host
  // out of them.
  if (!/^(?:[a-z\d.-]+|\[?[\da-f:.]*:[\da-f:.]*\]?)$/i.test(host)) return false;
  const inUrl = `http://${hostInUrl(host.replace(/^\[|\]$/g, ''))}/`;
  if (!URL.canParse(inUrl)) return false;
  const { hostname } = new URL(inUrl);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

/**
 * Whether a web origin is of this machine, on any port. One with user information does not count: no browser sends it.
 */
export function isLoopbackOrigin(origin: string): boolean {
  const [, host] = /^https?:\/\/([^/?#@\\]+?)(?::\d*)?$/i.exec(origin) ?? [];
  return host !== undefined && isLoopbackHost(host);
}

/** Whether an address stands for every address of this machine. */
export function isWildcardAddress(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === '[::]';
}

/** Formats an address for a URL: IPv6 in brackets. */
export function hostInUrl(address: string): string {
  return address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
}

/**
 * Returns the origin at which a client of this machine reaches a server. A wildcard address becomes loopback: it can be
 * listened on, but not called.
 */
export function callableOrigin(scheme: string, address: string, port: number): string {
  const callable = isWildcardAddress(address) ? (address.includes(':') ? '::1' : '127.0.0.1') : address;
  return `${scheme}://${hostInUrl(callable)}:${port}`;
}
