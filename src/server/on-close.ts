import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether the client has left, so that an answer cannot be read. */
export function isGone(request: IncomingMessage, response: ServerResponse): boolean {
  return response.destroyed || request.socket.destroyed;
}

/**
 * Calls back once when an answer is over: sent, or abandoned by its client. When the client leaves, Node emits no event
 * on an answer that waits behind another one of the same connection; its socket does emit one.
 */
export function onClose(request: IncomingMessage, response: ServerResponse, callback: () => void): void {
  const { socket } = request;
  const tell = (): void => {
    response.off('close', tell);
    socket.off('close', tell);
    callback();
  };
  response.once('close', tell);
  if (response.socket === null) socket.once('close', tell);
}
