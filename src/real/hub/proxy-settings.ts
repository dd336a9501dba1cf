/** Through which proxies requests go: empty where they go directly. */
export interface ProxySettings {
  httpProxy: string;
  httpsProxy: string;
  noProxy: string;
}

/** What the agents can speak to a proxy. */
const SCHEMES = ['http:', 'https:', 'socks5:'];

/** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case. @throws Error naming one that cannot be used */
export function readProxySettings(environment: NodeJS.ProcessEnv): ProxySettings {
  const variable = (name: string): string => environment[name.toLowerCase()] ?? environment[name] ?? '';
  const proxy = (name: string): string => readProxy(name, variable(name).trim());
  // Empty rather than missing: what is missing, undici reads from the environment of the process.
  return { httpProxy: proxy('HTTP_PROXY'), httpsProxy: proxy('HTTPS_PROXY'), noProxy: variable('NO_PROXY') };
}

/** As other programs take it, too: `proxy:3128` is a proxy that speaks http. */
function readProxy(name: string, text: string): string {
  const url = text === '' || text.includes('://') ? text : `http://${text}`;
  if (url === '' || (URL.canParse(url) && SCHEMES.includes(new URL(url).protocol))) return url;
  // Not told what it is: it may hold a password.
  throw new Error(`${name} is no URL of a proxy: set it to http://host:port, or unset it.`);
}
