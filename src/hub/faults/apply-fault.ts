/* Applies a fault to an answer: a function from one delivery to another. It uses no sockets. */
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { HubClock } from '../clock.js';
import type { Content } from '../content/content.js';
import type { Delivery } from '../wire/send-body.js';
import { createPace, type Pace } from '../wire/pace.js';
import { contentRange } from '../wire/ranges.js';
import { redirectReply, textReply, xmlErrorReply, type Reply } from '../wire/reply.js';
import { omit } from '../omit.js';
import type { HubFaultEffect, HubFaultStatus } from './hub-fault.js';

/** What applying a fault may need. */
export interface FaultContext {
  clock: HubClock;
  /** The requested URL, on the origin that the client used. */
  url: string;
  /** Returns a limited line that several requests share, by fault. */
  sharedPace(id: string, make: () => Pace): Pace;
}

const HTML = '<!doctype html><title>Welcome to the guest network</title><p>Please accept the terms to go online.</p>\n';

/** Returns the delivery with `fault` applied. */
export function applyFault(delivery: Delivery, fault: HubFaultStatus, scene: FaultContext): Delivery {
  const { effect } = fault;
  const { reply } = delivery;
  const replaced = (other: Reply): Delivery => ({
    ...delivery,
    reply: { ...other, headers: keptHeaders(reply, other) },
  });
  switch (effect.type) {
    case 'refuse':
      return replaced(refusal(effect.status ?? 403));
    case 'rate-limit':
      return { ...delivery, reply: tooMany(reply, effect.headers ?? true, effect.retryAfterSeconds ?? 30) };
    case 'server-error':
      return replaced(textReply(effect.status ?? 503, 'Service Unavailable', retryAfter(effect.retryAfterSeconds)));
    case 'reset':
      return { ...delivery, incident: { type: 'reset', ...placeOf(effect, reply) } };
    case 'stall':
      return {
        ...delivery,
        incident: { type: 'stall', ...placeOf(effect, reply), ...(effect.ms !== undefined && { ms: effect.ms }) },
      };
    case 'truncated':
      return { ...delivery, incident: { type: 'close', afterBytes: placeOf(effect, reply).afterBytes ?? half(reply) } };
    case 'short-range':
      return { ...delivery, reply: shortened(reply, effect.bytes) };
    case 'ignore-range':
      return { ...delivery, reply: withoutRange(reply, effect.body ?? 'whole') };
    case 'wrong-content-range':
      return { ...delivery, reply: misplaced(reply, effect) };
    case 'flip-bit':
      return { ...delivery, reply: { ...reply, body: flipped(reply.body, effect.atByte, effect.bit ?? 0) } };
    case 'slow-body': {
      const make = (): Pace => createPace(effect.bytesPerSecond, scene.clock);
      const pace = effect.share === 'total' ? scene.sharedPace(fault.id, make) : make();
      return { ...delivery, paces: [...delivery.paces, pace] };
    }
    case 'latency':
      return { ...delivery, latencyMs: delivery.latencyMs + effect.ms };
    case 'no-head':
      return replaced(textReply(effect.status ?? 405, 'Method Not Allowed', { Allow: 'GET' }));
    case 'no-content-length':
      return { ...delivery, reply: unmeasured(reply), closeDelimited: effect.end === 'close' };
    case 'gzip':
      return { ...delivery, reply: gzipped(reply) };
    case 'redirect':
      return replaced(redirectReply(302, redirectTarget(effect.to, scene.url)));
    case 'foreign-link':
      return { ...delivery, reply: relinked(reply, effect.origin ?? 'https://huggingface.co') };
    case 'signature-lifetime':
    case 'move-branch':
    case 'drop-commit':
    case 'clock-skew':
      return delivery;
  }
}

/** Keeps the headers about the quota, but not those about the file. */
function keptHeaders(before: Reply, after: Reply): Record<string, string> {
  const kept = ['RateLimit', 'RateLimit-Policy'].filter((name) => name in before.headers);
  return {
    ...corsHeaders(before),
    ...Object.fromEntries(kept.map((name) => [name, before.headers[name]!])),
    ...after.headers,
  };
}

/** Keeps CORS headers: without them a page would only see a network error, not the fault. */
function corsHeaders({ headers }: Reply): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => /^(?:access-control-|vary$)/i.test(name)));
}

function refusal(status: 400 | 401 | 403 | 410): Reply {
  const codes = { 400: 'AuthorizationQueryParametersError', 401: 'Unauthorized', 403: 'AccessDenied', 410: 'Gone' };
  return xmlErrorReply(status, codes[status], 'Request has expired');
}

function tooMany(
  reply: Reply,
  said: NonNullable<Extract<HubFaultEffect, { type: 'rate-limit' }>['headers']>,
  seconds: number,
): Reply {
  const { headers } = reply;
  const bucket = /^"\w+"/.exec(headers.RateLimit ?? '')?.[0] ?? '"api"';
  const policy = headers['RateLimit-Policy'];
  return textReply(429, 'Too Many Requests', {
    ...corsHeaders(reply),
    ...((said === true || said === 'Retry-After') && retryAfter(seconds)),
    ...((said === true || said === 'RateLimit') && {
      RateLimit: `${bucket};r=0;t=${seconds}`,
      ...(policy !== undefined && { 'RateLimit-Policy': policy }),
    }),
  });
}

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) };
}

function placeOf(place: { atByte?: number; afterBytes?: number }, reply: Reply): { afterBytes?: number } {
  if (place.atByte !== undefined) return { afterBytes: place.atByte - reply.start };
  if (place.afterBytes !== undefined) return { afterBytes: Math.min(place.afterBytes, reply.end - reply.start) };
  return {};
}

function half(reply: Reply): number {
  return Math.floor((reply.end - reply.start) / 2);
}

function shortened(reply: Reply, bytes: number): Reply {
  const end = Math.min(reply.end, reply.start + bytes);
  const headers = {
    ...reply.headers,
    'Content-Length': String(end - reply.start),
    'Content-Range': contentRange(reply.start, end, reply.body.size),
  };
  return { ...reply, headers, end };
}

function withoutRange(reply: Reply, manner: 'whole' | 'part' | 'html'): Reply {
  if (manner === 'html') return textReply(200, HTML, { 'Content-Type': 'text/html; charset=utf-8' });
  const headers = omit(reply.headers, 'Content-Range');
  if (manner === 'part') return { ...reply, status: 200, headers };
  const { size } = reply.body;
  return { ...reply, status: 200, headers: { ...headers, 'Content-Length': String(size) }, start: 0, end: size };
}

function misplaced(reply: Reply, { shift = 0, total }: { shift?: number; total?: number }): Reply {
  const header = contentRange(reply.start + shift, reply.end + shift, total ?? reply.body.size);
  return { ...reply, headers: { ...reply.headers, 'Content-Range': header } };
}

function flipped(body: Content, byte: number, bit: number): Content {
  return {
    size: body.size,
    async *chunks(start, end) {
      let at = start;
      for await (const chunk of body.chunks(start, end)) {
        const here = byte - at;
        at += chunk.length;
        if (here < 0 || here >= chunk.length) {
          yield chunk;
          continue;
        }
        // Copied, because content in memory yields views of itself.
        const damaged = Uint8Array.from(chunk);
        damaged[here]! ^= 1 << bit;
        yield damaged;
      }
    },
  };
}

function gzipped(reply: Reply): Reply {
  const { body } = reply;
  const compressed: Content = {
    size: body.size,
    async *chunks(start, end) {
      const gzip = createGzip({ level: 1 });
      // The reader gets the error; when it stops reading, the source is closed.
      pipeline(Readable.from(body.chunks(start, end)), gzip, () => undefined);
      yield* gzip as AsyncIterable<Uint8Array>;
    },
  };
  return { ...reply, headers: { ...unmeasured(reply).headers, 'Content-Encoding': 'gzip' }, body: compressed };
}

function redirectTarget(to: 'another-protocol' | 'private-address' | 'loop', url: string): string {
  switch (to) {
    case 'another-protocol':
      return url.startsWith('https:') ? url.replace(/^https:/, 'http:') : url.replace(/^http:/, 'ftp:');
    case 'private-address':
      return `http://10.255.255.1${url.replace(/^\w+:\/\/[^/]*/, '')}`;
    case 'loop':
      return url;
  }
}

function relinked(reply: Reply, origin: string): Reply {
  const link = reply.headers.Link;
  if (link === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, Link: link.replace(/<\w+:\/\/[^/>]*/, `<${origin}`) } };
}

function unmeasured(reply: Reply): Reply {
  return { ...reply, headers: omit(reply.headers, 'Content-Length') };
}
