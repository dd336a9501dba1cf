import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Api, Ownership } from '../api/api.js';
import type { Answer, Call } from '../api/call.js';
import { problems } from '../contract/problem.js';
import { readRequestText } from './request-text.js';

export interface ListenerOptions {
  ownership: Ownership;
  /** Told of errors that nobody foresaw; the client gets a 500. */
  onError?: (error: unknown) => void;
}

/** Answers a request, or calls `pass` without having touched it when it is not ours. */
export type Listener = (request: IncomingMessage, response: ServerResponse, pass: () => void) => void;

/** An api in the words of node:http. Whatever a request looks like, nothing escapes from here. */
export function createListener(api: Api, { ownership, onError = () => undefined }: ListenerOptions): Listener {
  return (request, response, pass) => {
    const call = callFrom(request, response);
    if (!api.owns(call, ownership)) {
      pass();
      return;
    }
    api
      .answer(call)
      .then((answer) => send(answer, request, response))
      .catch((error: unknown) => {
        onError(error);
        if (response.headersSent) response.destroy();
        else sendText(500, {}, JSON.stringify(problems.internal().answer, null, 2), request, response);
      });
  };
}

function callFrom(request: IncomingMessage, response: ServerResponse): Call {
  const target = targetOf(request);
  const mark = target.indexOf('?');
  let signal: AbortSignal | undefined;
  return {
    method: request.method ?? 'GET',
    path: mark === -1 ? target : target.slice(0, mark),
    // Most calls ask for neither the query nor the signal, and both are dear to make.
    get query() {
      return new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1));
    },
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    text: () => readRequestText(request),
    get signal() {
      return (signal ??= signalOf(response));
    },
  };
}

/** A proxy's client sends the whole URL (RFC 9112, 3.2.2: a server must accept it); the origin in it is ours. */
function targetOf(request: IncomingMessage): string {
  const target = request.url ?? '/';
  const origin = target.startsWith('/') ? null : /^https?:\/\/[^/?#]*/i.exec(target);
  if (!origin) return target;
  const rest = target.slice(origin[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function signalOf(response: ServerResponse): AbortSignal {
  if (response.destroyed) return AbortSignal.abort();
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

function send(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
  if (response.destroyed) return;
  if (answer === 'network error') {
    request.socket.resetAndDestroy();
    return;
  }
  const { status, headers, body } = answer;
  if (typeof body === 'string') sendText(status, headers, body, request, response);
  else sendStream(status, headers, body, request, response);
}

function sendText(
  status: number,
  headers: Record<string, string>,
  body: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (status === 204) {
    response.writeHead(status, { 'X-Powered-By': 'Express', ...headers }).end();
    return;
  }
  const length = Buffer.byteLength(body);
  const tag = weakTag(body, length);
  if (status === 200 && isFresh(request, tag)) {
    const { 'Content-Type': _, ...rest } = headers;
    response.writeHead(304, { 'X-Powered-By': 'Express', ...rest, ETag: tag }).end();
    return;
  }
  response.writeHead(status, { 'X-Powered-By': 'Express', ...headers, 'Content-Length': length, ETag: tag });
  // Node leaves the body away where the method was HEAD.
  response.end(body);
}

function sendStream(
  status: number,
  headers: Record<string, string>,
  body: ReadableStream<Uint8Array>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.writeHead(status, { 'X-Powered-By': 'Express', ...headers });
  if (request.method === 'HEAD') {
    void body.cancel();
    response.end();
    return;
  }
  // The types of Node's and the DOM's streams differ in name only.
  Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])
    .on('error', () => request.socket.resetAndDestroy())
    .pipe(response)
    .on('close', () => {
      if (!response.writableFinished) void body.cancel().catch(() => undefined);
    });
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
