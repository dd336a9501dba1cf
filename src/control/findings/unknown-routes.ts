import { isUnderApi } from '../../api/routes.js';
import type { Finding, Rule } from './finding.js';
import { isSdkUpgrade } from './inference.js';
import { groupBy, idsOf, isPlaceholder, type ReadCall } from './read-call.js';

/** Finds calls to unknown routes. Outside `/api/v1` LM Studio answers them with 200, which hides a wrong path. */
export const unknownRoutes: Rule = (calls) => {
  const unknown = calls.filter(isUnknown);
  const groups = groupBy(unknown, ({ entry }) => `${entry.method} ${entry.path}`);
  return [...groups].map(([route, group]) => findingFor(route, group));
};

function findingFor(route: string, calls: readonly ReadCall[]): Finding {
  const { entry } = calls[0]!;
  const status = entry.fault?.intended?.status ?? entry.status;
  const entries = idsOf(calls);
  const better = nearestRoute(entry.method, entry.path);
  const fix = better
    ? `Call ${better}, if that was intended`
    : 'Call a documented route: LM Studio cannot list, pause, resume, cancel or delete downloads over HTTP';
  if (typeof status === 'number' && status < 400) {
    return {
      id: 'unknown-route-taken-for-success',
      title: `${route} is not a route of LM Studio, and was still answered ${status}`,
      entries,
      impact:
        'Outside /api/v1 LM Studio answers unknown routes with 200 and an error in the body: to a client ' +
        'that checks only the status, a call that did nothing looks successful.',
      fix: `${fix}; and treat an answer with an error in its body as a failure, with any status.`,
      judged: true,
    };
  }
  return {
    id: 'unknown-route',
    title: `${route} is not a route of LM Studio`,
    entries,
    impact: isUnderApi(entry.path)
      ? 'LM Studio answers 404, and the error is a plain string, not an object: the call does nothing.'
      : 'LM Studio answers 200 outside /api/v1, with an error in the body: the call seems to have succeeded.',
    fix: `${fix}.`,
    judged: true,
  };
}

function isUnknown(call: ReadCall): boolean {
  const { entry, match, statusOf } = call;
  if (match || entry.status === 'pending') return false;
  // Requests that a browser makes by itself: a preflight, or the icon of a tab.
  if (entry.method === 'OPTIONS' && entry.request.headers.origin !== undefined) return false;
  if (entry.path === '/favicon.ico') return false;
  if (statusOf !== undefined && isPlaceholder(statusOf)) return false;
  return !isSdkUpgrade(call);
}

/** Finds the documented route that resembles a wrong one. */
function nearestRoute(method: string, path: string): string | undefined {
  if (method === 'DELETE' || /\/(?:cancel|pause|resume|delete)\/?$/i.test(path)) return undefined;
  const [, nearest] = NEAREST.find(([pattern]) => pattern.test(path)) ?? [];
  // A client that sends a body does not want a list.
  return nearest === 'GET /api/v1/models' && method !== 'GET' && method !== 'HEAD' ? undefined : nearest;
}

const NEAREST: readonly (readonly [RegExp, string])[] = [
  [/status/i, 'GET /api/v1/models/download/status/:job_id'],
  [/download|pull/i, 'POST /api/v1/models/download'],
  [/unload/i, 'POST /api/v1/models/unload'],
  [/load/i, 'POST /api/v1/models/load'],
  [/models|tags/i, 'GET /api/v1/models'],
];
