import type { InferenceHandler } from '../api/inference.js';
import type { InferenceServer } from './inference-server.js';

export type { InferenceServer } from './inference-server.js';

/**
 * What answers the calls on which a model would run: nothing (`none`: an honest 501), short texts that say that no model
 * ran (`canned`), or a server that runs models, by its URL.
 */
export type Inference = 'none' | 'canned' | (string & {}) | InferenceServer;

/**
 * Makes the handler of inference calls; undefined for `none`. What it needs is loaded with the first such call.
 * @param clientTokenIsOurs whether clients send a token that is meant for this server and must not be passed on
 * @throws RangeError for a URL that cannot be forwarded to
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
    `Cannot forward inference to ${JSON.stringify(withoutUser(url))}: expected "none", "canned", or the URL of a server ` +
      'without a query, such as http://127.0.0.1:8080.',
  );
}

function withoutUser(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//');
}
