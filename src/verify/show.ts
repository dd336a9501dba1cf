import { redactHeader, redactText } from '../core/redact.js';
import type { Received } from './exchange.js';
import type { ShownAnswer, ShownRequest } from './report.js';
import type { ProbeCall } from './row.js';

/* Requests and answers as a report shows them: without secrets, and not longer than people read. */

const LONGEST = 4000;

/** Headers that say something about the contract. */
const SHOWN = /^(?:content-type|content-length|etag|x-powered-by|keep-alive|access-control-.*|allow|retry-after)$/;

/** @param secret the token that was sent */
export function showRequest({ method, path, headers, body }: ProbeCall, secret?: string): ShownRequest {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : `(${body.byteLength} bytes)`;
  return {
    method,
    path: redactText(path, secret),
    ...(headers && Object.keys(headers).length > 0 && { headers }),
    ...(text !== undefined && { body: clip(redactText(text, secret)) }),
  };
}

/** @param secret the token that was sent */
export function showAnswer({ status, headers, body }: Received, secret?: string): ShownAnswer {
  const shown = Object.entries(headers)
    .filter(([name]) => SHOWN.test(name))
    .map(([name, value]) => [name, redactHeader(name, value)]);
  return {
    status,
    headers: Object.fromEntries(shown) as Record<string, string>,
    body: clip(redactText(body, secret)),
  };
}

function clip(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
}
