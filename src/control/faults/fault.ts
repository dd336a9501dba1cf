import type { ModelName } from '../../core/model-name.js';
import type { DocumentedRoute, RouteName } from '../../api/routes.js';
import type { NthCall } from '../../core/nth-call.js';

/*
 * A fault is what happens to a request, as a scenario is what happens to a download. It is plain data: the same in process,
 * as JSON over the control API, and in a snapshot. schema.ts checks it; a test compares these types with the schemas.
 */

/**
 * A fault: its effect on which calls, and how often.
 * @example
 * const fault: Fault = {
 *   when: { route: 'status', nth: [2, 3] },
 *   effect: { type: 'status', status: 503, headers: { 'Retry-After': '1' } },
 * };
 * await createDock().faults.add(fault);
 */
export interface Fault {
  /** Which calls it may change. Every call of LM Studio's routes by default; all that is given must hold. */
  when?: FaultSelection | undefined;
  effect: FaultEffect;
  /** How many calls it changes before it ends, 1 or more; no end by default. */
  times?: number | undefined;
}

/** A fault in a session, with its counters. */
export interface FaultStatus extends Fault {
  /** Made by the session: `fault-1`, `fault-2`, … */
  id: string;
  /** When it was added, in milliseconds on the session's clock. */
  addedAt: number;
  /** How many calls matched: `nth` and `chance` count these. */
  seen: number;
  /** How many calls it has changed. */
  fired: number;
  /** Whether it has changed as many calls as `times` says. */
  ended: boolean;
}

/** The faults of a session and their counters, as plain data for a snapshot. */
export interface FaultState {
  /** How many faults were ever added: ids are not used twice. */
  added: number;
  faults: (Omit<FaultStatus, keyof Fault | 'ended'> & { fault: Fault })[];
}

/** A route's name, its documented spelling, or `unknown` for what no route knows. */
export type FaultRoute = RouteName | DocumentedRoute | 'unknown';

/** Chooses calls by what they are, by their number, by the time, and by chance. */
export interface FaultSelection {
  /** One route or several. */
  route?: FaultRoute | FaultRoute[] | undefined;
  /** For instance `POST`. */
  method?: string | undefined;
  /** The path without its query; `*` stands for any text. At most 1000 characters, as for `model`. */
  path?: string | undefined;
  /**
   * The model, where `*` matches any text: `qwen/*`, `*@q8_0`; without `@`, in any quantization. For a status call it
   * is its job's model; for a download, the one that it would bring, as far as the engine can tell.
   */
  model?: ModelName | undefined;
  /** The id of the job whose status is asked for. */
  job?: string | undefined;
  /** Selects among the calls that otherwise match, in order of arrival, from 1: a number, several, or a range. */
  nth?: NthCall | undefined;
  /** A window of the session's clock. */
  during?: FaultWindow | undefined;
  /** How likely each call is to be chosen, above 0 to 1; drawn from the session's seed, the fault's id and the number of the call. */
  chance?: number | undefined;
}

/** A window of the session's clock. Moments are milliseconds since 1970, or dates such as `2025-10-03T15:33:23.496Z`. */
export interface FaultWindow {
  /** Its first moment. */
  from?: number | string | undefined;
  /** Its end, which is no longer in it. */
  to?: number | string | undefined;
  /** When it begins, in ms since the fault was added. */
  afterMs?: number | undefined;
  /** How long it lasts, in ms, from `afterMs` on. */
  forMs?: number | undefined;
}

/** What happens to a call. With `afterApi` the api does its work first: what is lost is only its answer. */
export type FaultEffect =
  | LatencyEffect
  /**
   * Another answer. Text is sent as it is, anything else as JSON; without a body, an error object that names the fault
   * is sent.
   */
  | {
      type: 'status';
      /** 200 to 599. */
      status: number;
      headers?: Record<string, string> | undefined;
      body?: unknown;
      afterApi?: boolean | undefined;
    }
  /** No answer: MSW rejects the fetch, a server resets the connection. */
  | { type: 'network-error'; afterApi?: boolean | undefined }
  /** No answer, until the client leaves, the fault is removed or the session is reset. */
  | { type: 'hang'; afterApi?: boolean | undefined }
  /** The connection breaks within the body, whose full length was announced; in the middle by default. */
  | { type: 'truncated'; after?: BodyPlace | undefined }
  /** The body ends early but the answer is complete, so that its JSON does not parse; cut in the middle by default. */
  | { type: 'malformed-json'; after?: BodyPlace | undefined }
  /** The body arrives at this speed, in wall time. */
  | { type: 'slow-body'; bytesPerSecond: number }
  /** The same body with another content type; `text/html; charset=utf-8` by default. */
  | { type: 'content-type'; contentType?: string | undefined }
  /** The answer that the api would have given `msAgo` ago, on the session's clock, so that bytes go back. */
  | { type: 'stale'; msAgo: number };

/** The call waits, in wall time, before the api is asked. Times are milliseconds. */
export type LatencyEffect =
  | { type: 'latency'; distribution?: 'fixed' | undefined; ms: number }
  | { type: 'latency'; distribution: 'uniform'; minMs: number; maxMs: number }
  | {
      type: 'latency';
      distribution: 'lognormal';
      medianMs: number;
      /** The spread of the logarithm, above 0 to 5: of 100 calls, 16 take longer than the median times e to the power of sigma. */
      sigma: number;
      /** The longest latency. */
      maxMs?: number | undefined;
    };

/** A place in a body: a fraction of its length (0 to 1), or a number of bytes. */
export type BodyPlace = number | { bytes: number };
