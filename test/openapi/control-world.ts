import type { Api } from '../../src/api/api.js';
import { fetchFrom } from '../../src/api/fetch.js';
import { createRouter } from '../../src/control/http/router.js';
import { downloadGroup } from '../../src/control/http/download-routes.js';
import { createGateway } from '../../src/control/http/gateway.js';
import { sessionsGroup } from '../../src/control/http/session-registry.js';
import { createRealDock } from '../../src/create-real-dock.js';
import { createServerSessions } from '../../src/create-dock.js';
import { createImaginedDownloader } from '../real/faces/imagined-downloader.js';
import { ELSEWHERE_HEADER, JOB, MODEL, WALK_TOKEN, type ControlDoor, type ControlStep } from './control-walk.js';
import { publish, publishControl } from './judge.js';

export interface OperatedWorld {
  api: Api;
  close(): void;
}

/** Sessions with frozen clocks, and the example of LM Studio's page in them. A header leads into two other worlds. */
export function createOperatedWorld(): OperatedWorld {
  const sessions = createServerSessions(
    {
      seed: 'walk',
      speed: 0,
      now: '2025-10-03T15:33:23.496Z',
      jobIds: [JOB],
      scenario: 'docs-example',
    },
    {
      sessionRoutes: downloadGroup,
      controlRoutes: {
        'GET /openapi.json': async () => publish('documented'),
        'GET /control-openapi.json': async () => publishControl(),
      },
    },
  );
  const worlds: Partial<Record<string, Api>> = { broken: brokenWorld(), real: realWorld() };
  const answer: Api['answer'] = (call) => (worlds[call.header(ELSEWHERE_HEADER) ?? ''] ?? sessions.api).answer(call);
  return {
    api: { ...sessions.api, answer, fetch: (request) => fetchFrom(answer, request) },
    close: sessions.close,
  };
}

/** Every route has a defect. */
function brokenWorld(): Api {
  const defect = (): never => {
    throw new Error('A defect, on purpose.');
  };
  const router = createRouter(
    [
      downloadGroup,
      sessionsGroup({ locate: defect, open: defect, list: defect, all: defect, drop: defect, close: defect }),
    ],
    {
      'GET /openapi.json': async () => defect(),
      'GET /control-openapi.json': async () => defect(),
    },
  );
  return createGateway(({ path }) => ({ path, open: defect }), router, {});
}

/** As with an engine that really downloads: nothing is foreseen, and nothing can be made to happen. */
function realWorld(): Api {
  const now = (): number => Date.parse('2025-10-03T15:33:23.496Z');
  const downloader = createImaginedDownloader({ now, jobIds: [JOB], jobsAtOnce: 2, installed: [MODEL, 'me/copied'] });
  return createRealDock({ downloader, controlToken: WALK_TOKEN }).api;
}

/** Reaches a world over HTTP, or whatever speaks like `fetch`. */
export function openControlDoor(base: string, send: (request: Request) => Promise<Response> = fetch): ControlDoor {
  return {
    operate: async (step) => {
      const response = await send(toRequest(base, step));
      return { status: response.status, headers: response.headers, text: await textOf(response) };
    },
    client: async (method, path, body) => {
      const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      await (await send(new Request(base + path, { method, ...(body !== undefined && json) }))).text();
    },
  };
}

function toRequest(base: string, { route, parameter = '', query, body, text, headers }: ControlStep): Request {
  const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const path = route.path.replace(/\{\w+\}/, parameter);
  return new Request(`${base}${path}${query === undefined ? '' : `?${query}`}`, {
    method: route.method.toUpperCase(),
    headers: { ...(sent !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(sent !== undefined && { body: sent }),
  });
}

/** Of a stream that does not end, the beginning. */
async function textOf(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response.text();
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}
