import type { Api } from '../../src/api/api.js';
import type { Answer, Call } from '../../src/api/call.js';
import { fetchFrom } from '../../src/api/fetch.js';
import { createDock, type SimulatedDock, type SimulatedDockOptions } from '../../src/index.js';

/** What a world under test is like: plain data, so that it can be opened in a page as well. */
export type WorldSettings = Pick<
  SimulatedDockOptions,
  'scenario' | 'profile' | 'jobIds' | 'seed' | 'speed' | 'requireToken' | 'cors'
> & { now?: string };

/** A dock, and an api over it that can do two things more, which no dock does by itself yet. */
export interface World {
  api: Api;
  dock: SimulatedDock;
  /** Calls that are left waiting, and calls whose client left while they waited. */
  waiting: { now: number; abandoned: number };
}

/**
 * `?answer=never` leaves a call waiting until its client leaves, `?answer=broken` breaks the connection: what a transport
 * makes of both is part of its behaviour.
 */
export function openWorld(settings: WorldSettings): World {
  const dock = createDock(settings);
  const waiting = { now: 0, abandoned: 0 };

  const answer = async (call: Call): Promise<Answer> => {
    switch (call.query.get('answer')) {
      case 'never':
        waiting.now++;
        await left(call.signal);
        waiting.abandoned++;
        return 'network error';
      case 'broken':
        return 'network error';
      default:
        return dock.api.answer(call);
    }
  };
  const fetch = (request: Request): Promise<Response> =>
    new URL(request.url).searchParams.has('answer') ? fetchFrom(answer, request) : dock.api.fetch(request);

  return { api: { ...dock.api, answer, fetch }, dock, waiting };
}

function left(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
