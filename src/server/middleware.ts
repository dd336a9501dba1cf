import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Api, Ownership } from '../api/api.js';
import { createListener } from './http-adapter.js';

/** What Express, Connect and Vite call a middleware. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

export interface MiddlewareOptions {
  /** Whose the undocumented routes are below the mount path. `routes` by default: they go on to the app. */
  ownership?: Ownership;
  /** Told of errors that nobody foresaw; the client gets a 500. */
  onError?: (error: unknown) => void;
}

/** Serves an api in the app it is mounted in, under any path. What it does not own goes on with its body unread. */
export function createMiddleware(api: Api, { ownership = 'routes', onError }: MiddlewareOptions = {}): Middleware {
  const listener = createListener(api, { ownership, ...(onError && { onError }) });
  return (request, response, next) => listener(request, response, () => next());
}
