import { answerCall, type Api } from '../../src/api/api.js';
import { fetchFrom } from '../../src/api/fetch.js';
import { createDock } from '../../src/index.js';
import type { ProfileName } from '../../src/contract/profiles.js';
import { brokenWorld } from '../contract/broken-world.js';
import { ELSEWHERE_HEADER, TOKEN, type Door, type Reply, type WalkStep } from './walk.js';

export interface WalkedWorld {
  api: Api;
  advance(ms: number): Promise<void>;
}

/** A world with a frozen clock and a required token. A header leads into three others. */
export function createWorld(profile: ProfileName, options: { explainFailures?: boolean } = {}): WalkedWorld {
  const all = { ...options, profile, requireToken: TOKEN, speed: 0, now: '2025-10-03T15:33:23.496Z' } as const;
  const dock = createDock(all);
  const doomed = createDock({ ...all, scenario: { steps: [{ type: 'fail', code: 'hub_error' }] } });
  const page = createDock({ ...all, scenario: 'docs-example', jobIds: ['job_493c7c9ded'] });
  const broken = brokenWorld(new Error('A defect, on purpose.'));
  const worlds: Partial<Record<string, Api['answer']>> = {
    broken: (call) => answerCall(call, broken),
    doomed: (call) => doomed.api.answer(call),
    page: (call) => page.api.answer(call),
  };
  const answer: Api['answer'] = (call) =>
    (worlds[call.header(ELSEWHERE_HEADER) ?? ''] ?? ((other) => dock.api.answer(other)))(call);
  return {
    api: { ...dock.api, answer, fetch: (request) => fetchFrom(answer, request) },
    advance: async (ms) => {
      await Promise.all([dock.clock.advance(ms), page.clock.advance(ms)]);
    },
  };
}

/** Reaches a world over HTTP, or whatever speaks like `fetch`. */
export function openDoor(
  base: string,
  world: Pick<WalkedWorld, 'advance'>,
  send: (request: Request) => Promise<Response> = fetch,
): Door {
  return {
    advance: (ms) => world.advance(ms),
    send: async (step) => readReply(await send(toRequest(base, step))),
  };
}

function toRequest(base: string, { route, jobId, modelKey, body, text, headers }: WalkStep): Request {
  const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const all = new Headers({
    authorization: `Bearer ${TOKEN}`,
    ...(sent !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  });
  if (all.get('authorization') === '') all.delete('authorization');
  return new Request(
    base + route.path.replace('{job_id}', jobId ?? '').replace('{model}', encodeURIComponent(modelKey ?? '')),
    {
      method: route.method.toUpperCase(),
      headers: all,
      ...(sent !== undefined && { body: sent }),
    },
  );
}

async function readReply(response: Response): Promise<Reply> {
  return { status: response.status, headers: response.headers, text: await response.text() };
}
