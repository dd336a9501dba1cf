import { prettyJson, type Answer, type Call } from '../api/call.js';
import { Problem } from '../contract/problem.js';
import { nameOf } from '../inference/hops.js';

/** Refuses the WebSocket of an SDK, which a proxy of calls does not carry; undefined for every other call. */
export function refuseWebSocket(call: Call, upstream: URL): Answer | undefined {
  if (call.header('upgrade')?.toLowerCase() !== 'websocket') return undefined;
  const { status, answer } = new Problem(
    501,
    'not_implemented',
    `Cannot forward the WebSocket ${call.path}: modeldock proxy forwards the REST API only. To go on, point the SDK at ` +
      `${nameOf(upstream)} itself.`,
    { code: 'not_forwarded' },
  );
  return prettyJson(status, answer);
}
