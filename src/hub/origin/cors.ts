/*
 * The CORS headers with which pages of other origins may read the hub and the CDN. The control API, /__hub, must not
 * have any.
 */
import { omit } from '../omit.js';
import type { HubCall } from '../wire/call.js';
import { textReply, type Reply } from '../wire/reply.js';

const EXPOSED =
  'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,' +
  'X-Linked-Size,X-Linked-ETag,X-Xet-Hash';

/** Returns the headers for each answer of the hub, which the real one also sends to all clients. */
export function hubCors({ headers }: HubCall): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': headers.origin ?? 'https://huggingface.co',
    'Access-Control-Max-Age': '86400',
    'Access-Control-Expose-Headers': EXPOSED,
    Vary: 'Origin',
  };
}

/** The headers for each answer of the CDN. */
export const cdnCors: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': '*',
};

/** Answers OPTIONS. The requested headers are named one by one: `*` would not include Authorization. */
export function preflightReply({ headers }: HubCall, methods: string): Reply {
  const asked = headers['access-control-request-headers'];
  const reply = textReply(204, '', {
    'Access-Control-Allow-Methods': methods,
    ...(asked !== undefined && { 'Access-Control-Allow-Headers': asked }),
    Vary: 'Origin, Access-Control-Request-Headers',
  });
  return { ...reply, headers: omit(reply.headers, 'Content-Type', 'Content-Length') };
}
