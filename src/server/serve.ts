import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Api, Ownership } from '../api/api.js';
import { checkOptions, type OptionNames } from '../core/check-options.js';
import { callableOrigin } from '../core/loopback.js';
import { CannotListenError, listenOn, PortTakenError, type ListenAdvice } from '../node/cannot-listen.js';
import { createListener } from './http-adapter.js';
import { refuseMalformed } from './refuse-malformed.js';

/** What to serve, where, and how patiently. */
export interface ServeOptions {
  /** `dock.api`, `sessions.api`. */
  api: Api;
  /** 1234 by default, as in LM Studio; 0 takes any free port, the same for both families. */
  port?: number;
  /** One address or name to listen on. By default both loopback addresses, 127.0.0.1 and ::1. */
  host?: string;
  /** `origin` by default: the server answers every request, and unknown routes as LM Studio answers them. */
  ownership?: Ownership;
  /**
   * How long a client may take to send a request, in ms; 60 s by default. After that it gets 408, and its connection is
   * closed.
   */
  requestTimeoutMs?: number;
  /**
   * How long an idle connection stays open, in ms: 65 s by default, and 5 s in the profile `lmstudio-0.4`, as with LM
   * Studio.
   */
  keepAliveMs?: number;
  /** Called with unexpected errors; the client gets a 500. */
  onError?: (error: unknown) => void;
}

/** A listening server. */
export interface Serving {
  /** For instance `http://127.0.0.1:1234`; if it listens on every address, the one of this machine. */
  url: string;
  port: number;
  /** Every address that the server listens on, as URLs. */
  urls: readonly string[];
  /** Stops listening, gives running calls one second to finish, then drops the rest. */
  close(): Promise<void>;
}

const LOOPBACK = ['127.0.0.1', '::1'] as const;
const ADVICE: ListenAdvice = {
  portTaken: 'LM Studio itself listens on 1234; stop the other program, or take any free port with --port 0.',
  addresses: 'The default is 127.0.0.1 and ::1; 0.0.0.0 means every address.',
};
const CLOSE_GRACE_MS = 1000;

/**
 * Serves an api over HTTP.
 * @throws PortTakenError where another program listens, on either family; CannotListenError for other reasons
 * @example
 * const dock = createDock({ scenario: 'instant' });
 * const serving = await serve({ api: dock.api, port: 0 });
 * const answer = await fetch(`${serving.url}/api/v1/models`);
 * await serving.close();
 * dock.close();
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  checkOptions('serve', options, serveOptions);
  const {
    api,
    port = 1234,
    host,
    ownership = 'origin',
    requestTimeoutMs = 60_000,
    keepAliveMs = api.keepAliveMs ?? 65_000,
    onError,
  } = options;
  const listener = createListener(api, { ownership, ...(onError && { onError }) });
  const makeServer = (): Server => {
    const patience = {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 4),
    };
    const server = createServer(patience, (request, response) => {
      listener(request, response, () => response.writeHead(404).end());
    });
    // Longer by default than the 5 s of Node and LM Studio, which close the connection of a client that polls every 5
    // s.
    server.keepAliveTimeout = keepAliveMs;
    // Node would keep the connection open for a second longer than it says to the client.
    (server as { keepAliveTimeoutBuffer?: number }).keepAliveTimeoutBuffer = 0;
    refuseMalformed(server);
    return server;
  };
  const servers =
    host === undefined ? await listenOnLoopback(makeServer, port) : [await listen(makeServer(), port, host)];
  // An error here is, for instance, a connection for which no descriptor is left: without a listener it would end the
  // process.
  for (const server of servers) server.on('error', (error) => onError?.(error));
  const urls = servers.map((server) => urlOf(server.address() as AddressInfo));
  return {
    url: urls[0]!,
    urls,
    port: (servers[0]!.address() as AddressInfo).port,
    close: async () => {
      await Promise.all(servers.map((server) => close(server)));
    },
  };
}

/** Listens on both loopback addresses: clients call `localhost`, which may mean either family. */
async function listenOnLoopback(makeServer: () => Server, port: number): Promise<Server[]> {
  for (let attempt = 1; ; attempt++) {
    const first = await listen(makeServer(), port, LOOPBACK[0]);
    const chosen = (first.address() as AddressInfo).port;
    try {
      return [first, await listen(makeServer(), chosen, LOOPBACK[1])];
    } catch (error) {
      if (hasNoIpv6(error)) return [first];
      await close(first);
      // A free port of one family may be in use on the other.
      if (!(error instanceof PortTakenError) || port !== 0 || attempt === 20) throw error;
    }
  }
}

/** Whether the error means that this machine has no IPv6; then only 127.0.0.1 is served. */
function hasNoIpv6(error: unknown): boolean {
  const code = error instanceof CannotListenError ? error.code : undefined;
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}

async function listen(server: Server, port: number, host: string): Promise<Server> {
  await listenOn(server, { host, port, ipv6Only: host === '::1' }, ADVICE);
  return server;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function urlOf({ address, port }: AddressInfo): string {
  return callableOrigin('http', address, port);
}

const serveOptions: OptionNames<ServeOptions> = {
  api: true,
  port: true,
  host: true,
  ownership: true,
  requestTimeoutMs: true,
  keepAliveMs: true,
  onError: true,
};
