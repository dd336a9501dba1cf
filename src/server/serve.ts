import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Api, Ownership } from '../api/api.js';
import { createListener } from './http-adapter.js';

export interface ServeOptions {
  api: Api;
  /** 1234 by default, as LM Studio's; 0 takes any free one, the same for both families. */
  port?: number;
  /** One address or name to listen on. By default both loopback addresses, 127.0.0.1 and ::1. */
  host?: string;
  /** `origin` by default: every request is ours, and unknown routes are answered as LM Studio answers them. */
  ownership?: Ownership;
  /** Told of errors that nobody foresaw; the client gets a 500. */
  onError?: (error: unknown) => void;
}

/** A server that listens. */
export interface Serving {
  /** For instance `http://127.0.0.1:1234`. */
  url: string;
  port: number;
  /** Every address that answers, as URLs. */
  urls: readonly string[];
  /** Stops listening, lets calls under way finish for a second, then drops what is left. */
  close(): Promise<void>;
}

/** The port is somebody else's. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  readonly port: number;

  constructor(port: number, host: string, cause: unknown) {
    super(
      `Cannot listen on ${host} port ${port}: another program does. LM Studio itself listens on 1234; ` +
        'stop the other program, or take any free port with --port 0.',
      { cause },
    );
    this.port = port;
  }
}

const LOOPBACK = ['127.0.0.1', '::1'] as const;
const CLOSE_GRACE_MS = 1000;

/**
 * Serves an api over HTTP.
 * @throws PortTakenError where another program listens, on either family
 */
export async function serve({ api, port = 1234, host, ownership = 'origin', onError }: ServeOptions): Promise<Serving> {
  const listener = createListener(api, { ownership, ...(onError && { onError }) });
  const makeServer = (): Server => {
    const server = createServer((request, response) => {
      listener(request, response, () => response.writeHead(404).end());
    });
    // Node's 5 s cut the connection of a client that polls every 5 s, just as it sends.
    server.keepAliveTimeout = 65_000;
    server.on('clientError', answerMalformed);
    return server;
  };
  const servers =
    host === undefined ? await listenOnLoopback(makeServer, port) : [await listen(makeServer(), port, host)];
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

/** Clients look for `localhost`, which may mean either family: both, or the caller must know. */
async function listenOnLoopback(makeServer: () => Server, port: number): Promise<Server[]> {
  for (let attempt = 1; ; attempt++) {
    const first = await listen(makeServer(), port, LOOPBACK[0]);
    const chosen = (first.address() as AddressInfo).port;
    try {
      return [first, await listen(makeServer(), chosen, LOOPBACK[1])];
    } catch (error) {
      // A machine without IPv6 serves 127.0.0.1 alone.
      if (!(error instanceof PortTakenError)) return [first];
      await close(first);
      // A free port of one family may be taken on the other.
      if (port !== 0 || attempt === 20) throw error;
    }
  }
}

function listen(server: Server, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(port, host, error) : error);
    });
    server.listen({ port, host, ipv6Only: host === '::1' }, () => resolve(server));
  });
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

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** What is not HTTP never reaches the api: one line that says so, and the connection ends. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, reason] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout']
        : [400, 'Bad Request'];
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
