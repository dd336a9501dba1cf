import { ControlError } from '../control/base/control-error.js';
import type { RealDockControl } from '../control/contract/downloads-control.js';
import type { JobReport, SessionStatus, WaitFor } from '../control/contract/dock-control.js';
import { LONGEST_WAIT_MS } from '../control/contract/schemas.js';
import { DEFAULT_SESSION } from '../control/session/session-name.js';
import { WAIT_MS } from '../control/session/wait-for-job.js';
import { createControlCalls, type ControlCalls, type Fetch } from './control-calls.js';
import { followEvents } from './follow-events.js';
import { noteFailures, type Noted } from './note-failures.js';

export interface ConnectOptions {
  /** The session to operate, made when it is first used; `default` is the one of clients that name none. */
  session?: string;
  /** What the server asks clients for, where it was started with `--require-token`. */
  token?: string;
  /** What the server asks operators for, where it was started with `--control-token`. */
  controlToken?: string;
  /** What to call with; the global `fetch`, looked up at each call, by default. */
  fetch?: Fetch;
}

/**
 * Operates one session of a server, with the names and results that a dock has in process. What is under `downloads`
 * needs a server with the real engine; another answers it with a ControlError `unsupported`.
 */
export interface SessionClient extends RealDockControl, Noted {
  readonly session: string;
  /** What to give the client under test instead of LM Studio's address, for instance `http://127.0.0.1:1234/s/checkout`. */
  readonly baseUrl: string;
  /** What to give a client whose address cannot have a path, as its API token. */
  readonly apiToken: string;
  fork(session?: string): Promise<SessionClient>;
}

/** One request waits no longer: Node's fetch gives up on an answer after 5 min, a proxy often earlier. */
const WAIT_PER_REQUEST_MS = 50_000;

/**
 * Operates a session over HTTP. Nothing is sent before something is asked. A wait that ran out, or a condition that can
 * never hold, is a ControlError whose message ends with how to bring the world back.
 * @param server its address, for instance `http://127.0.0.1:1234`, with a mount path if it has one
 * @throws TypeError for what is no address
 */
export function connect(server: string, options: ConnectOptions = {}): SessionClient {
  return noteFailures(createClient(server, options));
}

function createClient(server: string, options: ConnectOptions): Omit<SessionClient, 'plain'> {
  const {
    session = DEFAULT_SESSION,
    token,
    controlToken,
    fetch = (url: string, init?: RequestInit) => globalThis.fetch(url, init),
  } = options;
  const address = addressOf(server);
  const baseUrl = session === DEFAULT_SESSION ? address : `${address}/s/${encodeURIComponent(session)}`;
  const calls = createControlCalls({ baseUrl, controlToken, fetch });
  /** Streams that were asked for and do not listen yet: what is asked after them must not happen before. */
  const opening = new Set<Promise<unknown>>();
  const call: ControlCalls['call'] = async (...request) => {
    await Promise.allSettled(opening);
    return calls.call(...request);
  };
  const jobPath = (jobId: string): string => `/jobs/${encodeURIComponent(jobId)}`;

  return {
    session,
    baseUrl,
    apiToken: token === undefined ? `session:${session}` : `session:${session}:${token}`,
    status: () => call('GET', '/session'),
    reset: () => call('POST', '/reset'),
    clock: {
      get: () => call('GET', '/clock'),
      set: (change) => call('PUT', '/clock', change),
      advance: (step) => call('POST', '/clock/advance', typeof step === 'number' ? { ms: step } : step),
    },
    jobs: {
      list: () => call('GET', '/jobs'),
      get: (jobId) => call('GET', jobPath(jobId)),
      pause: (jobId) => call('POST', `${jobPath(jobId)}/pause`),
      resume: (jobId) => call('POST', `${jobPath(jobId)}/resume`),
      cancel: (jobId) => call('POST', `${jobPath(jobId)}/cancel`),
      fail: (jobId, failure) => call('POST', `${jobPath(jobId)}/fail`, failure),
      wait,
    },
    scenario: {
      get: () => call('GET', '/scenario'),
      set: (choice) => call('PUT', '/scenario', choice),
    },
    faults: {
      list: () => call('GET', '/faults'),
      add: (fault) => call('POST', '/faults', fault),
      remove: (faultId) => call('DELETE', `/faults/${encodeURIComponent(faultId)}`),
      clear: () => call('DELETE', '/faults'),
    },
    models: {
      list: () => call('GET', '/models'),
      add: (model, quantization) => call('POST', '/models', { model, quantization }),
      remove: (key) => call('DELETE', `/models/${encodeURIComponent(key)}`),
    },
    downloads: {
      start: (model, quantization) => started(call('POST', '/jobs', { model, quantization })),
      update: (key) => started(call('POST', `/models/${encodeURIComponent(key)}/update`)),
      remove: (key, { force = false } = {}) =>
        call('DELETE', `/models/${encodeURIComponent(key)}${force ? '?force=true' : ''}`),
      move: (jobId, position) => call('POST', `${jobPath(jobId)}/move`, { position }),
      limit: (jobId, bytesPerSecond) => call('PUT', `${jobPath(jobId)}/limit`, { bytesPerSecond }),
      bandwidth: {
        read: () => call('GET', '/bandwidth'),
        set: (bandwidth) => call('PUT', '/bandwidth', bandwidth),
      },
      metrics: async () => (await calls.open('/metrics', {})).text(),
    },
    journal: {
      list: () => call('GET', '/journal'),
      clear: () => call('DELETE', '/journal'),
    },
    findings: () => call('GET', '/findings'),
    snapshot: () => call('GET', '/snapshot'),
    restore: (snapshot) => call('POST', '/restore', snapshot),
    fork: async (name) => {
      const forked: SessionStatus = await call('POST', '/fork', { session: name });
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

  async function wait(
    jobId: string,
    { timeoutMs = WAIT_MS, ...goal }: WaitFor,
    signal?: AbortSignal,
  ): Promise<JobReport> {
    for (let left = timeoutMs; ; left -= WAIT_PER_REQUEST_MS) {
      // What is too long for any wait, the server refuses.
      const part = left > LONGEST_WAIT_MS ? left : Math.min(left, WAIT_PER_REQUEST_MS);
      // JavaScript may leave a goal undefined, as it may in process.
      const asked: [string, unknown][] = Object.entries({ ...goal, timeoutMs: part });
      const given = asked.filter(([, value]) => value !== undefined);
      const query = new URLSearchParams(given.map(([key, value]) => [key, String(value)]));
      try {
        return await call('GET', `${jobPath(jobId)}/wait?${query}`, undefined, signal);
      } catch (error) {
        if (!(error instanceof ControlError) || error.code !== 'timeout') throw error;
        if (left > WAIT_PER_REQUEST_MS) continue;
        const { status, code, message } = error;
        throw new ControlError(status, code, message.replace(`Waited ${part} ms`, `Waited ${timeoutMs} ms`));
      }
    }
  }
}

async function started(
  answer: Promise<JobReport | { state: 'already_downloaded' }>,
): Promise<JobReport | 'already_downloaded'> {
  const job = await answer;
  return job.state === 'already_downloaded' ? job.state : job;
}

function addressOf(server: string): string {
  const { protocol, origin, pathname } = new URL(server);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TypeError(`Cannot connect to ${server}: it takes an address such as http://127.0.0.1:1234.`);
  }
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}
