import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { listenOn } from '../../node/cannot-listen.js';
import type { Certificate } from './certificate.js';
import { hostInUrl } from '../../core/loopback.js';

/** A listening server. */
export interface Listening {
  /** `http://127.0.0.1:4321`. */
  origin: string;
  port: number;
  /** The number of open sockets. */
  sockets(): number;
  /** Returns a socket's number, counted from 1 in the order of connecting. */
  numberOf(socket: Socket): number;
  /** Ends every connection, also those in use. */
  close(): Promise<void>;
}

/** Starts a server. @throws CannotListenError */
export async function listen(
  handler: RequestListener,
  host: string,
  port: number,
  certificate: Certificate | undefined,
): Promise<Listening> {
  // Node limits the time for headers (headersTimeout); bodies are small and limited elsewhere.
  const options = { keepAlive: true, noDelay: true };
  const server: Server =
    certificate === undefined
      ? createHttpServer(options, handler)
      : createHttpsServer({ ...options, key: certificate.key, cert: certificate.certificate }, handler);
  // With Node's 5 s, the server would close a pooled connection just as the client uses it, without any fault.
  server.keepAliveTimeout = 65_000;
  const numbers = new WeakMap<Socket, number>();
  const open = new Set<Socket>();
  let counted = 0;
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // A peer that resets is normal here; without a listener it would be an uncaught error.
    socket.on('error', () => socket.destroy());
  });
  server.on(certificate === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    numbers.set(socket, ++counted);
  });
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    const answer = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    if (socket.writable) socket.end(`HTTP/1.1 ${answer}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    else socket.destroy();
  });
  await listenOn(server, { host, port });
  // An error here, such as too many open files, costs the connection that could not be accepted, not the process.
  server.on('error', () => undefined);
  const address = server.address() as AddressInfo;
  const scheme = certificate === undefined ? 'http' : 'https';
  return {
    origin: `${scheme}://${hostInUrl(host)}:${address.port}`,
    port: address.port,
    sockets: () => open.size,
    numberOf: (socket) => numbers.get(socket) ?? 0,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      });
    },
  };
}
