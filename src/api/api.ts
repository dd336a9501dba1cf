import { parseModelReference } from '../contract/model-reference.js';
import { Problem, problemFrom, problems } from '../contract/problem.js';
import { profiles, type Profile } from '../contract/profiles.js';
import { readBody } from '../contract/read-body.js';
import { downloadBody, loadBody, unloadBody, type UnloadAnswer } from '../contract/schemas.js';
import {
  fromLoadBody,
  toDownloadAnswer,
  toJobStatus,
  toLoadAnswer,
  toModelList,
  toOpenAiModelList,
} from '../contract/wire.js';
import type { DownloadEngine, DownloadRequest } from '../core/engine.js';
import { RefusedError } from '../core/errors.js';
import type { ModelShelf } from '../core/shelf.js';
import { compactJson, prettyJson, type Answer, type Call, type Route } from './call.js';
import { fetchFrom } from './fetch.js';

export interface ApiOptions {
  engine: DownloadEngine;
  shelf: ModelShelf;
  profile?: Profile;
  /** Adds a string `error` to failed jobs. */
  explainFailures?: boolean;
  /** Told of errors that nobody foresaw; the client gets a 500. */
  onError?: (error: unknown) => void;
  /** Told of calls that no route knows: outside `/api/v1` LM Studio answers them with 200, which hides a wrong path. */
  onUnknownRoute?: (route: Route) => void;
}

/**
 * Whose the routes are that LM Studio does not document. `origin`: all ours, answered as LM Studio answers them.
 * `routes`: only the documented paths, and those below the downloads, are ours; the rest goes on untouched.
 */
export type Ownership = 'origin' | 'routes';

/** What a transport serves. */
export interface Api {
  /** Asked before the body is touched. */
  owns(route: Route, ownership: Ownership): boolean;
  /** Never rejects: what goes wrong becomes an answer. */
  answer(call: Call): Promise<Answer>;
  /** The same for Fetch's classes. @throws TypeError where the answer is a network error, as `fetch` does */
  fetch(request: Request): Promise<Response>;
}

type Handler = (call: Call, parameter: string) => Promise<Answer>;

/** LM Studio's routes, once. */
export function createApi({
  engine,
  shelf,
  profile = profiles.seed,
  explainFailures = false,
  onError = () => undefined,
  onUnknownRoute = () => undefined,
}: ApiOptions): Api {
  const routes: Record<string, Handler> = {
    'POST /api/v1/models/download': async (call) => {
      const body = await read(call, downloadBody);
      const request: DownloadRequest = {
        model: parseModelReference(body.model),
        ...(body.quantization !== undefined && { quantization: body.quantization }),
      };
      const job = await engine.start(request);
      return prettyJson(
        200,
        toDownloadAnswer(job, { counters: profile.countersInDownloadAnswer, explain: explainFailures }),
      );
    },
    'GET /api/v1/models/download/status/': async (_call, id) => {
      const job = await engine.status(id);
      if (!job) throw problems.jobNotFound(id);
      return prettyJson(200, toJobStatus(job, explainFailures));
    },
    'GET /api/v1/models': async () => prettyJson(200, toModelList(await shelf.installed(), await shelf.loaded())),
    'POST /api/v1/models/load': async (call) => {
      const body = await read(call, loadBody);
      const instance = await shelf.load(fromLoadBody(body));
      return prettyJson(200, toLoadAnswer(instance, body.echo_load_config ?? false));
    },
    'POST /api/v1/models/unload': async (call) => {
      const { instance_id } = await read(call, unloadBody);
      await shelf.unload(instance_id);
      return prettyJson(200, { instance_id } satisfies UnloadAnswer);
    },
    'GET /v1/models': async () => prettyJson(200, toOpenAiModelList(await shelf.installed())),
    'GET /lmstudio-greeting': async () => compactJson(200, { lmstudio: true }),
  };
  const documented = new Set(Object.keys(routes).map((route) => route.slice(route.indexOf(' ') + 1)));

  return {
    owns: ({ path }, ownership) => {
      if (ownership === 'origin') return true;
      const plain = plainPath(path);
      return documented.has(plain) || plain === DOWNLOADS || plain.startsWith(`${DOWNLOADS}/`);
    },
    answer,
    fetch: (request) => fetchFrom(answer, request),
  };

  async function answer(call: Call): Promise<Answer> {
    try {
      const method = call.method === 'HEAD' ? 'GET' : call.method;
      const path = plainPath(call.path);
      // What ends with a slash has a parameter to fill in: a path that does so names no route by itself.
      const handler = path.length > 1 && path.endsWith('/') ? undefined : routes[`${method} ${path}`];
      if (handler) return await handler(call, '');
      const id = path.startsWith(STATUS) ? jobIdFrom(call.path) : '';
      if (id !== '' && method === 'GET') return await routes[`GET ${STATUS}`]!(call, id);
      onUnknownRoute({ method, path: call.path });
      return unknownRoute(method, call.path, /^\/api\/v1(\/|$)/.test(path) ? 404 : profile.unknownRouteStatus);
    } catch (error) {
      // Nobody is there to read an answer; a body that was cut off is not an error of ours.
      if (call.signal.aborted) return 'network error';
      return answerError(error);
    }
  }

  function answerError(error: unknown): Answer {
    const problem = error instanceof Problem ? error : error instanceof RefusedError ? problemFrom(error) : undefined;
    if (problem) return prettyJson(problem.status, problem.answer, problem.headers);
    onError(error);
    const internal = problems.internal();
    return prettyJson(internal.status, internal.answer);
  }
}

const DOWNLOADS = '/api/v1/models/download';
const STATUS = `${DOWNLOADS}/status/`;

async function read<Body>(call: Call, schema: Parameters<typeof readBody<Body>>[0]): Promise<Body> {
  return readBody(schema, await call.text(), call.header('content-type'));
}

/** Without regard to case, and without one trailing slash. */
function plainPath(path: string): string {
  const lower = path.toLowerCase();
  return lower.length > 1 && lower.endsWith('/') ? lower.slice(0, -1) : lower;
}

/** The rest of a status path; empty when it is not one segment. */
function jobIdFrom(path: string): string {
  const segment = path.slice(STATUS.length).replace(/\/$/, '');
  if (segment.includes('/')) return '';
  try {
    return decodeURIComponent(segment);
  } catch {
    // A broken escape names no job; it is quoted back as it came.
    return segment;
  }
}

function unknownRoute(method: string, path: string, status: number): Answer {
  return compactJson(status, { error: `Unexpected endpoint or method. (${method} ${path})` });
}
