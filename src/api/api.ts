import type { InferenceHandler } from './inference.js';
import { parseModelReference } from '../contract/model-reference.js';
import { Problem, problems } from '../contract/problem.js';
import type { Profile } from '../contract/profiles.js';
import { isJsonType } from '../contract/read-body.js';
import { downloadBody } from '../contract/bodies.js';
import { toDownloadAnswer, toJobStatus } from '../contract/job-answers.js';
import type { DownloadEngine, DownloadRequest } from '../core/engine.js';
import type { JobSnapshot } from '../core/job.js';
import { RefusedError } from '../core/errors.js';
import { requestedModel } from '../core/model-identity.js';
import type { ModelLibrary } from '../core/model-library.js';
import { readJson } from './read-json.js';
import type { ModelRouteName } from './model-routes.js';
import { compactJson, note, prettyJson, type Answer, type Call, type Route } from './call.js';
import {
  isInference,
  isUnderApi,
  matchRoute,
  type InferenceRouteName,
  type RouteMatch,
  type RouteName,
} from './routes.js';

/** Options for serving LM Studio's routes. */
export interface ApiOptions {
  /** Adds a string `error` to failed jobs. */
  explainFailures?: boolean;
  /** Called with unexpected errors; the client gets a 500. */
  onError?: (error: unknown) => void;
  /**
   * Called with each call that matches no route, and the status it gets. Outside `/api/v1` LM Studio answers such calls
   * with 200, which hides a wrong path.
   */
  onUnknownRoute?: (route: Route, status: number) => void;
  /** Called for each inference call that is answered with 501 because no inference is configured. */
  onNotImitated?: (route: Route) => void;
}

/** The parts from which LM Studio's routes are answered. */
export interface ApiContext extends Required<ApiOptions> {
  readonly engine: DownloadEngine;
  readonly library: ModelLibrary;
  readonly profile: Profile;
  /** The milliseconds to add to each date of a job that a client gets. */
  dateShiftOf(job: JobSnapshot): number;
  /** Answers inference calls; without it they get a 501. */
  readonly inference?: InferenceHandler | undefined;
}

/**
 * Selects which undocumented routes this api owns. `origin`: all of them, answered as LM Studio answers them. `routes`:
 * only the documented paths and those below the downloads; everything else is passed on untouched.
 */
export type Ownership = 'origin' | 'routes';

/** The api that a transport serves: `dock.api`. */
export interface Api {
  /** How long a server of this api keeps an idle connection open, in ms; set only by profiles that define it. */
  readonly keepAliveMs?: number | undefined;
  /** Whether the api answers this route. Called before the body is read. */
  owns(route: Route, ownership: Ownership): boolean;
  /** Answers a call. Never rejects: every failure becomes an answer. */
  answer(call: Call): Promise<Answer>;
  /** Does the same with Fetch's classes. @throws TypeError where the answer is a network error, as `fetch` does */
  fetch(request: Request): Promise<Response>;
}

/**
 * Checks an api at run time, for programs without type checks. @throws TypeError for anything else, such as a whole
 * dock
 */
export function checkApi(api: Api): Api {
  if (typeof (api as Api | undefined)?.owns === 'function') return api;
  throw new TypeError(
    'Cannot serve this object: expected an api, found one without its methods. Pass dock.api, not the dock itself.',
  );
}

/**
 * Answers a call to LM Studio's routes. Never rejects: every failure becomes an answer.
 * @param engine replaces the session's own engine
 */
export async function answerCall(call: Call, context: ApiContext, engine = context.engine): Promise<Answer> {
  try {
    const match = matchRoute(call);
    if (match) {
      note(call, { route: match.route });
      const { name } = match;
      if (isInference(name)) return await answerInference(context, call, name);
      return await handlers[name](context, call, match, engine);
    }
    const { method, path } = call;
    const refusal = await refuseSdk(context, call);
    if (refusal) return refusal;
    const under = isUnderApi(path);
    const wrongType = under ? await findWrongType(call) : undefined;
    const status = wrongType ? wrongType.status : under ? 404 : context.profile.unknownRouteStatus;
    context.onUnknownRoute({ method, path }, status);
    if (wrongType) throw wrongType;
    return unknownRoute(method, path, status);
  } catch (error) {
    // The client has left: it cannot read an answer, and a body that was cut off is not a defect.
    if (call.signal.aborted) return 'network error';
    const problem = error instanceof RefusedError ? await loadProblem(error) : error;
    if (problem instanceof Problem) return prettyJson(problem.status, problem.answer, problem.headers);
    context.onError(error);
    const internal = problems.internal();
    return prettyJson(internal.status, internal.answer);
  }
}

async function loadProblem(refusal: RefusedError): Promise<Problem> {
  return (await import('../contract/problem-from.js')).problemFrom(refusal);
}

type Handler = (context: ApiContext, call: Call, match: RouteMatch, engine: DownloadEngine) => Promise<Answer>;

const handlers: Record<Exclude<RouteName, InferenceRouteName>, Handler> = {
  download: async (context, call, _, engine) => {
    const body = await readJson(call, downloadBody);
    const request: DownloadRequest = {
      model: parseModelReference(body.model),
      ...(body.quantization !== undefined && { quantization: body.quantization }),
    };
    note(call, { model: requestedModel(request) });
    const job = await engine.start(request);
    if (job !== 'already_downloaded') note(call, { job: job.id, model: job.model });
    const { profile, explainFailures } = context;
    const shiftMs = job === 'already_downloaded' ? 0 : context.dateShiftOf(job);
    const spelling = { counters: profile.countersInDownloadAnswer, explain: explainFailures, shiftMs };
    return prettyJson(200, toDownloadAnswer(job, spelling));
  },
  status: async (context, call, { jobId: id = '' }, engine) => {
    note(call, { job: id });
    const job = await engine.status(id);
    if (!job) throw problems.jobNotFound(id);
    // Notes the job's own id: the id in the path is a slice of the URL string, which each journal entry would otherwise
    // keep alive.
    note(call, { job: job.id, model: job.model });
    return prettyJson(200, toJobStatus(job, context.explainFailures, context.dateShiftOf(job)));
  },
  models: answerAboutModels,
  load: answerAboutModels,
  unload: answerAboutModels,
  'openai-models': answerAboutModels,
  'legacy-models': answerAboutModels,
  'legacy-model': answerAboutModels,
  greeting: async () => greet(),
};

/** Loads what answers calls about models with the first of them: a page that only downloads needs none of it. */
async function answerAboutModels(context: ApiContext, call: Call, match: RouteMatch): Promise<Answer> {
  const { modelRoutes } = await import('./model-routes.js');
  return modelRoutes[match.name as ModelRouteName](context, call, match);
}

/** Answers the greeting by which `lms` and the SDKs recognise LM Studio. */
export function greet(): Answer {
  return compactJson(200, { lmstudio: true });
}

/**
 * Finds what is wrong with the content type of a body sent to an unknown route under `/api/v1`: LM Studio checks the
 * type before it looks for a route.
 */
async function findWrongType(call: Call): Promise<Problem | undefined> {
  if (!METHODS_WITH_BODY.includes(call.method)) return undefined;
  const type = call.header('content-type');
  if (isJsonType(type) || (await call.text()) === '') return undefined;
  return problems.unsupportedMediaType(type);
}

/** @throws Problem not_imitated where no inference is configured; also rethrows what the handler throws */
async function answerInference(context: ApiContext, call: Call, route: InferenceRouteName): Promise<Answer> {
  const { inference, library } = context;
  if (inference) return inference(call, route, library);
  return (await import('./refuse-inference.js')).refuseInference(context, call);
}

/** Refuses an SDK's WebSocket; returns undefined for every other call. */
async function refuseSdk(context: ApiContext, call: Call): Promise<Answer | undefined> {
  if (call.header('upgrade') === undefined) return undefined;
  return (await import('./refuse-inference.js')).refuseUpgrade(context, call);
}

const METHODS_WITH_BODY = ['POST', 'PUT', 'PATCH', 'DELETE'];

function unknownRoute(method: string, path: string, status: number): Answer {
  return compactJson(status, { error: `Unexpected endpoint or method. (${method} ${path})` });
}
