import type { Content } from '../content/content.js';
import { omit } from '../omit.js';
import type { HubCall } from './call.js';
import { textReply, type Reply } from './reply.js';

/** The requested range, as `[start, end)`. */
export type Asked = { start: number; end: number } | 'everything' | 'unsatisfiable';

/**
 * Parses a Range header for a body of `size` bytes. Several ranges, other units and invalid values count as no header,
 * as RFC 9110, 14.2 allows and as the object stores behind the real hub do.
 */
export function readRange(header: string | undefined, size: number): Asked {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header?.replace(/\s/g, '') ?? '');
  if (match === null) return 'everything';
  const [first, last] = [match[1]!, match[2]!];
  if (first === '') {
    if (last === '') return 'everything';
    const suffix = Number(last);
    return suffix === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - suffix), end: size };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'everything';
  if (start >= size) return 'unsatisfiable';
  return { start, end: last === '' ? size : Math.min(Number(last) + 1, size) };
}

/** Answers a GET or HEAD of a file: 200, 206, 304, 412 or 416. `etag` includes its quotes. */
export function fileReply(call: HubCall, content: Content, etag: string, headers: Record<string, string>): Reply {
  const common = { ...headers, ETag: etag, 'Accept-Ranges': 'bytes' };
  switch (verdictOn(call.headers, etag, headers['Last-Modified'])) {
    case 'failed':
      return textReply(412, 'Precondition Failed', common);
    case 'not modified': {
      const nothing = textReply(304, '', common);
      return { ...nothing, headers: omit(nothing.headers, 'Content-Type', 'Content-Length') };
    }
    case 'go on':
  }
  const { size } = content;
  const ifRange = call.headers['if-range'];
  // RFC 9110, 13.1.5: a validator that does not match means the whole file, not an error; a date must match exactly.
  const unchanged = ifRange === undefined || ifRange === etag || ifRange === headers['Last-Modified'];
  const asked = unchanged ? readRange(call.headers.range, size) : 'everything';
  if (asked === 'unsatisfiable') {
    return textReply(416, 'Requested Range Not Satisfiable', { ...common, 'Content-Range': `bytes */${size}` });
  }
  const { start, end } = asked === 'everything' ? { start: 0, end: size } : asked;
  return {
    status: asked === 'everything' ? 200 : 206,
    headers: {
      ...common,
      'Content-Length': String(end - start),
      ...(asked !== 'everything' && { 'Content-Range': contentRange(start, end, size) }),
    },
    body: content,
    start,
    end,
    carriesFile: true,
  };
}

/** Formats a Content-Range for `[start, end)`: on the wire the last byte is included. */
export function contentRange(start: number, end: number, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`;
}

/** Checks the preconditions (RFC 9110, 13.2.2, up to the range): of each pair the date counts only without an ETag. */
function verdictOn(
  headers: HubCall['headers'],
  etag: string,
  modified: string | undefined,
): 'go on' | 'failed' | 'not modified' {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  const since = { unmodified: headers['if-unmodified-since'], modified: headers['if-modified-since'] };
  if (match !== undefined ? !names(match, etag) : isAfter(modified, since.unmodified)) return 'failed';
  const isOld = noneMatch !== undefined ? names(weakly(noneMatch), etag) : isAfter(modified, since.modified) === false;
  return isOld ? 'not modified' : 'go on';
}

function names(list: string, etag: string): boolean {
  const candidates = list.split(',').map((each) => each.trim());
  return candidates.includes('*') || candidates.includes(etag);
}

/**
 * Normalises ETags: If-None-Match treats a weak ETag as the strong one, If-Match does not (RFC 9110, 13.1.1 and
 * 13.1.2).
 */
function weakly(list: string): string {
  return list.replace(/(^|,)\s*W\//g, '$1');
}

/** `undefined` if either is not a date, so that the condition does not apply. */
function isAfter(modified: string | undefined, date: string | undefined): boolean | undefined {
  const [ours, theirs] = [Date.parse(modified ?? ''), Date.parse(date ?? '')];
  return Number.isNaN(ours) || Number.isNaN(theirs) ? undefined : ours > theirs;
}
