/*
 * An HTTP proxy that records requests, to prove that a downloader uses its proxy. It connects to loopback only: a test
 * must not leave the machine, and an open proxy could be abused. Its own route /__proxy returns the record.
 */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { foreignPartOf, type CallSource } from '../core/foreign-call.js';
import { hostInUrl, isLoopbackHost } from '../core/loopback.js';
import { listenOn } from '../node/cannot-listen.js';
import { omit } from './omit.js';

/** Options of a proxy. */
export interface ProxyOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** `user:password` that clients must send; without it, credentials are not checked. */
  credentials?: string;
  /** Maps `host:port` in requests to a `host:port` on loopback, like DNS. */
  destinations?: Readonly<Record<string, string>>;
}

/** One request that reached the proxy. */
export interface ProxiedRequest {
  /** Counted from 1. */
  id: number;
  /** CONNECT for a tunnel. */
  method: string;
  /** The URL, without credentials and query, or `host:port` of a tunnel. */
  target: string;
  /**
   * 200 for an opened tunnel, 400 for an invalid target, 407 without the right credentials, 403 for a target beyond
   * loopback, 502 if the target does not answer, or gives an answer that cannot be passed on.
   */
  status: number;
  /** How many bytes were received through it so far; for a request, of the body. */
  bytes: number;
}

/** A running proxy. */
export interface LoggingProxy {
  /** The value for `HTTP_PROXY` and `HTTPS_PROXY`, without credentials. */
  url: string;
  /** Reads all records, oldest first. */
  requests(): ProxiedRequest[];
  clear(): void;
  close(): Promise<void>;
}

/** Headers that concern one connection only. */
const HOP_BY_HOP = [
  ...['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
];

/** The number of recorded requests; older ones are dropped to limit the memory in a long test. */
const LOG_LIMIT = 10_000;

/** Starts a proxy. @throws CannotListenError */
export async function createProxy(options: ProxyOptions = {}): Promise<LoggingProxy> {
  const { host = '127.0.0.1', port = 0, credentials, destinations = {} } = options;
  let log: ProxiedRequest[] = [];
  let counted = 0;
  const open = new Set<Duplex>();
  const server = createServer((request, response) => {
    request.on('error', () => response.destroy());
    response.on('error', () => response.destroy());
    try {
      forward(request, response);
    } catch {
      // A defect here must cost one connection, not the process.
      response.destroy();
    }
  });

  function note(request: IncomingMessage): ProxiedRequest {
    const target = (request.url ?? '').replace(/\?.*$/s, '').replace(/^(\w+:\/\/)[^/]*@/, '$1');
    const entry = { id: ++counted, method: request.method ?? 'GET', target, status: 0, bytes: 0 };
    log.push(entry);
    if (log.length > LOG_LIMIT * 1.25) log = log.slice(-LOG_LIMIT);
    return entry;
  }

  function admits(request: IncomingMessage): boolean {
    const shown = /^Basic (.+)$/i.exec(request.headers['proxy-authorization'] ?? '')?.[1] ?? '';
    return credentials === undefined || Buffer.from(shown, 'base64').toString() === credentials;
  }

  function tell(request: IncomingMessage, response: ServerResponse): void {
    // A DELETE from a web page is preceded by OPTIONS, which gets no CORS headers; calls under a foreign host name are
    // refused.
    const allowed = request.headers.host !== undefined && foreignPartOf(sourceOf(request), []) === undefined;
    if (allowed && request.method === 'DELETE') log = [];
    const known = request.method === 'GET' || request.method === 'HEAD' || request.method === 'DELETE';
    const status = allowed ? (known ? 200 : 405) : 403;
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? log : []));
  }

  function forward(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === '/__proxy') {
      tell(request, response);
      return;
    }
    const entry = note(request);
    const answer = (status: number, text: string, headers: Record<string, string> = {}): void => {
      entry.status = status;
      response.writeHead(status, { 'Content-Type': 'text/plain', ...headers }).end(`${text}\n`);
    };
    if (!admits(request)) {
      answer(407, 'Proxy Authentication Required', { 'Proxy-Authenticate': 'Basic realm="modeldock"' });
      return;
    }
    const url = absoluteUrl(request.url);
    if (url === undefined) {
      answer(
        400,
        'Cannot answer this request: expected an absolute http:// URL or CONNECT, because this is a proxy. GET /__proxy returns its log.',
      );
      return;
    }
    const destination = destinationOf(`${url.hostname}:${url.port || '80'}`, destinations);
    if (destination === undefined) {
      answer(403, `Cannot connect to ${url.host}: expected a host on loopback.`);
      return;
    }
    if (destination === 'no such port') {
      answer(400, `Cannot connect to ${url.host}: expected a port from 1 to 65535.`);
      return;
    }
    // The client's framing stays: it shows whether there is a body.
    const { connection } = request.headers;
    const dropped = hopByHop(connection).filter((name) => name !== 'transfer-encoding');
    const headers = omit(request.headers, ...dropped);
    let done = false;
    const giveUp = (text: string): void => {
      if (done) return;
      done = true;
      if (response.headersSent) response.destroy();
      else answer(502, text, { Connection: 'close' });
    };
    const onward = httpRequest(
      {
        host: destination.host,
        port: destination.port,
        method: request.method,
        path: url.pathname + url.search,
        headers,
        ...(/\bclose\b/i.test(connection ?? '') && { agent: false }),
      },
      (upstream) => {
        if (!passHead(upstream, response)) {
          upstream.on('error', () => undefined).destroy();
          giveUp(`Cannot pass on the answer of ${url.host}.`);
          return;
        }
        entry.status = upstream.statusCode ?? 502;
        // If the upstream connection breaks, this one must break too, not end cleanly.
        upstream.on('error', () => response.destroy()).on('aborted', () => response.destroy());
        upstream.on('data', (chunk: Buffer) => (entry.bytes += chunk.length));
        upstream.pipe(response);
      },
    );
    onward.on('upgrade', (_answer, socket) => {
      socket.on('error', () => undefined).destroy();
      giveUp(`Cannot pass on the answer of ${url.host}: it switched protocols without a request for it.`);
    });
    onward.on('error', () => giveUp(`Cannot connect to ${url.host}: no server answers.`));
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => client.destroy());
    try {
      tunnel(request, client, head);
    } catch {
      client.destroy();
    }
  });

  function tunnel(request: IncomingMessage, client: Duplex, head: Buffer): void {
    const entry = note(request);
    const refuse = (status: number, words: string, header = ''): void => {
      entry.status = status;
      client.end(`HTTP/1.1 ${status} ${words}\r\n${header}Content-Length: 0\r\nConnection: close\r\n\r\n`);
    };
    if (!admits(request)) {
      refuse(407, 'Proxy Authentication Required', 'Proxy-Authenticate: Basic realm="modeldock"\r\n');
      return;
    }
    const destination = destinationOf(request.url ?? '', destinations);
    if (destination === undefined) {
      refuse(403, 'Forbidden');
      return;
    }
    if (destination === 'no such port') {
      refuse(400, 'Bad Request');
      return;
    }
    const upstream = connect(destination.port, destination.host, () => {
      entry.status = 200;
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client);
      client.pipe(upstream);
    });
    open.add(upstream);
    upstream.on('data', (chunk: Buffer) => (entry.bytes += chunk.length));
    upstream.on('error', () => (entry.status === 200 ? client.destroy() : refuse(502, 'Bad Gateway')));
    upstream.on('close', () => {
      open.delete(upstream);
      client.destroy();
    });
    client.on('close', () => upstream.destroy());
  }

  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => open.delete(socket));
  });
  server.on('clientError', (_error, socket) => socket.destroy());

  await listenOn(server, { host, port });
  server.on('error', () => undefined);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${hostInUrl(host)}:${address.port}`,
    requests: () => structuredClone(log),
    clear: () => {
      log = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function sourceOf({ headers }: IncomingMessage): CallSource {
  const { host, origin, 'sec-fetch-site': fetchSite } = headers;
  return { host, origin, fetchSite: typeof fetchSite === 'string' ? fetchSite : undefined };
}

function absoluteUrl(target: string | undefined): URL | undefined {
  const url = target !== undefined && URL.canParse(target) ? new URL(target) : undefined;
  return url?.protocol === 'http:' ? url : undefined;
}

/** `undefined` if it is not on loopback. */
function destinationOf(
  authority: string,
  destinations: Readonly<Record<string, string>>,
): { host: string; port: number } | 'no such port' | undefined {
  const led = Object.hasOwn(destinations, authority) ? destinations[authority]! : authority;
  const match = /^\[?([^\]]+?)\]?:(\d+)$/.exec(led);
  if (match === null) return undefined;
  const [, host, digits] = match as unknown as [string, string, string];
  if (!isLoopbackHost(host)) return undefined;
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { host, port } : 'no such port';
}

/**
 * Lists the headers to remove: "A proxy or gateway MUST parse a received Connection header field before a message is
 * forwarded and, for each connection-option in this field, remove any header or trailer field(s) from the message with
 * the same name", RFC 9110, 7.6.1. Headers that frame the message are kept anyway, or another message could be hidden
 * in its body.
 */
function hopByHop(connection: string | undefined): string[] {
  const named = (connection ?? '').toLowerCase().split(',');
  const framing = ['content-length', 'host'];
  return [...HOP_BY_HOP, ...named.map((name) => name.trim()).filter((name) => !framing.includes(name))];
}

/** Writes the head of an answer unchanged; `false` if HTTP, or Node, does not support its status or its headers. */
function passHead(upstream: IncomingMessage, response: ServerResponse): boolean {
  // A 101 would continue in a protocol that is not supported here.
  if ((upstream.statusCode ?? 0) < 200) return false;
  // Only chunks are decoded on the way; another coding would be lost with the header that names it.
  if (!/^(?:chunked)?$/i.test(upstream.headers['transfer-encoding'] ?? '')) return false;
  const dropped = hopByHop(upstream.headers.connection);
  const headers: string[] = [];
  for (let at = 0; at + 1 < upstream.rawHeaders.length; at += 2) {
    const [name, value] = upstream.rawHeaders.slice(at, at + 2) as [string, string];
    if (!dropped.includes(name.toLowerCase())) headers.push(name, value);
  }
  try {
    response.writeHead(upstream.statusCode ?? 502, headers);
    return true;
  } catch {
    return false;
  }
}
