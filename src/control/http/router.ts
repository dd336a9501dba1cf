import { prettyJson, type Answer, type Call } from '../../api/call.js';
import { Problem } from '../../contract/problem.js';
import { RefusedError } from '../../core/errors.js';
import { ControlError } from '../base/control-error.js';
import { controlRoutes, type ControlOperations } from '../contract/dock-control.js';
import { parseInput, type AnyOperations, type ControlRoute, type RouteTable } from '../contract/route.js';
import { CONTROL_PREFIX } from './control-path.js';
import { guardControl, type ControlGuardOptions } from './guard.js';
import { streamEvents } from './event-stream.js';
import { readInput, refuseOtherBodies, refuseQuery } from './read-input.js';

/** Opens the session of a call, which is created if it does not exist yet. */
export type OpenSession = () => ControlOperations;

/** A table of routes, and the operations behind it. */
export interface RouteGroup {
  routes: RouteTable;
  operations: (open: OpenSession) => AnyOperations;
  /** Routes, as `METHOD /path`, that this engine answers with 501: a 404 does not offer them. */
  notOffered?: readonly string[];
}

/**
 * Further routes of a server that do not concern a session, by `METHOD /path`. A handler gets the text that matched
 * `:parameter` in the path (`*parameter`: with slashes) and the call; its result is sent as JSON, `undefined` as 204.
 */
export type ControlRoutes = Readonly<Record<string, (parameter: string, call: Call) => Promise<unknown>>>;

/** Answers a call of the control API. */
export type ControlApi = (open: OpenSession, call: Call) => Promise<Answer>;

const sessionGroup: RouteGroup = { routes: controlRoutes, operations: (open) => open() };

/**
 * Serves the control API, under `/__modeldock` and behind its guard: the routes of a session, and further tables that
 * add to them or replace some.
 * @param groups further tables; a later route replaces an earlier one of the same method and path
 */
export function createRouter(
  groups: readonly RouteGroup[] = [],
  more: ControlRoutes = {},
  options: ControlGuardOptions & { notOffered?: readonly string[] } = {},
): ControlApi {
  const guard = guardControl(options);
  const byLabel = new Map<string, CompiledRoute>();
  for (const { routes, operations } of [sessionGroup, ...groups]) {
    for (const [name, route] of Object.entries(routes)) {
      const handle: Handler = (open, ...rest) => answerRoute(route, operations(open)[route.calls ?? name]!, ...rest);
      add(compile(route.method, route.path, route.query !== undefined, handle));
    }
  }
  for (const [label, handle] of Object.entries(more)) {
    const [method, path] = label.split(' ') as [string, string];
    add(compile(method, path, false, (_, ...rest) => handle(...rest)));
  }
  const compiled = [...byLabel.values()];
  const notOffered = new Set([...groups.flatMap((group) => group.notOffered ?? []), ...(options.notOffered ?? [])]);
  const offered = compiled.filter(({ label }) => !notOffered.has(label));

  return (open, call) => guard((guarded) => answer(open, guarded))(call);

  async function answer(open: OpenSession, call: Call): Promise<Answer> {
    try {
      const path = call.path.slice(CONTROL_PREFIX.length);
      const here = compiled.filter(({ pattern }) => pattern.test(path));
      const method = call.method === 'HEAD' ? 'GET' : call.method;
      const route = here.find((each) => each.method === method);
      if (!route) return here.length > 0 ? notAllowed(call, here) : notFound(call);
      if (!route.takesQuery) refuseQuery(call);
      if (method !== 'GET') refuseOtherBodies(call);
      const result = await route.handle(open, parameterOf(route.pattern, path), call);
      if (result === undefined) return { status: 204, headers: {}, body: '' };
      return isAnswer(result) ? result : prettyJson(200, result);
    } catch (error) {
      return refuse(toControlError(error));
    }
  }

  function add(route: CompiledRoute): void {
    byLabel.set(route.label, route);
  }

  function notFound({ method, path }: Call): Answer {
    const known = offered.map(({ label }) => label.replace(' ', ` ${CONTROL_PREFIX}`).replace('*', ':'));
    return refuse(
      new ControlError(404, 'not_found', `Cannot ${method} ${path}: expected one of the routes ${known.join(', ')}.`),
    );
  }
}

type Handler = (open: OpenSession, parameter: string, call: Call) => Promise<unknown>;

interface CompiledRoute {
  /** `METHOD /path`. */
  label: string;
  method: string;
  pattern: RegExp;
  takesQuery: boolean;
  handle: Handler;
}

function compile(method: string, path: string, takesQuery: boolean, handle: Handler): CompiledRoute {
  const source = path.replaceAll('.', '\\.').replace(/:\w+/, '([^/]+)').replace(/\*\w+/, '(.+?)');
  return { label: `${method} ${path}`, method, pattern: new RegExp(`^${source}/?$`, 'i'), takesQuery, handle };
}

async function answerRoute(
  route: ControlRoute,
  operation: NonNullable<AnyOperations[string]>,
  parameter: string,
  call: Call,
): Promise<unknown> {
  const input = parseInput(route, await readInput(route, call));
  if (route.sends === 'text/event-stream') {
    return streamEvents(operation as unknown as ControlOperations['events'], input as { after?: number }, call.signal);
  }
  const answer = await operation({ parameter, input, signal: call.signal } as never);
  if (route.sends !== undefined) return { status: 200, headers: { 'Content-Type': route.sends }, body: answer };
  return route.toJson ? route.toJson(answer as never) : answer;
}

/** Answers 405 with the allowed methods (RFC 9110, 15.5.6). */
function notAllowed({ method, path }: Call, here: readonly CompiledRoute[]): Answer {
  const methods = here.flatMap((route) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method])).join(', ');
  return refuse(
    new ControlError(405, 'not_allowed', `Cannot ${method} ${path}: expected ${methods}, found ${method}.`),
    {
      Allow: methods,
    },
  );
}

/** Turns an error into an answer; if its cause says when to retry, so does the answer. */
function refuse({ status, code, message, cause }: ControlError, headers: Record<string, string> = {}): Answer {
  const retryAfterMs = cause instanceof RefusedError ? cause.retryAfterMs : undefined;
  const retryAfter = retryAfterMs !== undefined && { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) };
  return prettyJson(status, { error: { code, message } }, { ...headers, ...retryAfter });
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
