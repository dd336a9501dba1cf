import type { Logger } from 'pino';
import type { Api } from '../api/api.js';

/** Logs every call at `debug`; a call that was not answered has no status. */
export function logCalls(api: Api, log: Logger): Api {
  if (!log.isLevelEnabled('debug')) return api;
  return {
    ...api,
    answer: async (call) => {
      const began = performance.now();
      const answer = await api.answer(call);
      const ms = Math.round(performance.now() - began);
      const status = answer === 'network error' ? undefined : answer.status;
      log.debug({ method: call.method, path: call.path, status, ms }, 'call');
      return answer;
    },
  };
}

/** Warns of each unknown route once: LM Studio's 200 for it hides a wrong path. */
export function warnOfUnknownRoutes(log: Logger): (route: { method: string; path: string }) => void {
  const seen = new Set<string>();
  return ({ method, path }) => {
    const route = `${method} ${path}`;
    if (seen.size >= 100 || seen.has(route)) return;
    seen.add(route);
    log.warn(
      `${route} is not a route of LM Studio. Outside /api/v1 it answers 200 all the same, with an error in the body.`,
    );
  };
}
