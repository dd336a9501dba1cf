import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client may take to read the refusal before its connection is dropped. */
const LINGER_MS = 1000;

/** What is not HTTP never reaches the api: one line that says so, and the connection ends. */
export function refuseMalformed(server: Server): void {
  const latest = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>();
  server.on('request', (request, response) => latest.set(request.socket, { request, response }));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const before = latest.get(socket);
    if (before === undefined || isDone(before.response)) {
      refuse(error, socket, before?.request.complete !== false);
    } else if (before.request.complete) {
      // A call that came whole is answered first: the refusal would be taken for its answer.
      before.response.once('close', () => refuse(error, socket, true));
    } else {
      // It is this call's body that is malformed.
      refuse(error, socket, before.response.socket === socket && !before.response.headersSent);
    }
  });
}

function isDone({ writableFinished, destroyed }: ServerResponse): boolean {
  return writableFinished || destroyed;
}

function refuse(error: NodeJS.ErrnoException, socket: Socket, isFree: boolean): void {
  // The parser complains again of whatever else comes after the refusal.
  if (socket.writableEnded && !socket.destroyed) return;
  if (!isFree || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${statusOf(error)}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  // Not at once: what is still unread here would turn the end into a reset, and the client might miss the answer.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function statusOf({ code }: NodeJS.ErrnoException): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout';
  return '400 Bad Request';
}
