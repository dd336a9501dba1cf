import { http, HttpResponse, type HttpHandler } from 'msw';
import { checkApi, type Api, type Ownership } from '../api/api.js';
import { callFrom, toResponse } from '../api/fetch.js';
import { checkOptions } from '../core/check-options.js';
import { parseBaseUrl } from './base-url.js';

/** Where handlers stand, and what they answer. */
export interface HandlersOptions {
  /**
   * The address at which clients expect LM Studio: its origin, and its mount path, if any. `http://localhost:1234` by
   * default; `127.0.0.1` and `[::1]` mean the same server. `/` (or any path) is on the page's own origin, and `*` (or
   * `*` and a path) on any origin, for a server whose port is not known yet.
   */
  baseUrl?: string;
  /** What is answered: `routes` on the page's own origin and on any origin, where other requests go as well; else `origin`. */
  ownership?: Ownership;
}

/**
 * Turns an api into MSW handlers, for Node or a page: `setupServer(...createHandlers(dock.api))`.
 *
 * What the api does not own goes on to the handlers behind these, and then to the network, untouched. With ownership
 * `origin` nothing below the base URL does: MSW's `onUnhandledRequest` never hears of a wrong path there, the api
 * answers it as LM Studio would. Requests that are marked with MSW's `bypass` never come here.
 * @throws RangeError for a base URL that names no place to serve at; TypeError for what is not an api
 * @example
 * const dock = createDock({ scenario: 'instant' });
 * const server = setupServer(...createHandlers(dock.api));
 * server.listen();
 * const answer = await fetch('http://localhost:1234/api/v1/models');
 * server.close();
 * dock.close();
 */
export function createHandlers(api: Api, options: HandlersOptions = {}): HttpHandler[] {
  checkApi(api);
  checkOptions('createHandlers', options, { baseUrl: true, ownership: true });
  const { baseUrl = 'http://localhost:1234', ownership } = options;
  const base = parseBaseUrl(baseUrl, pageOrigin());
  const owned = ownership ?? (base.shared ? 'routes' : 'origin');

  return [
    // A predicate instead of a path: MSW decodes a URL that it compares with a path, and fails on a broken escape.
    http.all(
      ({ request: { method, url } }) => {
        const path = base.pathOf(new URL(url));
        return path !== undefined && api.owns({ method, path }, owned);
      },
      async ({ request }) => {
        const url = new URL(request.url);
        const answer = await api.answer(callFrom(request, base.pathOf(url)!, url.search));
        if (answer === 'network error') return HttpResponse.error();
        const { status, headers, body } = toResponse(answer, request.method);
        // MSW's own class adds the status text that a server sends.
        return new HttpResponse(body, { status, headers });
      },
    ),
  ];
}

function pageOrigin(): string | undefined {
  const { location } = globalThis as { location?: Location };
  // A page without an origin (about:blank, a file) has the origin "null".
  return location?.origin === 'null' ? undefined : location?.origin;
}
