import { createDock, type SimulatedDock, type SimulatedDockOptions } from '../../src/index.js';

/** An answer, read. */
export interface Read {
  status: number;
  headers: Headers;
  /** As it was sent. */
  text: string;
  /** The body as JSON. */
  body: Record<string, unknown>;
}

/** A client of one world, over the plain function. */
export interface Client {
  dock: SimulatedDock;
  send(method: string, path: string, options?: { body?: unknown; headers?: Record<string, string> }): Promise<Read>;
  get(path: string): Promise<Read>;
  post(path: string, body: unknown): Promise<Read>;
  download(model: string, quantization?: string): Promise<Read>;
  status(jobId: unknown): Promise<Read>;
  advance(ms: number): Promise<void>;
}

export const START = '2025-10-03T15:33:23.496Z';
export const json = { 'content-type': 'application/json' };

/** A world whose clock stands still until it is advanced. */
export function openClient(options: SimulatedDockOptions = {}): Client {
  const dock = createDock({ now: START, speed: 0, ...options });
  const client: Client = {
    dock,
    send: async (method, path, { body, headers = body === undefined ? {} : json } = {}) => {
      const request = new Request(`http://localhost:1234${path}`, {
        method,
        headers,
        // Bytes and not a text: Fetch would add a content type to a text.
        ...(body !== undefined && { body: new TextEncoder().encode(asText(body)) }),
      });
      const response = await dock.api.fetch(request);
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      };
    },
    get: (path) => client.send('GET', path),
    post: (path, body) => client.send('POST', path, { body }),
    download: (model, quantization) =>
      client.post('/api/v1/models/download', { model, ...(quantization !== undefined && { quantization }) }),
    status: (jobId) => client.get(`/api/v1/models/download/status/${String(jobId)}`),
    advance: async (ms) => {
      await dock.clock.advance(ms);
    },
  };
  return client;
}

/** A text is sent as it is, anything else as JSON. */
function asText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** As everything under /api/v1 is printed. */
export function pretty(body: unknown): string {
  return JSON.stringify(body, null, 2);
}
