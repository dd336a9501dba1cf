import type { IncomingMessage, ServerResponse } from 'node:http';
import { readHeader } from '../api/body-text.js';
import type { Call, RawRequest } from '../api/call.js';
import { RequestBody } from './request-body.js';
import { isGone, onClose } from './on-close.js';

/**
 * A request of node:http as a call. It is a class, because an object with getters costs several times as much per call.
 * The query and the signal are created lazily: most calls need neither.
 */
export class HttpCall implements Call {
  readonly method: string;
  readonly path: string;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #search: string;
  #signal: AbortSignal | undefined;
  #body: RequestBody | undefined;

  constructor(request: IncomingMessage, response: ServerResponse) {
    const target = targetOf(request.url ?? '/');
    const mark = target.indexOf('?');
    this.method = request.method ?? 'GET';
    this.path = mark === -1 ? target : target.slice(0, mark);
    this.#search = mark === -1 ? '' : target.slice(mark + 1);
    this.#request = request;
    this.#response = response;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#search);
  }

  get signal(): AbortSignal {
    return (this.#signal ??= signalOf(this.#request, this.#response));
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return value === undefined ? undefined : readHeader(Array.isArray(value) ? value.join(', ') : value);
  }

  text(limit?: number): Promise<string> {
    return (this.#body ??= new RequestBody(this.#request)).text(limit);
  }

  get raw(): RawRequest {
    const { rawHeaders } = this.#request;
    const headers = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));
    const body = (this.#body ??= new RequestBody(this.#request));
    return { headers, search: this.#search === '' ? '' : `?${this.#search}`, body: () => body.pass() };
  }
}

/**
 * Returns the path and query. Clients of a proxy send the whole URL (RFC 9112, 3.2.2: a server must accept it); its
 * origin is this server's.
 */
function targetOf(url: string): string {
  const origin = url.startsWith('/') ? null : /^https?:\/\/[^/?#]*/i.exec(url);
  if (!origin) return url;
  const rest = url.slice(origin[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function signalOf(request: IncomingMessage, response: ServerResponse): AbortSignal {
  if (isGone(request, response)) return AbortSignal.abort();
  const controller = new AbortController();
  onClose(request, response, () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
