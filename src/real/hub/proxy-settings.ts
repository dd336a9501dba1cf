import { isIPv6 } from 'node:net';

/** The proxies that requests go through: empty where they go directly. */
export interface ProxySettings {
  /** A URL, for http. */
  httpProxy: string;
  /** A URL, for https. */
  httpsProxy: string;
  /** Names, with or without a port, separated by commas or spaces. */
  noProxy: string;
}

/** The schemes that can be spoken to a proxy. All SOCKS ones are version 5, and the proxy looks the names up. */
const SCHEMES = ['http', 'https', 'socks5', 'socks5h', 'socks'];

/** HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in either case. @throws Error naming one that cannot be used */
export function readProxySettings(environment: NodeJS.ProcessEnv): ProxySettings {
  // A variable that is empty counts as not set.
  const variable = (name: string): string =>
    [environment[name.toLowerCase()], environment[name]].map((text) => text?.trim() ?? '').find(Boolean) ?? '';
  const proxy = (name: string): string => {
    const used = variable(name) === '' ? 'ALL_PROXY' : name;
    return readProxy(used, variable(used));
  };
  // Empty rather than missing: undici reads what is missing from the environment of the process.
  return { httpProxy: proxy('HTTP_PROXY'), httpsProxy: proxy('HTTPS_PROXY'), noProxy: variable('NO_PROXY') };
}

/** Whether NO_PROXY names a host: by its own name, by that of a domain above it, or with `*`; with its port, if it has one. */
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

/** `proxy:3128` is a proxy that speaks http, as other programs take it. */
function readProxy(name: string, text: string): string {
  const url = text === '' || text.includes('://') ? text : `http://${text}`;
  if (url === '') return url;
  if (URL.canParse(url) && SCHEMES.includes(new URL(url).protocol.slice(0, -1)) && new URL(url).hostname !== '') {
    return url.replace(/^[a-z0-9]+:/i, (scheme) => scheme.toLowerCase());
  }
  // The value is not shown: it may hold a password.
  const schemes = SCHEMES.map((scheme) => `${scheme}://`).join(', ');
  throw new Error(
    `Cannot use ${name}: expected host:port or a URL of a proxy, with one of ${schemes}. Correct it, or unset it.`,
  );
}
