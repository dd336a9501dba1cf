import type { IncomingMessage } from 'node:http';
import { inferred } from '../contract/inferred.js';
import { problems } from '../contract/problem.js';

/** How much of a body that is too large is still read, and thrown away: nobody sends so much without looking up. */
const DRAIN_BYTES = 1024 * 1024 * 1024;

const CLIENT_LEFT = 'The client left before it had sent the body.';

/**
 * The body as text.
 * @throws Problem bodyTooLarge
 */
export function readRequestText(
  request: IncomingMessage & { body?: unknown },
  limit: number = inferred.bodyLimitBytes.value,
): Promise<string> {
  // A body parser in front of us has read it already.
  if (request.readableEnded) return Promise.resolve(textOf(request.body));
  // Its `close` has been told already, and nothing else comes.
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
        // A client that looks up while it sends learns it at once. One that does not must not be cut off meanwhile, or it
        // would never see the 413.
        reject(problems.bodyTooLarge(limit));
        if (length > DRAIN_BYTES) request.destroy();
      })
      .once('end', () => resolve(Buffer.concat(chunks).toString()))
      .once('error', reject)
      .once('close', () => reject(new Error(CLIENT_LEFT)));
  });
}

function textOf(body: unknown): string {
  if (body === undefined) return '';
  if (typeof body === 'string') return body;
  return Buffer.isBuffer(body) ? body.toString() : JSON.stringify(body);
}
