import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** What came over one connection, up to where it ended. */
export interface Exchange {
  /** 0 when no header came. */
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Set when the body did not end as announced: the error's code. */
  failure?: string;
}

/** How to ask. */
export interface Asking {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** The target, when it is not the URL's: to ask a proxy. */
  path?: string;
  /** Leave after so many body bytes. */
  leaveAfter?: number;
  /** Called with the request, to leave by other means. */
  onRequest?: (leave: () => void) => void;
  ca?: string;
}

/** One request on a connection of its own; no redirect is followed, and nothing that goes wrong is thrown. */
export function ask(url: string, asking: Asking = {}): Promise<Exchange> {
  const exchange: Exchange = { status: 0, headers: {}, body: Buffer.alloc(0) };
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const done = (failure?: string): void => {
      resolve({ ...exchange, body: Buffer.concat(chunks), ...(failure !== undefined && { failure }) });
    };
    const options: RequestOptions & { ca?: string } = {
      method: asking.method ?? 'GET',
      headers: asking.headers ?? {},
      agent: false,
      ...(asking.ca !== undefined && { ca: asking.ca }),
      ...(asking.path !== undefined && { path: asking.path }),
    };
    const onResponse = (response: IncomingMessage): void => {
      exchange.status = response.statusCode ?? 0;
      exchange.headers = response.headers;
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (asking.leaveAfter !== undefined && bytes >= asking.leaveAfter) request.destroy();
      });
      response.on('end', () => done());
      response.on('error', (error: Error & { code?: string }) => done(error.code ?? error.message));
    };
    const request = url.startsWith('https:')
      ? httpsRequest(url, options, onResponse)
      : httpRequest(url, options, onResponse);
    request.on('error', (error: Error & { code?: string }) => done(error.code ?? error.message));
    asking.onRequest?.(() => request.destroy());
    request.end(asking.body);
  });
}

/** The signed URL behind a `/resolve/` path. */
export async function locate(endpoint: string, path: string, asking: Asking = {}): Promise<string> {
  const { headers, status, body } = await ask(endpoint + path, asking);
  if (headers.location === undefined) throw new Error(`${path} did not redirect: ${status} ${body.toString()}`);
  return new URL(headers.location, endpoint).href;
}
