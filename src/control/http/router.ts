import { prettyJson, type Answer, type Call } from '../../api/call.js';
import { Problem } from '../../contract/problem.js';
import { ControlError } from '../base/control-error.js';
import { CONTROL_PREFIX } from './control-path.js';
import {
  advanceBody,
  clockBody,
  failBody,
  forkBody,
  modelBody,
  noQuery,
  scenarioBody,
  waitQuery,
} from '../contract/schemas.js';
import { streamEvents } from './event-stream.js';
import { parseFault } from '../faults/fault.js';
import type { DockControl } from '../contract/dock-control.js';
import { readJsonBody, readJson, readQuery, refuseOtherBodies } from './read-input.js';

/** A session of many jobs is larger than any other body: some 12 000 of them fit. */
const SNAPSHOT_BYTES = 8 * 1024 * 1024;

/** What a route gets: what fills the `:parameter` of its path (`*parameter`: slashes and all), and the call. */
type Handler = (parameter: string, call: Call) => Promise<unknown>;
type SessionHandler = (control: DockControl, ...rest: Parameters<Handler>) => Promise<unknown>;

/** Routes that are about no session, `METHOD /path`; what a handler returns is sent as JSON, nothing as 204. */
export type ControlRoutes = Readonly<Record<string, Handler>>;

/** Routes that are about one session, in the same form. */
export type SessionRoutes = Readonly<Record<string, SessionHandler>>;

/** Answers an operator's call. @param open the session it operates, made where it is not there yet */
export type ControlApi = (open: () => DockControl, call: Call) => Promise<Answer>;

/** The routes of a session: the operator's methods, one each. */
const sessionRoutes: SessionRoutes = {
  'GET /health': async (control) => ({ status: 'ok', ...(await control.status()) }),
  'GET /session': (control) => control.status(),
  'POST /reset': (control) => control.reset(),
  'GET /clock': (control) => control.clock.get(),
  'PUT /clock': async (control, _, call) => control.clock.set(await readJsonBody(clockBody, call)),
  'POST /clock/advance': async (control, _, call) => control.clock.advance(await readJsonBody(advanceBody, call)),
  'GET /jobs': (control) => control.jobs.list(),
  'GET /jobs/:job': (control, job) => control.jobs.get(job),
  'POST /jobs/:job/pause': (control, job) => control.jobs.pause(job),
  'POST /jobs/:job/resume': (control, job) => control.jobs.resume(job),
  'POST /jobs/:job/cancel': (control, job) => control.jobs.cancel(job),
  'POST /jobs/:job/fail': async (control, job, call) => control.jobs.fail(job, await readJsonBody(failBody, call)),
  'GET /jobs/:job/wait': (control, job, call) => control.jobs.wait(job, readQuery(waitQuery, call), call.signal),
  'GET /scenario': (control) => control.scenario.get(),
  'PUT /scenario': async (control, _, call) => control.scenario.set(await readJsonBody(scenarioBody, call)),
  'GET /faults': (control) => control.faults.list(),
  'POST /faults': async (control, _, call) => control.faults.add(parseFault(await readJson(call))),
  'DELETE /faults': (control) => control.faults.clear(),
  'DELETE /faults/:fault': (control, fault) => control.faults.remove(fault),
  'GET /models': (control) => control.models.list(),
  'POST /models': async (control, _, call) => {
    const { model, quantization } = await readJsonBody(modelBody, call);
    return control.models.add(model, quantization);
  },
  'DELETE /models/*key': (control, key) => control.models.remove(key),
  'GET /journal': (control) => control.journal.list(),
  'DELETE /journal': (control) => control.journal.clear(),
  'GET /findings': (control) => control.findings(),
  'GET /snapshot': (control) => control.snapshot(),
  'POST /restore': async (control, _, call) => control.restore(await readJson(call, SNAPSHOT_BYTES)),
  'POST /fork': async (control, _, call) => (await control.fork((await readJsonBody(forkBody, call)).session)).status(),
  'GET /events': async (control, _, call) => streamEvents(control, call),
};

/** The others take none: a filter that is ignored would be taken for one that works. */
const ROUTES_WITH_QUERY: readonly string[] = ['GET /jobs/:job/wait', 'GET /events'];

/**
 * The operator's routes, under `/__modeldock`.
 * @param more others, or others in their place
 * @param ofSession the same, for routes that are about a session; they check their queries themselves
 */
export function createControlApi(more: ControlRoutes = {}, ofSession: SessionRoutes = {}): ControlApi {
  const routes = [
    ...Object.entries({ ...sessionRoutes, ...ofSession })
      .filter(([route]) => !(route in more))
      .map(([route, handle]) => compile(route, (open, ...rest) => handle(open(), ...rest))),
    ...Object.entries(more).map(([route, handle]) => compile(route, (_, ...rest) => handle(...rest))),
  ];

  return async (open, call) => {
    try {
      const path = call.path.slice(CONTROL_PREFIX.length);
      const here = routes.filter(({ pattern }) => pattern.test(path));
      const method = call.method === 'HEAD' ? 'GET' : call.method;
      const route = here.find((each) => each.method === method);
      if (!route) return here.length > 0 ? notAllowed(call, here) : notFound(call);
      if (!ROUTES_WITH_QUERY.includes(route.name) && !(route.name in ofSession)) readQuery(noQuery, call);
      if (method !== 'GET') refuseOtherBodies(call);
      const result = await route.handle(open, parameterOf(route.pattern, path), call);
      if (result === undefined) return { status: 204, headers: {}, body: '' };
      return isAnswer(result) ? result : prettyJson(200, result);
    } catch (error) {
      return refuse(toControlError(error));
    }
  };

  function notFound({ method, path }: Call): Answer {
    const known = routes.map(({ name }) => name.replace(' ', ` ${CONTROL_PREFIX}`).replace('*', ':'));
    return refuse(new ControlError(404, 'not_found', `There is no ${method} ${path}. There is: ${known.join(', ')}.`));
  }
}

interface Route {
  /** `METHOD /path`. */
  name: string;
  method: string;
  pattern: RegExp;
  handle: (open: () => DockControl, ...rest: Parameters<Handler>) => Promise<unknown>;
}

function compile(name: string, handle: Route['handle']): Route {
  const [method, path] = name.split(' ') as [string, string];
  const source = path.replaceAll('.', '\\.').replace(/:\w+/, '([^/]+)').replace(/\*\w+/, '(.+?)');
  return { name, method, pattern: new RegExp(`^${source}/?$`, 'i'), handle };
}

/** RFC 9110, 15.5.6: whoever says 405 says which methods there are. */
function notAllowed({ method, path }: Call, here: readonly Route[]): Answer {
  const methods = here.flatMap((route) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method])).join(', ');
  return refuse(new ControlError(405, 'not_allowed', `Cannot ${method} ${path}: it takes ${methods}.`), {
    Allow: methods,
  });
}

function refuse({ status, code, message }: ControlError, headers: Record<string, string> = {}): Answer {
  return prettyJson(status, { error: { code, message } }, headers);
}

function parameterOf(pattern: RegExp, path: string): string {
  const raw = pattern.exec(path)?.[1] ?? '';
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

function isAnswer(result: unknown): result is Exclude<Answer, string> {
  return typeof result === 'object' && result !== null && 'body' in result && 'headers' in result;
}

function toControlError(error: unknown): ControlError {
  if (error instanceof ControlError) return error;
  if (error instanceof Problem) return new ControlError(error.status, 'invalid_request', error.message);
  throw error;
}
