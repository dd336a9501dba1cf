import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Api, Ownership } from '../api/api.js';
import { checkOptions } from '../core/check-options.js';
import { createListener } from './http-adapter.js';

/** A middleware of Express, Connect or Vite. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** How an api is served in an app. */
export interface MiddlewareOptions {
  /** Which undocumented routes below the mount path are answered. `routes` by default: they go on to the app. */
  ownership?: Ownership;
  /** Called with unexpected errors; the client gets a 500. */
  onError?: (error: unknown) => void;
}

/**
 * Serves an api in an app, mounted under any path. Requests that the api does not own go on to the app with their body
 * unread.
 */
export function createMiddleware(api: Api, options: MiddlewareOptions = {}): Middleware {
  checkOptions('createMiddleware', options, { ownership: true, onError: true });
  const { ownership = 'routes', onError } = options;
  const listener = createListener(api, { ownership, ...(onError && { onError }) });
  return (request, response, next) => listener(request, response, () => next());
}
