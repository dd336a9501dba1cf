import type { InferenceHandler } from '../api/inference.js';
import type { InferenceServer } from './inference-server.js';

export type { InferenceServer } from './inference-server.js';

/**
 * The way inference calls are answered: by a 501 (`none`), by short texts that say that no model ran (`canned`), or by
 * a server that runs models, given by its URL.
 */
export type Inference = 'none' | 'canned' | (string & {}) | InferenceServer;

/**
 * Creates the handler of inference calls; undefined for `none`. Its code is loaded with the first such call.
 * @param clientTokenIsOurs whether clients send a token that is meant for this server and must not be passed on
 * @throws RangeError for a URL to which calls cannot be forwarded
 */
export function createInference(
  inference: Inference | undefined,
  clientTokenIsOurs: boolean,
): InferenceHandler | undefined {
  if (inference === undefined || inference === 'none') return undefined;
  if (inference === 'canned') {
    return async (...call) => (await import('./canned/answer-canned.js')).answerCanned(...call);
  }
  const server = typeof inference === 'string' ? { url: inference } : inference;
  const target = { ...server, base: parseBase(server.url), clientTokenIsOurs, hops: new Set<string>() };
  return async (call, route) => (await import('./forward.js')).forward(target, call, route);
}

function parseBase(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base && /^https?:$/.test(base.protocol) && base.search === '' && base.hash === '') return base;
  throw new RangeError(
    `Cannot use this inference: expected "none", "canned", or the URL of a server ` +
      `without a query, such as http://127.0.0.1:8080, found ${JSON.stringify(withoutUser(url))}.`,
  );
}

function withoutUser(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//');
}
