import type { Received, Sent } from '../suites/transport.js';

/** What is to be sent, in Fetch's classes. */
export function requestFrom(baseUrl: string, { method, path, headers, body }: Sent, signal?: AbortSignal): Request {
  return new Request(baseUrl + path, {
    method,
    ...(headers && { headers }),
    // Bytes: for a string, Fetch would add a content type of its own.
    ...(body !== undefined && {
      body: typeof body === 'string' ? new TextEncoder().encode(body) : (body as Uint8Array<ArrayBuffer>),
    }),
    ...(signal && { signal }),
  });
}

export async function receivedFrom(response: Response): Promise<Received> {
  const { status, headers } = response;
  return { status, headers: Object.fromEntries(headers), body: await response.text() };
}
