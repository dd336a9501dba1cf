import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { DownloadError } from '../download-error.js';
import type { DownloaderLimits } from '../limits.js';
import { breakWhereUndiciAsserts } from './ended-while-paused.js';
import { isExcepted, isSocks, readProxySettings, type ProxySettings } from './proxy-settings.js';
import { isPublicAddress } from './public-address.js';
import { createSocksConnector } from './socks-connector.js';

/** Sends requests: through a proxy if the environment names one, else directly. */
export interface Agents {
  /** For the hub's API and its redirects. */
  readonly hub: Dispatcher;
  /** For the bytes of files, on any host. */
  readonly cdn: Dispatcher;
  /** Ends all connections, also those in use. */
  close(): Promise<void>;
}

export interface AgentOptions {
  /** The hub's URL, without a slash at the end. */
  endpoint: string;
  limits: Pick<DownloaderLimits, 'connectMs' | 'silenceMs' | 'connectionsPerHost'>;
  /** HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in either case. */
  environment: NodeJS.ProcessEnv;
  /** Resolves names. Default: as the operating system does. */
  lookup?: LookupFunction;
  /** Decides which addresses are on the Internet. */
  isPublic?: (address: string) => boolean;
  /** Certificates to trust instead of the usual ones, PEM. */
  ca?: string;
}

/**
 * Creates one agent for each class of host, so that many requests for bytes never delay a request to the hub. Requests
 * fail with a DownloadError `redirect_refused` if a hub on the Internet would lead into a private network.
 */
export function createAgents(options: AgentOptions): Agents {
  const { limits, environment, ca } = options;
  const proxies = readProxySettings(environment);
  const tls = { timeout: limits.connectMs, allowH2: false, ...(ca !== undefined && { ca }) };
  const common = {
    connections: limits.connectionsPerHost,
    allowH2: false,
    // Without this, it opens tunnels even for http.
    proxyTunnel: false,
    headersTimeout: limits.silenceMs,
    bodyTimeout: limits.silenceMs,
    requestTls: tls,
  };
  const direct = guardedConnector(options, tls);
  const opened: Dispatcher[] = [];
  const createFor = (proxy: string): Dispatcher => {
    const agent = isSocks(proxy)
      ? new Agent({ ...common, connect: breakable(createSocksConnector(proxy, tls)) })
      : new EnvHttpProxyAgent({
          ...common,
          ...{ httpProxy: proxy, httpsProxy: proxy, noProxy: '', connect: direct, proxyTls: tls },
        });
    opened.push(agent);
    return agent;
  };
  const create = (): Dispatcher => createRouted(proxies, createFor);
  const agents = { hub: create(), cdn: create() };
  return {
    ...agents,
    async close() {
      await Promise.all(opened.map((agent) => agent.destroy()));
    },
  };
}

/** Creates one dispatcher for each proxy, by the scheme of the request; hosts in NO_PROXY are called directly. */
function createRouted(proxies: ProxySettings, createFor: (proxy: string) => Dispatcher): Dispatcher {
  const { httpProxy, httpsProxy, noProxy } = proxies;
  const direct = createFor('');
  const byProxy = new Map([['', direct]]);
  for (const proxy of [httpProxy, httpsProxy]) if (!byProxy.has(proxy)) byProxy.set(proxy, createFor(proxy));
  return direct.compose((dispatch) => (options, handler) => {
    const url = new URL(options.origin ?? '');
    const proxy = url.protocol === 'https:' ? httpsProxy : httpProxy;
    if (proxy === '' || isExcepted(url, noProxy)) return dispatch(options, handler);
    return byProxy.get(proxy)!.dispatch(options, handler);
  });
}

/**
 * Connects directly, but never to a private address on behalf of a hub on the Internet, which could otherwise reach
 * into a private network through this process.
 */
function guardedConnector(
  { endpoint, lookup = dnsLookup, isPublic = isPublicAddress }: AgentOptions,
  tls: buildConnector.BuildOptions,
): buildConnector.connector {
  const endpointHost = withoutBrackets(new URL(endpoint).hostname);
  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error !== null || hostname === endpointHost) {
        callback(error, found, family);
        return;
      }
      const addresses = addressesIn(found, family);
      const allowed = addresses.filter(({ address }) => isPublic(address));
      if (allowed.length === addresses.length) callback(null, found, family);
      else {
        void endpointIsPublic().then((refused) => {
          if (!refused) callback(null, found, family);
          else if (allowed.length === 0) callback(privateAddress(hostname), '', 0);
          else if (options.all === true) callback(null, allowed, undefined);
          else callback(null, allowed[0]!.address, allowed[0]!.family);
        });
      }
    });
  };

  // Checked when it matters, not at start: the machine's network may change while a job runs.
  async function endpointIsPublic(): Promise<boolean> {
    if (isIP(endpointHost) !== 0) return isPublic(endpointHost);
    return new Promise((resolve) => {
      lookup(endpointHost, { all: true }, (error, found, family) => {
        resolve(error !== null || addressesIn(found, family).every(({ address }) => isPublic(address)));
      });
    });
  }

  const connect = breakable(buildConnector({ ...tls, lookup: guardedLookup }));
  return (target, callback) => {
    const host = withoutBrackets(target.hostname);
    // An IP address is not looked up.
    if (isIP(host) === 0 || host === endpointHost || isPublic(host)) {
      connect(target, callback);
      return;
    }
    void endpointIsPublic().then((refused) => {
      if (refused) callback(privateAddress(host), null);
      else connect(target, callback);
    });
  };
}

function breakable(connect: buildConnector.connector): buildConnector.connector {
  return (target, callback) =>
    connect(target, (...result) => {
      if (result[0] === null) breakWhereUndiciAsserts(result[1]);
      callback(...result);
    });
}

function addressesIn(found: string | LookupAddress[], family: number | undefined): LookupAddress[] {
  return typeof found === 'string' ? [{ address: found, family: family ?? isIP(found) }] : found;
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function privateAddress(host: string): DownloadError {
  return new DownloadError(
    'redirect_refused',
    `Cannot follow the hub to ${host}: it is on the Internet, and this address is in a private network. If the hub is yours, set HF_ENDPOINT to its private address.`,
  );
}
