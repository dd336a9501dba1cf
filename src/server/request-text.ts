import type { IncomingMessage } from 'node:http';
import type { BodyHeaders } from '../api/body-text.js';
import { inferred } from '../contract/inferred.js';
import { problems } from '../contract/problem.js';

/**
 * How much of a too large body is still read and discarded, so that a client that reads only after sending gets its
 * 413.
 */
const DRAIN_BYTES = 1024 * 1024 * 1024;

const CLIENT_LEFT = 'The client left before it had sent the whole body.';

/**
 * Reads the whole body: its bytes, or a text where a body parser has read it already.
 * @throws Problem bodyTooLarge
 */
export function readRequestBytes(
  request: IncomingMessage & { body?: unknown },
  limit: number = inferred.bodyLimitBytes.value,
): Promise<Buffer | string> {
  // A body parser of the user's app has read it already.
  if (request.readableEnded) return Promise.resolve(textOf(request.body));
  // The request's `close` event has been emitted, and no other event will come.
  if (request.destroyed) return Promise.reject(new Error(CLIENT_LEFT));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request
      .on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= limit) {
          chunks.push(chunk);
          return;
        }
        chunks.length = 0;
        // Answered at once, for a client that reads while it sends. Another client is not cut off: it would never see
        // the 413.
        reject(problems.bodyTooLarge(limit));
        if (length > DRAIN_BYTES) request.destroy();
      })
      .once('end', () => resolve(length > limit ? '' : Buffer.concat(chunks)))
      .once('error', reject)
      .once('close', () => reject(new Error(CLIENT_LEFT)));
  });
}

/** What the headers of a request say about its body. */
export function headersOf({ headers }: IncomingMessage): BodyHeaders {
  return { contentType: headers['content-type'], contentEncoding: headers['content-encoding'] };
}

function textOf(body: unknown): string {
  if (body === undefined) return '';
  if (typeof body === 'string') return body;
  return Buffer.isBuffer(body) ? body.toString('utf8') : JSON.stringify(body);
}
