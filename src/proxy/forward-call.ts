import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { pipeline, Readable, Transform } from 'node:stream';
import type { Answer, Call, RawRequest } from '../api/call.js';
import { Problem } from '../contract/problem.js';
import { HOP, nameOf, nextHops, reasonOf } from '../inference/hops.js';
import type { Upstream } from './upstream.js';

/** An answer that has passed to its end, for those who look at it. */
export interface PassedAnswer {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  /** Absent where it is no JSON, or too long to look at. */
  body?: string;
}

/** Headers that belong to a connection (RFC 9110, 7.6.1), or that this end of it makes itself. */
const OF_THE_CONNECTION =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|host|accept-encoding)$/i;
const OF_THE_ANSWER = /^(?:connection|keep-alive|proxy-connection|trailer|transfer-encoding|upgrade)$/i;

/** How much of an answer is looked at. */
const LOOKED_AT_BYTES = 4 * 1024 * 1024;

/**
 * Sends a call on to the server as it came, and its answer back as it comes.
 * @param onEnd called when a whole answer has passed, before the client sees its end
 * @throws Problem 502 for a server that does not answer, or that leads back here
 */
export async function forwardCall(
  { base, hops }: Upstream,
  call: Call,
  onEnd: (passed: PassedAnswer) => void,
): Promise<Answer> {
  const { raw, method, path, signal } = call;
  if (!raw) throw new TypeError('Cannot forward a call of this transport: it does not tell how the request came.');
  const next = nextHops(hops, call.header(HOP));
  if (next === undefined) throw leadsBack(nameOf(base));
  try {
    const incoming = await ask(
      base,
      raw,
      { method, path: base.pathname.replace(/\/$/, '') + path + raw.search, signal },
      next,
    );
    return answerFrom(incoming, onEnd);
  } catch (error) {
    // A client that has left needs no answer; the call to the server has ended with it.
    if (signal.aborted) throw error;
    throw unreachable(`${method} ${path}`, nameOf(base), error);
  }
}

function ask(base: URL, raw: RawRequest, options: RequestOptions, hop: string): Promise<IncomingMessage> {
  const { request } = base.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const sending = request({
      ...options,
      host: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port,
      headers: requestHeaders(raw, base.host, hop),
      // A connection for each call: one that is kept may be closed by the server while a call is on its way.
      agent: false,
    });
    sending.once('response', resolve).on('error', reject);
    if (hasBody(raw)) pipeline(Readable.from(raw.body()), sending, () => undefined);
    else sending.end();
  });
}

function hasBody({ headers }: RawRequest): boolean {
  return headers.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name));
}

function requestHeaders({ headers }: RawRequest, host: string, hop: string): Record<string, string | string[]> {
  const dropped = namedByConnection(headers);
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (OF_THE_CONNECTION.test(name) || dropped.has(lower) || lower === HOP) continue;
    const before = Object.keys(kept).find((other) => other.toLowerCase() === lower);
    if (before === undefined) kept[name] = value;
    else kept[before] = [kept[before]!, value].flat();
  }
  const isChunked = headers.some(([name]) => name.toLowerCase() === 'transfer-encoding');
  return {
    ...kept,
    Host: host,
    // What is looked at must be readable; LM Studio sends no codings.
    'Accept-Encoding': 'identity',
    ...(isChunked && { 'Transfer-Encoding': 'chunked' }),
    [HOP]: hop,
  };
}

function answerFrom(incoming: IncomingMessage, onEnd: (passed: PassedAnswer) => void): Answer {
  const { statusCode: status = 502, rawHeaders, headers: received } = incoming;
  const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));
  const dropped = namedByConnection(pairs);
  const headers: Record<string, string> = {};
  for (const [name, value] of pairs) {
    if (OF_THE_ANSWER.test(name) || dropped.has(name.toLowerCase())) continue;
    const before = Object.keys(headers).find((other) => other.toLowerCase() === name.toLowerCase()) ?? name;
    headers[before] = headers[before] === undefined ? value : `${headers[before]}, ${value}`;
  }
  const names = Object.fromEntries(Object.entries(received).map(([name, value]) => [name, String(value)]));
  const watched = watch(/json/i.test(received['content-type'] ?? ''), (body) =>
    onEnd({ status, headers: names, ...(body !== undefined && { body }) }),
  );
  pipeline(incoming, watched, () => undefined);
  // Node's and the DOM's types of streams differ in name only.
  const body = Readable.toWeb(watched) as unknown as ReadableStream<Uint8Array>;
  return { status, headers, body, asIs: true };
}

/** Lets bytes pass, and tells at their end what they were. */
function watch(isRead: boolean, onEnd: (body: string | undefined) => void): Transform {
  const seen: Buffer[] = [];
  let length = 0;
  return new Transform({
    transform: (chunk: Buffer, _, done) => {
      length += chunk.length;
      if (isRead && length <= LOOKED_AT_BYTES) seen.push(chunk);
      done(null, chunk);
    },
    flush: (done) => {
      onEnd(isRead && length <= LOOKED_AT_BYTES ? Buffer.concat(seen).toString('utf8') : undefined);
      done();
    },
  });
}

function namedByConnection(headers: readonly (readonly [name: string, value: string])[]): Set<string> {
  const named = headers.filter(([name]) => name.toLowerCase() === 'connection').map(([, value]) => value.toLowerCase());
  return new Set(named.flatMap((value) => value.split(/\s*,\s*/)));
}

function unreachable(route: string, server: string, cause: unknown): Problem {
  return new Problem(
    502,
    'unknown',
    `Cannot forward ${route} to ${server}: ${reasonOf(cause)}. Start that server, or give the proxy the URL of another.`,
    { code: 'upstream_unreachable', cause },
  );
}

function leadsBack(server: string): Problem {
  return new Problem(
    502,
    'unknown',
    `Cannot forward to ${server}: it leads back to this proxy. Give the proxy the URL of LM Studio itself.`,
    { code: 'proxy_loop' },
  );
}
