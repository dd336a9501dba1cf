import { onTestFinished } from 'vitest';
import { createDock, type SimulatedDock, type SimulatedDockOptions } from '../../src/index.js';
import type { Fault } from '../../src/control/faults/fault.js';

export const NOON = Date.parse('2026-01-01T12:00:00.000Z');
export const origin = 'http://localhost:1234';

/** A dock whose clock stands still, and its clients. */
export interface FaultWorld {
  dock: SimulatedDock;
  add: (...faults: Fault[]) => Promise<void>;
  send: (request: Request) => Promise<Response>;
  get: (path: string, init?: RequestInit) => Promise<Response>;
  post: (path: string, body: unknown, init?: RequestInit) => Promise<Response>;
  /** Starts a download of a model that takes a while, and returns its job. */
  start: (model?: string) => Promise<string>;
  poll: (job: string) => Promise<Response>;
  /** The statuses of calls, in order. */
  statuses: (calls: readonly (() => Promise<Response>)[]) => Promise<(number | string)[]>;
}

export function openFaultWorld(options: SimulatedDockOptions = {}): FaultWorld {
  const dock = createDock({ seed: 'faults', now: NOON, speed: 0, ...options });
  onTestFinished(() => dock.close());
  const send = (request: Request): Promise<Response> => dock.api.fetch(request);
  const get = (path: string, init: RequestInit = {}): Promise<Response> => send(new Request(origin + path, init));
  const post = (path: string, body: unknown, init: RequestInit = {}): Promise<Response> =>
    get(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...init,
    });
  return {
    dock,
    add: async (...faults) => {
      for (const fault of faults) await dock.faults.add(fault);
    },
    send,
    get,
    post,
    start: async (model = 'simulate/slow') => {
      const answer = (await (await post(downloadPath, { model })).json()) as { job_id: string };
      return answer.job_id;
    },
    poll: (job) => get(`${statusPath}/${job}`),
    statuses: async (calls) => {
      const statuses: (number | string)[] = [];
      for (const call of calls) {
        statuses.push(
          await call().then(
            ({ status }) => status,
            () => 'no answer',
          ),
        );
      }
      return statuses;
    },
  };
}

export const downloadPath = '/api/v1/models/download';
const statusPath = `${downloadPath}/status`;

export const unavailable = { type: 'status', status: 503 } as const;

/** The same call so many times. */
export function times<Value>(count: number, value: Value): Value[] {
  return Array.from({ length: count }, () => value);
}
