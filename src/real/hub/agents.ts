import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector, EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { DownloadError } from '../download-error.js';
import type { DownloaderLimits } from '../limits.js';
import { breakWhereUndiciAsserts } from './ended-while-paused.js';
import { readProxySettings } from './proxy-settings.js';
import { isPublicAddress } from './public-address.js';

/** What sends requests: through a proxy where the environment says so, else directly. */
export interface Agents {
  /** For the hub's API and its redirects. */
  readonly hub: Dispatcher;
  /** For the bytes of files, wherever they are. */
  readonly cdn: Dispatcher;
  /** Ends all connections, also those in use. */
  close(): Promise<void>;
}

export interface AgentOptions {
  /** The hub's, without a slash at the end. */
  endpoint: string;
  limits: Pick<DownloaderLimits, 'connectMs' | 'silenceMs' | 'connectionsPerHost'>;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case. */
  environment: NodeJS.ProcessEnv;
  /** How names become addresses. Default: as the operating system does it. */
  lookup?: LookupFunction;
  /** Which addresses are on the Internet. */
  isPublic?: (address: string) => boolean;
  /** Certificates to trust instead of the usual ones, PEM. */
  ca?: string;
}

/**
 * One agent for each class of host, so that many requests for bytes never keep a question to the hub waiting.
 * Requests fail with a DownloadError `redirect_refused` where a hub on the Internet would lead into a private network.
 */
export function createAgents(options: AgentOptions): Agents {
  const { limits, environment, ca } = options;
  const proxies = readProxySettings(environment);
  const tls = { timeout: limits.connectMs, allowH2: false, ...(ca !== undefined && { ca }) };
  const create = (): EnvHttpProxyAgent =>
    new EnvHttpProxyAgent({
      connections: limits.connectionsPerHost,
      allowH2: false,
      // Without this, it opens tunnels even for http.
      proxyTunnel: false,
      ...proxies,
      headersTimeout: limits.silenceMs,
      bodyTimeout: limits.silenceMs,
      connect: guardedConnector(options, tls),
      proxyTls: tls,
      requestTls: tls,
    });
  const agents = { hub: create(), cdn: create() };
  return {
    ...agents,
    async close() {
      await Promise.all([agents.hub.destroy(), agents.cdn.destroy()]);
    },
  };
}

/** What a proxy that wants other credentials makes of a request; `undefined` for any other error. */
export function proxyRefusal(error: unknown): DownloadError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    // undici has no error of its own for it: a tunnel and a plain proxy say it in two ways.
    if (/\b407\b/.test(cause.message) && /proxy/i.test(cause.message)) return proxyAuthError(error);
  }
  return undefined;
}

/** For an answer with status 407, too. */
export function proxyAuthError(cause?: unknown): DownloadError {
  return new DownloadError(
    'proxy_auth',
    'The proxy asks for other credentials (407): put the right ones into HTTP_PROXY or HTTPS_PROXY, as http://user:password@host:port.',
    cause === undefined ? undefined : { cause },
  );
}

/** Connects directly; never to a private address on behalf of a hub on the Internet, which could otherwise reach into a home or office through us. */
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

  // Asked when it matters, not at start: which network the machine is in may change while a job runs.
  async function endpointIsPublic(): Promise<boolean> {
    if (isIP(endpointHost) !== 0) return isPublic(endpointHost);
    return new Promise((resolve) => {
      lookup(endpointHost, { all: true }, (error, found, family) => {
        resolve(error !== null || addressesIn(found, family).every(({ address }) => isPublic(address)));
      });
    });
  }

  const connectAnywhere = buildConnector({ ...tls, lookup: guardedLookup });
  const connect: buildConnector.connector = (target, callback) =>
    connectAnywhere(target, (...result) => {
      if (result[0] === null) breakWhereUndiciAsserts(result[1]);
      callback(...result);
    });
  return (target, callback) => {
    const host = withoutBrackets(target.hostname);
    // Nobody looks up what is an address already.
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

function addressesIn(found: string | LookupAddress[], family: number | undefined): LookupAddress[] {
  return typeof found === 'string' ? [{ address: found, family: family ?? isIP(found) }] : found;
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function privateAddress(host: string): DownloadError {
  return new DownloadError(
    'redirect_refused',
    `The hub leads to ${host}, which is an address in a private network: modeldock does not go there on behalf of a hub on the Internet. If the hub is yours, set HF_ENDPOINT to its private address.`,
  );
}
