import { isIPv6 } from 'node:net';

/** The proxies of requests; an empty one means a direct connection. */
export interface ProxySettings {
  /** A URL, for http. */
  httpProxy: string;
  /** A URL, for https. */
  httpsProxy: string;
  /** Names, with or without a port, separated by commas or spaces. */
  noProxy: string;
}

/** The supported schemes. All SOCKS ones are version 5, and the proxy resolves the names. */
const SCHEMES = ['http', 'https', 'socks5', 'socks5h', 'socks'];

/** Reads HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in either case. @throws Error naming an invalid one */
export function readProxySettings(environment: NodeJS.ProcessEnv): ProxySettings {
  // An empty variable counts as not set.
  const variable = (name: string): string =>
    [environment[name.toLowerCase()], environment[name]].map((text) => text?.trim() ?? '').find(Boolean) ?? '';
  const proxy = (name: string): string => {
    const used = variable(name) === '' ? 'ALL_PROXY' : name;
    return readProxy(used, variable(used));
  };
  // Empty and not missing, because undici reads missing ones from the environment of the process.
  return { httpProxy: proxy('HTTP_PROXY'), httpsProxy: proxy('HTTPS_PROXY'), noProxy: variable('NO_PROXY') };
}

/**
 * Whether NO_PROXY names a host: by its own name, by that of a domain above it, or with `*`; with its port, if it has
 * one.
 */
export function isExcepted({ hostname, port, protocol }: URL, noProxy: string): boolean {
  const host = hostname.toLowerCase();
  const itsPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return noProxy
    .split(/[,\s]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const plain = isIPv6(entry) ? `[${entry}]` : entry.replace(/^\*?\./, '');
      const [, name = plain, wantedPort] = /^(.+?)(?::(\d+))?$/.exec(plain.toLowerCase()) ?? [];
      return (wantedPort ?? itsPort) === itsPort && (host === name || host.endsWith(`.${name}`));
    });
}

export function isSocks(proxy: string): boolean {
  return proxy.startsWith('socks');
}

/** Reads a proxy. `proxy:3128` means one with http, as in other programs. */
function readProxy(name: string, text: string): string {
  const url = text === '' || text.includes('://') ? text : `http://${text}`;
  if (url === '') return url;
  if (URL.canParse(url) && SCHEMES.includes(new URL(url).protocol.slice(0, -1)) && new URL(url).hostname !== '') {
    return url.replace(/^[a-z0-9]+:/i, (scheme) => scheme.toLowerCase());
  }
  // The value is not shown, because it may contain a password.
  const schemes = SCHEMES.map((scheme) => `${scheme}://`).join(', ');
  throw new Error(
    `Cannot use ${name}: expected host:port or a URL of a proxy, with one of ${schemes}. Correct it, or unset it.`,
  );
}
