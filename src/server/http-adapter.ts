import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished, Readable } from 'node:stream';
import { checkApi, type Api, type Ownership } from '../api/api.js';
import type { Answer, Call } from '../api/call.js';
import { problems } from '../contract/problem.js';
import { HttpCall } from './http-call.js';
import { isGone, onClose } from './on-close.js';

export interface ListenerOptions {
  ownership: Ownership;
  /** Called with unexpected errors; the client gets a 500. */
  onError?: (error: unknown) => void;
}

/** Answers a request, or calls `pass` and leaves a request untouched that the api does not own. */
export type Listener = (request: IncomingMessage, response: ServerResponse, pass: () => void) => void;

/** Serves an api through node:http. No request makes it throw or reject. */
export function createListener(api: Api, { ownership, onError = () => undefined }: ListenerOptions): Listener {
  checkApi(api);
  return (request, response, pass) => {
    const call = new HttpCall(request, response);
    if (api.owns(call, ownership)) void respond(call, request, response);
    else pass();
  };

  async function respond(call: Call, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      send(await api.answer(call), request, response);
    } catch (error) {
      onError(error);
      if (response.headersSent) response.destroy();
      else sendText(500, {}, JSON.stringify(problems.internal().answer, null, 2), request, response);
    }
  }
}

function send(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
  if (answer === 'network error') {
    if (!isGone(request, response)) request.socket.resetAndDestroy();
    return;
  }
  const { status, headers, body, asIs } = answer;
  if (isGone(request, response)) {
    // Cancels the body's stream, so that its source stops producing.
    if (typeof body !== 'string') abandon(body);
    return;
  }
  if (typeof body !== 'string') {
    sendStream(status, asIs ? headers : { 'X-Powered-By': 'Express', ...headers }, body, request, response);
  } else if (asIs) sendReplaced(status, headers, body, request, response);
  else sendText(status, headers, body, request, response);
}

/** Sends the answer of another server whose body a fault has replaced. */
function sendReplaced(
  status: number,
  headers: Record<string, string>,
  body: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const kept = Object.entries(headers).filter(([name]) => !/^(?:content-length|etag)$/i.test(name));
  response.writeHead(status, { ...Object.fromEntries(kept), 'Content-Length': Buffer.byteLength(body) });
  end(request, response, body);
}

function sendText(
  status: number,
  headers: Record<string, string>,
  body: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (status === 204) {
    response.writeHead(status, { 'X-Powered-By': 'Express', ...headers });
    end(request, response);
    return;
  }
  const length = Buffer.byteLength(body);
  const tag = weakTag(body, length);
  if (status === 200 && isFresh(request, tag)) {
    const { 'Content-Type': _, ...rest } = headers;
    response.writeHead(304, { 'X-Powered-By': 'Express', ...rest, ETag: tag });
    end(request, response);
    return;
  }
  response.writeHead(status, { 'X-Powered-By': 'Express', ...headers, 'Content-Length': length, ETag: tag });
  // Node omits the body of an answer to HEAD.
  end(request, response, body);
}

/**
 * Ends an answer once its request has been read. Closing a connection with unread data resets it, and the reset may
 * overtake the answer.
 */
function end(request: IncomingMessage, response: ServerResponse, body = ''): void {
  if (request.complete) {
    response.end(body);
    return;
  }
  if (body === '') response.flushHeaders();
  else response.write(body);
  finished(request.resume(), () => response.end());
}

function sendStream(
  status: number,
  headers: Record<string, string>,
  body: ReadableStream<Uint8Array>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.writeHead(status, headers);
  if (request.method === 'HEAD') {
    abandon(body);
    response.end();
    return;
  }
  // The first byte of the body may take long; the client should know at once that an answer has begun.
  response.flushHeaders();
  // Node's and the DOM's types of streams differ in name only.
  const source = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  // Ends without a reset: a reset would discard what the client has not read yet, and how much arrived is part of the
  // answer.
  source.on('error', () => request.socket.destroySoon());
  onClose(request, response, () => source.destroy());
  source.pipe(response);
}

/** Cancels a body and ignores errors of the cancellation: an unhandled rejection would crash the process. */
function abandon(body: ReadableStream<Uint8Array>): void {
  body.cancel().catch(() => undefined);
}

/** Computes Express's weak ETag: the length in hex, and 27 characters of base64 sha1. */
function weakTag(body: string, length: number): string {
  return `W/"${length.toString(16)}-${hash('sha1', body, 'base64').slice(0, 27)}"`;
}

/** Whether the client's copy is fresh (RFC 9110, 13.1.2), as Express reads it: `no-cache` asks for the body. */
function isFresh(request: IncomingMessage, tag: string): boolean {
  const expected = request.headers['if-none-match'];
  if (expected === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
  if (/(?:^|,)\s*no-cache\s*(?:,|$)/i.test(request.headers['cache-control'] ?? '')) return false;
  return expected === '*' || expected.split(',').some((each) => opaque(each) === opaque(tag));
}

function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}
