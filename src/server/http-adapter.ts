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
  /** Told of errors that nobody foresaw; the client gets a 500. */
  onError?: (error: unknown) => void;
}

/** Answers a request, or calls `pass` without having touched it when it is not ours. */
export type Listener = (request: IncomingMessage, response: ServerResponse, pass: () => void) => void;

/** An api in the words of node:http. Whatever a request looks like, nothing escapes from here. */
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
    // Whoever makes the body is to learn that nobody reads it.
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
  // Node leaves the body away where the method was HEAD.
  end(request, response, body);
}

/**
 * Ends an answer once its request has been read. A connection that closes with something unread is reset, and the reset
 * may overtake the answer.
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
  // A client may wait long for the first byte, and want to know that an answer has begun.
  response.flushHeaders();
  // The types of Node's and the DOM's streams differ in name only.
  const source = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  // Not a reset: it would throw away what the client has not read yet, and how much arrived is part of the answer.
  source.on('error', () => request.socket.destroySoon());
  onClose(request, response, () => source.destroy());
  source.pipe(response);
}

/** What its maker says to that is of no use to anybody, and would end the process if it were nobody's to hear. */
function abandon(body: ReadableStream<Uint8Array>): void {
  body.cancel().catch(() => undefined);
}

/** Express's weak ETag: the length in hex, and 27 characters of base64 sha1. */
function weakTag(body: string, length: number): string {
  return `W/"${length.toString(16)}-${hash('sha1', body, 'base64').slice(0, 27)}"`;
}

/** RFC 9110, 13.1.2, as Express reads it: a client that says `no-cache` wants the body. */
function isFresh(request: IncomingMessage, tag: string): boolean {
  const expected = request.headers['if-none-match'];
  if (expected === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
  if (/(?:^|,)\s*no-cache\s*(?:,|$)/i.test(request.headers['cache-control'] ?? '')) return false;
  return expected === '*' || expected.split(',').some((each) => opaque(each) === opaque(tag));
}

function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}
