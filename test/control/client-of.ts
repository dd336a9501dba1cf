import { vi } from 'vitest';
import { createDock, type SimulatedDock, type SimulatedDockOptions } from '../../src/index.js';

/** A client of a dock: what it is told, as it could read it. Time passes only in `wait`. */
export interface Client {
  dock: SimulatedDock;
  send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<unknown>;
  start: (model: string, quantization?: string) => Promise<{ job_id?: string; status: string }>;
  poll: (jobId: string | undefined) => Promise<{ status: string }>;
  wait: (ms: number) => void;
}

/** To be called under fake `Date`s: the machine's time is the test's. */
export function openClient(options: SimulatedDockOptions = {}): Client {
  const dock = createDock(options);
  const send: Client['send'] = async (method, path, body, headers) => {
    const request = new Request(`http://localhost:1234${path}`, {
      method,
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const response = await dock.api.fetch(request);
    return JSON.parse(await response.text()) as unknown;
  };
  return {
    dock,
    send,
    start: (model, quantization) =>
      send('POST', '/api/v1/models/download', { model, quantization }) as ReturnType<Client['start']>,
    poll: (jobId) => send('GET', `/api/v1/models/download/status/${jobId}`) as ReturnType<Client['poll']>,
    wait: (ms) => vi.setSystemTime(Date.now() + ms),
  };
}
