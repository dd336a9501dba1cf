import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** A request, taken apart. */
export interface HubCall {
  method: string;
  /** As it came, without scheme and authority. */
  target: string;
  /** Decoded, without empty ends: `/api/models/` is `['api', 'models']`. */
  segments: string[];
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Scheme and authority the client used, for absolute links; `undefined` when its Host makes no sense. */
  origin: string | undefined;
}

/** Takes a request apart; `undefined` when its target cannot be understood. Never throws. */
export function readCall(request: IncomingMessage, scheme: 'http' | 'https'): HubCall | undefined {
  // A proxy client may send the absolute form, RFC 9112, 3.2.2.
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

/** A path of a repo as it stands in a URL: each segment escaped, slashes kept. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
