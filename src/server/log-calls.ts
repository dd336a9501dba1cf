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
        ? 'Outside /api/v1 it answers 200 all the same, with an error in the body.'
        : `It answers ${status}.`;
    log.warn(`${shorten(route)} is not a route of LM Studio. ${answered}`);
  };
}

/** Warns of each route once on which a model would run: what the client wants to do next does not work here. */
export function warnOfInference(log: Log): NonNullable<ApiOptions['onNotImitated']> {
  const seen = new Set<string>();
  return ({ method, path }) => {
    const route = `${method} ${plainPath(path)}`;
    if (seen.has(route)) return;
    seen.add(route);
    log.warn(
      isSdkPath(path)
        ? `${shorten(route)} is a WebSocket of LM Studio's SDKs, which modeldock does not imitate: it answers 501.`
        : `${shorten(route)} is a route of LM Studio on which a model runs, and modeldock runs none: it answers 501. ` +
            'Start it with --inference URL to forward such calls, or with --inference canned for made-up answers.',
    );
  };
}

/**
 * Warns once of each model under `simulate/` that is no story. Its 404 is LM Studio's, which cannot say so: a test that
 * waits for a failure might take it for the one it asked for.
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
    // Some stories are a 404.
    if (stories.includes(story.toLowerCase().replace(/-run-.*$/, ''))) return;
    seen.add(name);
    log.warn(
      `There is no story ${shorten(name)}, so its download got a 404. There is, under simulate/: ${stories.join(', ')}; ` +
        'N is a whole number from 0 to 100.',
    );
  }
}

/** As our own answers name a catalog id that the catalog does not have. */
const UNKNOWN_MODEL = /Model '([^'/\s]+\/[^'\s]+)' not found in model catalog"/;

/** As our own answers name what there is not: a model of the catalog, or a link. */
const REFUSED_STORY =
  /(?:Model '|URL )((?:https:\/\/[^/\s"]+\/)?simulate\/([^\s'"]+))(?:' not found in model catalog\.[^"]*)?"/i;
