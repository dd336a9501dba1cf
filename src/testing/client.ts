import { ControlError } from '../control/base/control-error.js';
import { controlRoutes, WAIT_MS, type SessionStatus } from '../control/contract/dock-control.js';
import { downloadRoutes, type RealDockControl } from '../control/contract/downloads-control.js';
import { createControl, type Carry, type ControlRoute } from '../control/contract/route.js';
import { LONGEST_WAIT_MS } from '../control/contract/schemas.js';
import { DEFAULT_SESSION, sessionName } from '../control/session/session-name.js';
import { checkOptions } from '../core/check-options.js';
import { createControlCalls, type Fetch } from './control-calls.js';
import { followEvents } from './follow-events.js';
import { noteFailures, type Noted } from './note-failures.js';

/** Which session of a server to control, and with which tokens. */
export interface ConnectOptions {
  /**
   * The name of the session to control, which is created on first use; `default` is the session of clients that name
   * none.
   */
  session?: string;
  /** The API token, if the server was started with `--require-token`. */
  token?: string;
  /** The control token, if the server has one (`--control-token`). */
  controlToken?: string;
  /** Sends the requests; the global `fetch`, looked up at each call, by default. */
  fetch?: Fetch;
}

/**
 * Controls one session of a server, with the names and results of a dock in process. `downloads` needs a server with
 * the real engine; another refuses it with a ControlError `unsupported`.
 */
export interface SessionClient extends RealDockControl, Noted {
  readonly session: string;
  /** The address for the client under test, in place of LM Studio's: for instance `http://127.0.0.1:1234/s/checkout`. */
  readonly baseUrl: string;
  /** The API token for a client under test whose address cannot have a path. */
  readonly apiToken: string;
  fork(session?: string): Promise<SessionClient>;
}

/** The longest wait of one request: Node's fetch times out after 5 min, a proxy often earlier. */
const WAIT_PER_REQUEST_MS = 50_000;

/**
 * Controls a session over HTTP. No request is sent before the first call of a method. A wait that timed out, or a
 * condition that can never hold, is a ControlError whose message ends with how to restore the session.
 * @param server its address, for instance `http://127.0.0.1:1234`, with a mount path if it has one
 * @throws TypeError for a text that is not an address
 */
export function connect(server: string, options: ConnectOptions = {}): SessionClient {
  checkOptions('connect', options, { session: true, token: true, controlToken: true, fetch: true });
  return noteFailures(createClient(server, options));
}

function createClient(server: string, options: ConnectOptions): Omit<SessionClient, 'plain'> {
  const {
    session: wanted = DEFAULT_SESSION,
    token,
    controlToken,
    fetch = (url: string, init?: RequestInit) => globalThis.fetch(url, init),
  } = options;
  const session = sessionName(wanted);
  const address = addressOf(server);
  const baseUrl = session === DEFAULT_SESSION ? address : `${address}/s/${encodeURIComponent(session)}`;
  const calls = createControlCalls({ baseUrl, controlToken, fetch });
  /** Event streams that are being opened: later calls wait for them, so that the streams miss no event. */
  const opening = new Set<Promise<unknown>>();
  const carry: Carry = async (_, route, { parameter, input, signal }) => {
    await Promise.allSettled(opening);
    const path = pathOf(route, parameter, input);
    if (route.sends !== undefined) return (await calls.open(path, { method: route.method })).text();
    const json = await calls.call(route.method, path, route.body && input, signal);
    return route.fromJson ? route.fromJson(json as never) : json;
  };
  const control = createControl<Omit<RealDockControl, 'events'>>({ ...controlRoutes, ...downloadRoutes }, carry);

  return {
    ...control,
    session,
    baseUrl,
    apiToken: token === undefined ? `session:${session}` : `session:${session}:${token}`,
    jobs: { ...control.jobs, wait: waitInParts(control.jobs) },
    fork: async (name) => {
      // Over HTTP the answer is the status of the new session, which contains its name.
      const forked = (await control.fork(name)) as unknown as SessionStatus;
      return connect(server, { ...options, session: forked.session });
    },
    events: (follow) =>
      followEvents({
        ...follow,
        open: (path, init) => {
          const opened = calls.open(path, init);
          opening.add(opened);
          const done = (): void => void opening.delete(opened);
          opened.then(done, done);
          return opened;
        },
      }),
  };
}

/** Builds a route's path with its parameter and its query. */
function pathOf(route: ControlRoute, parameter: string, input: unknown): string {
  const path = route.path.replace(/[:*]\w+/, () => encodeURIComponent(parameter));
  // JavaScript allows an undefined value in process, so it is allowed here too.
  const values = Object.entries(route.query ? (input as object) : {}).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(values.map(([key, value]) => [key, String(value)]));
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Waits by several requests, each shorter than the time limit of an answer. */
function waitInParts(jobs: RealDockControl['jobs']): RealDockControl['jobs']['wait'] {
  return async (jobId, { timeoutMs = WAIT_MS, ...goal }, signal) => {
    for (let left = timeoutMs; ; left -= WAIT_PER_REQUEST_MS) {
      // A wait longer than the maximum is passed on, so that the server refuses it.
      const part = left > LONGEST_WAIT_MS ? left : Math.min(left, WAIT_PER_REQUEST_MS);
      try {
        return await jobs.wait(jobId, { ...goal, timeoutMs: part }, signal);
      } catch (error) {
        if (!(error instanceof ControlError) || error.code !== 'timeout') throw error;
        if (left > WAIT_PER_REQUEST_MS) continue;
        const { status, code, message } = error;
        throw new ControlError(status, code, message.replace(`Waited ${part} ms`, `Waited ${timeoutMs} ms`));
      }
    }
  };
}

function addressOf(server: string): string {
  const { protocol, origin, pathname } = new URL(server);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TypeError(
      `Cannot connect to this server: expected an address such as http://127.0.0.1:1234, found ${server}.`,
    );
  }
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}
