import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** A parsed request. */
export interface HubCall {
  method: string;
  /** The target as it was sent, without scheme and authority. */
  target: string;
  /** The decoded segments, without empty ones at the ends: `/api/models/` is `['api', 'models']`. */
  segments: string[];
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Scheme and authority that the client used, for absolute links; `undefined` if its Host is invalid. */
  origin: string | undefined;
}

/** Parses a request; `undefined` if its target is invalid. Never throws. */
export function readCall(request: IncomingMessage, scheme: 'http' | 'https'): HubCall | undefined {
  // Clients of a proxy may send the absolute form (RFC 9112, 3.2.2).
  const target = (request.url ?? '/').replace(/^https?:\/\/[^/?#]*/i, '') || '/';
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const query = new URLSearchParams(question < 0 ? '' : target.slice(question + 1));
  const segments = decoded(path);
  if (!path.startsWith('/') || segments === undefined) return undefined;
  const host = request.headers.host ?? '';
  const origin = /^[\w.:[\]-]+$/.test(host) && URL.canParse(`${scheme}://${host}`) ? `${scheme}://${host}` : undefined;
  return { method: request.method ?? 'GET', target, segments, query, headers: request.headers, origin };
}

function decoded(path: string): string[] | undefined {
  const parts = path.replace(/^\/|\/$/g, '').split('/');
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Encodes a path in a repo for a URL: each segment escaped, slashes kept. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
