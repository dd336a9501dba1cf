import { it } from 'vitest';
import type { Ability, Connection, Received, Transport } from '../transport.js';
import type { WorldSettings } from '../world.js';

/** A connection in the words of a test. */
export interface Client extends Connection {
  get(path: string, headers?: Record<string, string>): Promise<Received>;
  /** Sends `body` as JSON; a string and bytes go as they are. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Received>;
  /** Asks for a download. */
  download(model: string, quantization?: string): Promise<Received>;
  status(jobId: string): Promise<Received>;
}

/** One assertion of the suite, in a world of its own. */
export type Check = (title: string, settings: WorldSettings, run: (client: Client) => Promise<void>) => void;

/** Checks over a transport; those that need what it cannot do are skipped, and the title says why. */
export function checksOver(transport: Transport): { check: Check; needs: (ability: Ability) => Check } {
  const check: Check = (title, settings, run) => {
    it(title, async () => {
      const connection = await transport.open({ speed: 0, now: START, ...settings });
      try {
        await run(clientOf(connection));
      } finally {
        await connection.close();
      }
    });
  };
  return {
    check,
    needs: (ability) => {
      const reason = transport.cannot[ability];
      return reason === undefined ? check : (title) => it.skip(`${title} (not here: ${reason})`);
    },
  };
}

/** Where the clock of each world stands still at first. */
export const START = '2025-10-03T15:33:23.496Z';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** JSON as it is sent under `/api/v1`. */
export function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function clientOf(connection: Connection): Client {
  const post: Client['post'] = (path, body, headers) =>
    connection.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
  const get: Client['get'] = (path, headers) => connection.send({ method: 'GET', path, ...(headers && { headers }) });
  return {
    ...connection,
    get,
    post,
    download: (model, quantization) => post('/api/v1/models/download', { model, quantization }),
    status: (jobId) => get(`/api/v1/models/download/status/${jobId}`),
  };
}
