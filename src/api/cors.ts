import { isSameOrigin } from '../core/foreign-call.js';
import type { Answer, CallMiddleware } from './call.js';

/** `*`, or one origin such as `http://localhost:5173` or `tauri://localhost`. */
export type CorsOrigin = string;

/**
 * Lets pages of other origins call. Preflights are answered here, because a browser sends them without a token. The
 * headers are those of Express's `cors` package, which clients expect of a Node server.
 */
export function allowCrossOrigin(origin: CorsOrigin): CallMiddleware {
  const allowed: Record<string, string> =
    origin === '*' ? { 'Access-Control-Allow-Origin': '*' } : { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
  return (next) => async (call) => {
    if (call.method !== 'OPTIONS' || call.header('access-control-request-method') === undefined) {
      return withHeaders(await next(call), allowed);
    }
    const requested = call.header('access-control-request-headers');
    return {
      status: 204,
      headers: {
        ...allowed,
        'Access-Control-Allow-Methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
        ...(requested !== undefined && { 'Access-Control-Allow-Headers': requested }),
        Vary: origin === '*' ? 'Access-Control-Request-Headers' : 'Origin, Access-Control-Request-Headers',
      },
      body: '',
    };
  };
}

/** Reports each foreign origin once while CORS is off: in the browser such calls fail with little explanation. */
export function reportForeignOrigins(report: (origin: string) => void): CallMiddleware {
  const seen = new Set<string>();
  return (next) => (call) => {
    const origin = call.header('origin');
    // A client may send any number of made-up origins, so at most a hundred are reported.
    if (origin !== undefined && seen.size < 100 && !seen.has(origin) && !isSameOrigin(origin, call.header('host'))) {
      seen.add(origin);
      report(origin);
    }
    return next(call);
  };
}

function withHeaders(answer: Answer, headers: Record<string, string>): Answer {
  return answer === 'network error' ? answer : { ...answer, headers: { ...answer.headers, ...headers } };
}
