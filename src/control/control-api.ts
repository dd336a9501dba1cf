import { prettyJson, type Answer, type Call } from '../api/call.js';
import { Problem } from '../contract/problem.js';
import { ControlError } from './control-error.js';
import { advanceBody, clockBody, failBody, forkBody, modelBody, scenarioBody, waitQuery } from './control-schemas.js';
import { streamEvents } from './event-stream.js';
import { parseFault } from './faults.js';
import type { Operator } from './operator.js';
import { readBody, readJson, readQuery } from './read-input.js';

const CONTROL = '/__modeldock';

export function isControlPath(path: string): boolean {
  return path === CONTROL || path.startsWith(`${CONTROL}/`);
}

/** What a route gets: who operates the session, what fills the `:parameter` of its path, and the call. */
type Handler = (operator: Operator, parameter: string, call: Call) => Promise<unknown>;

/** Routes of the control API, `METHOD /path`; what a handler returns is sent as JSON, nothing as 204. */
export type ControlRoutes = Readonly<Record<string, Handler>>;

/** Answers an operator's call, about the session that it operates. */
export type ControlApi = (operator: Operator, call: Call) => Promise<Answer>;

/** The routes of a session: the operator's methods, one each. */
const sessionRoutes: ControlRoutes = {
  'GET /health': async (operator) => ({ status: 'ok', ...(await operator.status()) }),
  'GET /session': (operator) => operator.status(),
  'POST /reset': (operator) => operator.reset(),
  'GET /clock': (operator) => operator.clock.read(),
  'PUT /clock': async (operator, _, call) => operator.clock.set(await readBody(clockBody, call)),
  'POST /clock/advance': async (operator, _, call) => operator.clock.advance(await readBody(advanceBody, call)),
  'GET /jobs': (operator) => operator.jobs.list(),
  'GET /jobs/:job': (operator, job) => operator.jobs.get(job),
  'POST /jobs/:job/pause': (operator, job) => operator.jobs.pause(job),
  'POST /jobs/:job/resume': (operator, job) => operator.jobs.resume(job),
  'POST /jobs/:job/cancel': (operator, job) => operator.jobs.cancel(job),
  'POST /jobs/:job/fail': async (operator, job, call) => operator.jobs.fail(job, await readBody(failBody, call)),
  'GET /jobs/:job/wait': (operator, job, call) => operator.jobs.wait(job, readQuery(waitQuery, call)),
  'GET /scenario': (operator) => operator.scenario.read(),
  'PUT /scenario': async (operator, _, call) => operator.scenario.set(await readBody(scenarioBody, call)),
  'GET /faults': (operator) => operator.faults.list(),
  'POST /faults': async (operator, _, call) => operator.faults.add(parseFault(await readJson(call))),
  'DELETE /faults': (operator) => operator.faults.clear(),
  'DELETE /faults/:fault': (operator, fault) => operator.faults.remove(fault),
  'GET /models': (operator) => operator.models.list(),
  'POST /models': async (operator, _, call) => {
    const { model, quantization } = await readBody(modelBody, call);
    return operator.models.add(model, quantization);
  },
  'DELETE /models/:key': (operator, key) => operator.models.remove(key),
  'GET /journal': (operator) => operator.journal.list(),
  'DELETE /journal': (operator) => operator.journal.clear(),
  'GET /findings': (operator) => operator.findings(),
  'GET /snapshot': (operator) => operator.snapshot(),
  'POST /restore': async (operator, _, call) => operator.restore(await readJson(call)),
  'POST /fork': async (operator, _, call) => (await operator.fork((await readBody(forkBody, call)).session)).status(),
  'GET /events': async (operator, _, call) => streamEvents(operator, call),
};

/** The operator's routes, under `/__modeldock`. @param more others, or others in their place */
export function createControlApi(more: ControlRoutes = {}): ControlApi {
  const routes = { ...sessionRoutes, ...more };
  const compiled = Object.entries(routes).map(([route, handler]) => {
    const [method, path] = route.split(' ') as [string, string];
    return { method, pattern: new RegExp(`^${path.replace(/:\w+/, '([^/]+)')}/?$`), handler };
  });

  return async (operator, call) => {
    try {
      const path = call.path.slice(CONTROL.length);
      const here = compiled.filter(({ pattern }) => pattern.test(path));
      const method = call.method === 'HEAD' ? 'GET' : call.method;
      const route = here.find((each) => each.method === method);
      if (!route) throw noRoute(call, here);
      const result = await route.handler(operator, parameterOf(route.pattern, path), call);
      if (result === undefined) return { status: 204, headers: {}, body: '' };
      return isAnswer(result) ? result : prettyJson(200, result);
    } catch (error) {
      const { status, code, message } = toControlError(error);
      return prettyJson(status, { error: { code, message } });
    }
  };

  function noRoute({ method, path }: Call, here: readonly { method: string }[]): ControlError {
    if (here.length > 0) {
      const methods = here.map((route) => route.method).join(', ');
      return new ControlError(405, 'not_allowed', `Cannot ${method} ${path}: it takes ${methods}.`);
    }
    const known = Object.keys(routes).map((route) => route.replace(' ', ` ${CONTROL}`));
    return new ControlError(404, 'not_found', `There is no ${method} ${path}. There is: ${known.join(', ')}.`);
  }
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
  if (error instanceof RangeError) return new ControlError(400, 'invalid_request', error.message);
  if (error instanceof Problem) return new ControlError(error.status, 'invalid_request', error.message);
  throw error;
}
