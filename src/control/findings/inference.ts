import { isInference, plainPath } from '../../api/routes.js';
import { isSdkPath } from '../../api/sdk-path.js';
import type { Finding, Rule } from './finding.js';
import { groupBy, idsOf, type ReadCall } from './read-call.js';

/** Reports inference calls that got a 501: the client is right to make them. */
export const notImitated: Rule = (calls) => {
  const groups = groupBy(calls, (call) => {
    if (isSdkUpgrade(call)) return `GET ${plainPath(call.entry.path)}`;
    return call.match && isInference(call.match.name) && wasNotImitated(call) ? call.match.route : undefined;
  });
  return [...groups].map(([route, group]) => findingFor(route, group));
};

/** Whether a call opens the WebSocket of an SDK. */
export function isSdkUpgrade({ entry }: ReadCall): boolean {
  return /^websocket$/i.test(entry.request.headers.upgrade ?? '') && isSdkPath(entry.path);
}

function wasNotImitated({ entry }: ReadCall): boolean {
  return entry.status === 501 && (entry.answer?.body?.text ?? '').includes('"not_imitated"');
}

function findingFor(route: string, group: readonly ReadCall[]): Finding {
  const isSocket = isSdkUpgrade(group[0]!);
  return {
    id: 'inference-not-imitated',
    title: isSocket
      ? `${route} asked for a WebSocket of LM Studio's SDKs, and modeldock has none`
      : `${route} needs a model that runs, and modeldock runs none`,
    entries: idsOf(group),
    impact: 'LM Studio answers this call. What the client does next could not be tested here: it got 501 not_imitated.',
    fix: isSocket
      ? 'Nothing in the client. Test this part with a real LM Studio.'
      : 'Nothing in the client. Start modeldock with --inference URL, or with --inference canned, to test what comes next.',
    judged: { notJudged: 'Whether the client handles the answer of a model cannot be tested without one.' },
  };
}
