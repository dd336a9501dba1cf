import type { IncomingMessage } from 'node:http';

/** The body of a request as text, empty when there is none; `undefined` when it is too long or never ends properly. */
export async function readRequestBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
  if (request.method === 'GET' || request.method === 'HEAD') {
    // Whatever a client sends with a GET means nothing, but has to be taken off the line.
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
