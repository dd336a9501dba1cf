import type { IncomingMessage } from 'node:http';

/** Reads the body of a request as text, empty if there is none; `undefined` if it is too long or incomplete. */
export async function readRequestBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
  if (request.method === 'GET' || request.method === 'HEAD') {
    // The body of a GET has no meaning, but must be read.
    request.resume();
    return '';
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}
