/*
 * What lets pages of other origins read the hub and the CDN. The operator's routes, /__hub, have none of it, and must not.
 */
import { omit } from '../omit.js';
import type { HubCall } from '../wire/call.js';
import { textReply, type Reply } from '../wire/reply.js';

const EXPOSED =
  'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,' +
  'X-Linked-Size,X-Linked-ETag,X-Xet-Hash';

/** Stands on each answer of the hub, as on those of the real one, to pages and to others. */
export function hubCors({ headers }: HubCall): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': headers.origin ?? 'https://huggingface.co',
    'Access-Control-Max-Age': '86400',
    'Access-Control-Expose-Headers': EXPOSED,
    Vary: 'Origin',
  };
}

/** Stands on each answer of the CDN. */
export const cdnCors: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': '*',
};

/** The answer to OPTIONS. The headers asked for are named one by one: `*` would not stand for Authorization. */
export function preflightReply({ headers }: HubCall, methods: string): Reply {
  const asked = headers['access-control-request-headers'];
  const reply = textReply(204, '', {
    'Access-Control-Allow-Methods': methods,
    ...(asked !== undefined && { 'Access-Control-Allow-Headers': asked }),
    Vary: 'Origin, Access-Control-Request-Headers',
  });
  return { ...reply, headers: omit(reply.headers, 'Content-Type', 'Content-Length') };
}
