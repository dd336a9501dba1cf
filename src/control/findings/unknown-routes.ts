import { isUnderApi } from '../../api/routes.js';
import type { Finding, Rule } from './finding.js';
import { isSdkUpgrade } from './inference.js';
import { groupBy, idsOf, isPlaceholder, type ReadCall } from './read-call.js';

/** Calls that no route knows. Outside `/api/v1` LM Studio answers them 200, which hides a wrong path. */
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
    ? `Call ${better}, if that is what was meant`
    : 'Call a documented route: LM Studio cannot list, pause, resume, cancel or delete downloads over HTTP';
  if (typeof status === 'number' && status < 400) {
    return {
      id: 'unknown-route-taken-for-success',
      title: `${route} is no route of LM Studio, and was answered ${status} all the same`,
      entries,
      impact:
        'Outside /api/v1 LM Studio answers what it does not know with 200 and an error in the body: to a client ' +
        'that looks at the status alone, a call that did nothing has succeeded.',
      fix: `${fix}; and take an answer that has an error in its body for a failure, whatever its status.`,
      judged: true,
    };
  }
  return {
    id: 'unknown-route',
    title: `${route} is no route of LM Studio`,
    entries,
    impact: isUnderApi(entry.path)
      ? 'LM Studio answers 404, and the error is a plain string, not an object: what was asked for never happens.'
      : 'LM Studio answers 200 outside /api/v1, with an error in the body: what was asked for seems to have happened.',
    fix: `${fix}.`,
    judged: true,
  };
}

function isUnknown(call: ReadCall): boolean {
  const { entry, match, statusOf } = call;
  if (match || entry.status === 'pending') return false;
  // A browser's own questions, before a call of the page and for its tab.
  if (entry.method === 'OPTIONS' && entry.request.headers.origin !== undefined) return false;
  if (entry.path === '/favicon.ico') return false;
  if (statusOf !== undefined && isPlaceholder(statusOf)) return false;
  return !isSdkUpgrade(call);
}

/** The documented route that a wrong one looks like. */
function nearestRoute(method: string, path: string): string | undefined {
  if (method === 'DELETE' || /\/(?:cancel|pause|resume|delete)\/?$/i.test(path)) return undefined;
  const [, nearest] = NEAREST.find(([pattern]) => pattern.test(path)) ?? [];
  // A client that sends a body did not want a list.
  return nearest === 'GET /api/v1/models' && method !== 'GET' && method !== 'HEAD' ? undefined : nearest;
}

const NEAREST: readonly (readonly [RegExp, string])[] = [
  [/status/i, 'GET /api/v1/models/download/status/:job_id'],
  [/download|pull/i, 'POST /api/v1/models/download'],
  [/unload/i, 'POST /api/v1/models/unload'],
  [/load/i, 'POST /api/v1/models/load'],
  [/models|tags/i, 'GET /api/v1/models'],
];
