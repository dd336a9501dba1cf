import type { Api } from '../api/api.js';
import { note, prettyJson, type Answer, type Call, type CallMiddleware } from '../api/call.js';
import { modelToRun } from '../api/inference.js';
import { matchRoute, type RouteMatch } from '../api/routes.js';
import { parseModelReference } from '../contract/model-reference.js';
import { Problem, problems } from '../contract/problem.js';
import type { ProfileName } from '../contract/profiles.js';
import { ControlError } from '../control/base/control-error.js';
import { controlRoutes, type ControlOperations, type DockControl } from '../control/contract/dock-control.js';
import { createControl, inProcess } from '../control/contract/route.js';
import { createGateway } from '../control/http/gateway.js';
import type { ControlGuardOptions } from '../control/http/guard.js';
import { createRouter, type ControlRoutes } from '../control/http/router.js';
import type { EngineParts, EngineSetup } from '../control/session/engine-setup.js';
import { Session } from '../control/session/session.js';
import { foreignPartOf } from '../core/foreign-call.js';
import type { JobSnapshot } from '../core/job.js';
import { requestedModel } from '../core/model-identity.js';
import { redactText } from '../core/redact.js';
import { checkAnswer } from './check-answer.js';
import { createDifferences, type Differences } from './differences.js';
import { forwardCall, type PassedAnswer } from './forward-call.js';
import type { RecordedDownload } from './poll-trace.js';
import { createSeenJobs, type SeenJobs } from './seen-jobs.js';
import { parseUpstream, type Upstream } from './upstream.js';
import { refuseWebSocket } from './web-socket.js';

/** Options of a proxy. */
export interface ProxyDockOptions extends Omit<ControlGuardOptions, 'cors'> {
  /** The server that answers, such as `http://localhost:1234`. */
  url: string;
  /** How a start must be answered; as in any profile by default. */
  profile?: ProfileName | undefined;
  /** Called with an answer that differs from the contract; without secrets. */
  onDifference?: (route: string, difference: string) => void;
  /** Called where the server could not be asked. */
  onUnreachable?: (message: string) => void;
  /** Called with each download that has ended, as a scenario for the simulator. */
  onRecorded?: (download: RecordedDownload, jobId: string) => void;
  onError?: (error: unknown) => void;
  /** Milliseconds that never go back, for traces. */
  monotonic?: () => number;
  /** Routes of the control API that do not concern one session. */
  controlRoutes?: ControlRoutes;
}

/** A server seen through a proxy: its routes, and the control API under `/__modeldock`. */
export interface ProxyDock extends DockControl {
  readonly api: Api;
  close(): void;
}

/** LM Studio's own; a client that relies on more would fail there. */
const KEEP_ALIVE_MS = 5000;

/**
 * Puts a journal, findings, faults and the control API in front of a server, whose answers pass untouched.
 * @throws RangeError for a URL that cannot be forwarded to
 */
export function createProxyDock(options: ProxyDockOptions): ProxyDock {
  const { monotonic = () => performance.now(), onRecorded = () => undefined, onError = () => undefined } = options;
  const upstream = parseUpstream(options.url);
  const differences = createDifferences(options.onDifference);
  let setup: EngineSetup | undefined;
  const seen = createSeenJobs({ monotonic, onRecorded, onChange: (job, before) => report(job, before, setup) });
  const pass = createPasser({ upstream, differences, seen, options });
  const session = new Session({
    seed: 'modeldock',
    engineName: 'proxied',
    onError,
    answerer: pass,
    makeEngine: (given) => {
      setup = given;
      return partsOver(seen);
    },
  });
  const operations = proxyOperations(session.operations, differences);
  const control: DockControl = {
    ...createControl<Omit<DockControl, 'events'>>(controlRoutes, inProcess(operations)),
    events: operations.events,
  };
  const proxied = { operations, answer: (call: Call) => session.answer(call) };
  const api = createGateway(
    ({ path }) => ({ path, open: () => proxied }),
    createRouter([], options.controlRoutes, options),
    { onError, keepAliveMs: KEEP_ALIVE_MS },
    refuseForeignNames(options.allowedHosts),
  );
  return { ...control, api, close: () => session.close() };
}

/** Passes calls on, and looks at what passes. */
function createPasser({
  upstream,
  differences,
  seen,
  options: { profile, onUnreachable, onError },
}: {
  upstream: Upstream;
  differences: Differences;
  seen: SeenJobs;
  options: ProxyDockOptions;
}): (call: Call) => Promise<Answer> {
  return async (call) => {
    const match = matchRoute(call);
    if (match) note(call, { route: match.route, job: match.jobId });
    try {
      return refuseWebSocket(call, upstream.base) ?? (await forwardCall(upstream, call, (passed) => lookAt(passed)));
    } catch (error) {
      if (call.signal.aborted) return 'network error';
      const problem = error instanceof Problem ? error : problems.internal();
      if (problem.status === 502) onUnreachable?.(redactText(problem.message));
      else onError?.(error);
      return prettyJson(problem.status, problem.answer);
    } finally {
      // The journal keeps what was read.
      await modelOf(call, match);
    }

    function lookAt(passed: PassedAnswer): void {
      const { method, path } = call;
      const found = checkAnswer({ method, path, route: match?.name }, passed, profile);
      if (match && (match.name === 'download' || match.name === 'status') && passed.status === 200) {
        const noted = seen.note(parse(passed.body), call.notes?.model);
        if (noted) note(call, { job: noted.job.id, model: noted.job.model });
        found.push(...(noted?.contradictions ?? []));
      }
      differences.add(call.notes?.id, match?.route ?? `${method} ${path}`, found);
    }
  };
}

/** Reads the model that a call is about, once its body has passed. */
async function modelOf(call: Call, match: RouteMatch | undefined): Promise<void> {
  if (call.method !== 'POST') return;
  try {
    const body = parse(await call.text());
    const model = match && modelToRun(body);
    if (model !== undefined) note(call, { model: match?.name === 'download' ? identityOf(model, body) : model });
  } catch {
    // A body that is too long, or that has not passed whole, is not looked at.
  }
}

function identityOf(model: string, body: unknown): string {
  const { quantization } = body as { quantization?: unknown };
  try {
    const label = typeof quantization === 'string' ? { quantization } : {};
    return requestedModel({ model: parseModelReference(model), ...label });
  } catch {
    return model;
  }
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function partsOver({ jobs }: SeenJobs): EngineParts {
  const refuse = async (): Promise<never> => {
    throw unsupported("ask a proxy for that: it is the server's, and the routes of LM Studio lead there");
  };
  return {
    engine: { start: refuse, status: refuse },
    library: { installed: refuse, loaded: refuse, load: refuse, unload: refuse },
    jobs,
  };
}

/** Tells those who listen what became of a job. */
function report(job: JobSnapshot, before: JobSnapshot | undefined, setup: EngineSetup | undefined): void {
  if (!setup) return;
  const named = { job: job.id, model: job.model };
  if (!before) setup.onDecision({ type: 'started', ...named });
  if (job.state === 'completed' || job.state === 'failed') {
    setup.onTransition({ at: setup.clock.now(), type: job.state, ...named });
  } else if (before) setup.onDecision({ type: job.state === 'paused' ? 'paused' : 'resumed', ...named });
}

function proxyOperations(general: ControlOperations, differences: Differences): ControlOperations {
  const refuseTime = async (): Promise<never> => {
    throw unsupported("set or advance the clock behind a proxy: its time is the machine's. Only a simulation's can be");
  };
  return {
    ...general,
    'clock.set': refuseTime,
    'clock.advance': refuseTime,
    restore: async () => {
      throw unsupported('restore a snapshot behind a proxy. Only a simulation can be restored');
    },
    findings: async (request) => {
      const [client, entries] = [
        await general.findings(request),
        await general['journal.list']({ parameter: '', input: undefined }),
      ];
      return [...client, ...differences.findings(new Set(entries.map(({ id }) => id)))];
    },
  };
}

/** A name that was rebound to this machine must not lead a page to the server behind. */
function refuseForeignNames(allowedHosts: readonly string[] = []): CallMiddleware {
  const names = allowedHosts.map((name) => name.toLowerCase());
  return (next) => async (call) => {
    const host = call.header('host');
    if (foreignPartOf({ host, origin: undefined, fetchSite: undefined }, names) === undefined) return next(call);
    const message = `Cannot use this proxy under the name ${JSON.stringify(host)}: expected a host name of loopback or of --allow-host. Call it as 127.0.0.1, or start it with --allow-host.`;
    return prettyJson(403, { error: { type: 'invalid_request', code: 'forbidden', message } });
  };
}

function unsupported(what: string): ControlError {
  return new ControlError(501, 'unsupported', `Cannot ${what}.`);
}
