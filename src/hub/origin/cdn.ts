import type { HubFile } from '../repos/file.js';
import type { HubCall } from '../wire/call.js';
import { fileReply } from '../wire/ranges.js';
import { xmlErrorReply, type Reply } from '../wire/reply.js';
import { cdnCors, preflightReply } from './cors.js';
import type { OriginContext } from './context.js';

/** Finds the file that a request to the CDN names, even if its signature is invalid. */
export function cdnObject(
  context: OriginContext,
  { method, segments }: HubCall,
): { repo: string; file: HubFile } | undefined {
  // A preflight must not count as a request for the file.
  if (method === 'OPTIONS') return undefined;
  return context.repoStore.object(segments.at(-1) ?? '');
}

/**
 * Answers for the CDN: it accepts signed URLs only, checks them when the request starts, and knows no users or repos.
 */
export function cdnReply(context: OriginContext, call: HubCall, now: number): Reply {
  const reply = call.method === 'OPTIONS' ? preflightReply(call, 'GET, HEAD') : objectReply(context, call, now);
  return { ...reply, headers: { ...cdnCors, ...reply.headers } };
}

function objectReply(context: OriginContext, call: HubCall, now: number): Reply {
  if (call.method !== 'GET' && call.method !== 'HEAD') {
    return xmlErrorReply(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
  const verdict = context.signer.verify(call, now);
  switch (verdict) {
    case 'not signed':
      return xmlErrorReply(403, 'MissingKey', 'Missing Key-Pair-Id query parameter or cookie value');
    case 'bad signature':
      return xmlErrorReply(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match.');
    case 'expired':
      return xmlErrorReply(403, 'AccessDenied', 'Request has expired');
  }
  const object = context.repoStore.object(verdict.objectKey);
  if (object === undefined) return xmlErrorReply(404, 'NoSuchKey', 'The specified key does not exist.');
  const disposition = call.query.get('response-content-disposition');
  return fileReply(call, object.file.content, `"${object.file.xetHash}"`, {
    'Content-Type': 'application/octet-stream',
    'Cache-Control': 'public, max-age=31536000',
    'Last-Modified': 'Mon, 06 Jan 2025 09:00:00 GMT',
    ...(disposition !== null && { 'Content-Disposition': disposition }),
  });
}
