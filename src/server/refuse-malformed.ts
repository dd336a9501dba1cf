import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client has to read the refusal before its connection is dropped. */
const LINGER_MS = 1000;

/** Answers input that is not HTTP with one line, and closes the connection. Such input never reaches the api. */
export function refuseMalformed(server: Server): void {
  const latest = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>();
  server.on('request', (request, response) => latest.set(request.socket, { request, response }));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const before = latest.get(socket);
    if (before === undefined || isDone(before.response)) {
      refuse(error, socket, before?.request.complete !== false);
    } else if (before.request.complete) {
      // An earlier, complete call is answered first: its client would take the refusal for its answer.
      before.response.once('close', () => refuse(error, socket, true));
    } else {
      // The malformed part is this call's body.
      refuse(error, socket, before.response.socket === socket && !before.response.headersSent);
    }
  });
}

function isDone({ writableFinished, destroyed }: ServerResponse): boolean {
  return writableFinished || destroyed;
}

function refuse(error: NodeJS.ErrnoException, socket: Socket, isFree: boolean): void {
  // The parser reports errors again for whatever follows after the refusal.
  if (socket.writableEnded && !socket.destroyed) return;
  if (!isFree || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${statusOf(error)}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  // Destroyed later: destroying a socket with unread data resets the connection, and the client might miss the answer.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function statusOf({ code }: NodeJS.ErrnoException): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout';
  return '400 Bad Request';
}
