import type { IncomingMessage } from 'node:http';
import { inferred } from '../contract/inferred.js';
import { problems } from '../contract/problem.js';

/** How much of a body that is too large is still read: a client that is cut off while it sends never sees the 413. */
const DRAIN_BYTES = 16 * 1024 * 1024;

/**
 * The body as text.
 * @throws Problem bodyTooLarge
 */
export function readRequestText(request: IncomingMessage & { body?: unknown }): Promise<string> {
  // A body parser in front of us has read it already.
  if (request.readableEnded) return Promise.resolve(textOf(request.body));
  return new Promise((resolve, reject) => {
    const limit = inferred.bodyLimitBytes.value;
    const chunks: Buffer[] = [];
    let length = 0;
    request
      .on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= limit) chunks.push(chunk);
        else chunks.length = 0;
        if (length > DRAIN_BYTES) {
          request.pause();
          reject(problems.bodyTooLarge());
        }
      })
      .once('end', () => {
        if (length > limit) reject(problems.bodyTooLarge());
        else resolve(Buffer.concat(chunks).toString());
      })
      .once('error', reject)
      .once('close', () => reject(new Error('The client left before it had sent the body.')));
  });
}

function textOf(body: unknown): string {
  if (body === undefined) return '';
  if (typeof body === 'string') return body;
  return Buffer.isBuffer(body) ? body.toString() : JSON.stringify(body);
}
