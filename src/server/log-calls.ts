import type { Log } from './log.js';
import { shorten } from './shorten.js';
import type { Api, ApiOptions } from '../api/api.js';
import { plainPath } from '../api/routes.js';
import { isSdkPath } from '../api/sdk-path.js';
import { redactText } from '../core/redact.js';
import { testModels } from '../index.js';

/** Warns of each unknown route once: LM Studio's 200 for it hides a wrong path. */
export function warnOfUnknownRoutes(log: Log): NonNullable<ApiOptions['onUnknownRoute']> {
  const seen = new Set<string>();
  return ({ method, path }, status) => {
    const route = redactText(`${method} ${path}`);
    if (seen.size >= 100 || seen.has(route)) return;
    seen.add(route);
    const answered =
      status === 200
        ? 'As in LM Studio, the answer outside /api/v1 is 200 with an error in the body.'
        : `The answer is ${status}.`;
    log.warn(`${shorten(route)} is not a route of LM Studio. ${answered}`);
  };
}

/** Warns once of each inference route that is called without inference: the client's next step does not work here. */
export function warnOfInference(log: Log): NonNullable<ApiOptions['onNotImitated']> {
  const seen = new Set<string>();
  return ({ method, path }) => {
    const route = `${method} ${plainPath(path)}`;
    if (seen.has(route)) return;
    seen.add(route);
    log.warn(
      isSdkPath(path)
        ? `${shorten(route)} is a WebSocket of LM Studio's SDKs, which modeldock does not imitate: the answer is 501.`
        : `${shorten(route)} is a route of LM Studio that runs a model, and modeldock runs none: the answer is 501. ` +
            'Start it with --inference URL to forward such calls, or with --inference canned for made-up answers.',
    );
  };
}

/**
 * Warns once of each unknown model under `simulate/`. LM Studio's 404 cannot say that the name is unknown: a test that
 * expects a failure might take it for that failure.
 */
export function warnOfUnknownTestModels(api: Api, log: Log): Api {
  const seen = new Set<string>();
  const stories = testModels.map(({ spelling }) => spelling);
  return {
    ...api,
    answer: async (call) => {
      const answer = await api.answer(call);
      if (answer !== 'network error' && answer.status === 404 && typeof answer.body === 'string') {
        if (call.path.endsWith('/models/download')) warn(answer.body);
      }
      return answer;
    },
  };

  function warnOfUnknownModel(id: string): void {
    if (seen.size >= 100 || seen.has(id) || id.startsWith('simulate/')) return;
    seen.add(id);
    log.info(
      `${shorten(id)} is not in the catalog, so its download got a 404; LM Studio's own catalog may have it. Start modeldock with ` +
        '--unknown-models imagine to take any catalog id, or with --catalog FILE for a catalog of your own.',
    );
  }

  function warn(body: string): void {
    const [, unknown] = UNKNOWN_MODEL.exec(body) ?? [];
    if (unknown !== undefined) warnOfUnknownModel(unknown);
    const [, name, story] = REFUSED_STORY.exec(body) ?? [];
    if (name === undefined || story === undefined || seen.size >= 100 || seen.has(name)) return;
    // Some test models answer 404 on purpose.
    if (stories.includes(story.toLowerCase().replace(/-run-.*$/, ''))) return;
    seen.add(name);
    log.warn(
      `No test model is called ${shorten(name)}, so its download got a 404. The test models under simulate/ are: ${stories.join(', ')}; ` +
        'N is a whole number from 0 to 100.',
    );
  }
}

/** Matches this server's own answer for a catalog id that the catalog does not have. */
const UNKNOWN_MODEL = /Model '([^'/\s]+\/[^'\s]+)' not found in model catalog"/;

/** Matches this server's own answer for an unknown test model, as a catalog id or as a link. */
const REFUSED_STORY =
  /(?:Model '|URL )((?:https:\/\/[^/\s"]+\/)?simulate\/([^\s'"]+))(?:' not found in model catalog\.[^"]*)?"/i;
