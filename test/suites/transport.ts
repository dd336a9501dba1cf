import type { Received, Sent } from '../../src/verify/exchange.js';
import type { WorldSettings } from './world.js';

export type { Received, Sent } from '../../src/verify/exchange.js';

/** One world, reached over one transport. */
export interface Connection {
  /** Origin and mount path, without a slash at the end. */
  baseUrl: string;
  /** Rejects when there is no answer at all. */
  send(request: Sent): Promise<Received>;
  /** Sends a request, leaves as soon as the api has it, and resolves when the api has noticed. */
  leave(request: Sent): Promise<void>;
  /** Moves the world's clock. */
  advance(ms: number): Promise<unknown>;
  close(): Promise<void>;
}

/** What only some transports can do or show. */
export type Ability =
  /** `ETag`, `If-None-Match`, `X-Powered-By` and `Content-Length`. */
  | 'http headers'
  /** TRACE. */
  | 'any method'
  /** `Origin` and what a preflight asks with. */
  | 'origin headers'
  /** `Host`, by which a server tells its own pages from others. */
  | 'host header'
  /** A client that leaves is noticed by the api. */
  | 'abort'
  /** Bodies in br. */
  | 'brotli'
  /** Header bytes outside ASCII. */
  | 'header bytes';

/** A way from a client to an api. */
export interface Transport {
  name: string;
  /** What it cannot do, each with the reason: those assertions are reported as skipped, by name. */
  cannot: Partial<Record<Ability, string>>;
  open(settings: WorldSettings): Promise<Connection>;
}
