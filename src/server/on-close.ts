import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether nobody is there to read an answer. */
export function isGone(request: IncomingMessage, response: ServerResponse): boolean {
  return response.destroyed || request.socket.destroyed;
}

/**
 * Calls back, once, when an answer is over: sent, or left behind by its client. Node tells an answer that waits behind
 * another one on the same connection nothing when the client leaves; its socket is told.
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
