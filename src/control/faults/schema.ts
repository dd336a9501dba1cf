import * as z from 'zod/mini';
import { routes, type DocumentedRoute, type RouteName } from '../../api/routes.js';
import { LONGEST_PATTERN } from '../../core/text-pattern.js';
import { LONGEST_TIMER_MS } from '../../core/wall-timer.js';

/*
 * A fault is what happens to a request, as a scenario is what happens to a download. It is plain data: which calls, what
 * happens to them, how often. These schemas are the one source: types are inferred from them, and a wrong fault is
 * refused with the path of each wrong value.
 */

const ms = z.int().check(z.nonnegative(), z.maximum(LONGEST_TIMER_MS));
const callNumber = z.int().check(z.positive());
/** Which goes on rising: at the last safe integer it would not. */
const counter = z.int().check(z.nonnegative(), z.maximum(2 ** 50));
const text = z.string().check(z.minLength(1));
const pattern = z.string().check(z.minLength(1), z.maxLength(LONGEST_PATTERN));
/** A place in a body. */
const place = z.union(
  [z.number().check(z.minimum(0), z.maximum(1)), z.strictObject({ bytes: z.int().check(z.nonnegative()) })],
  'a fraction from 0 to 1, or {"bytes": whole number}',
);
const A_MOMENT = 'milliseconds since 1970, or a date such as "2025-10-03T15:33:23.496Z"';
const moment = z.union(
  [z.int().check(z.nonnegative()), z.string().check(z.refine((date) => !Number.isNaN(Date.parse(date)), A_MOMENT))],
  A_MOMENT,
);

const routeNames = Object.keys(routes) as RouteName[];
const route = z.enum([...routeNames, 'unknown', ...(Object.values(routes) as DocumentedRoute[])]);

const selection = z.strictObject({
  /** A route's name or its documented spelling, or several; `unknown` is what no route knows. */
  route: z.optional(z.union([route, z.array(route).check(z.minLength(1))], oneOf([...routeNames, 'unknown']))),
  /** For instance `POST`. */
  method: z.optional(text),
  /** The path without its query; `*` for any text. */
  path: z.optional(pattern),
  /**
   * The model, `*` for any text: `qwen/*`, `*@q8_0`; without `@`, in any quantization. Of a status call, its job's model;
   * of a request to download, the one it would bring, as far as the engine can tell.
   */
  model: z.optional(pattern),
  /** The job whose status is asked for. */
  job: z.optional(text),
  /** Which of the calls that otherwise match, by arrival, from 1: a number, several, or from one to another. */
  nth: z.optional(
    z.union(
      [
        callNumber,
        z.array(callNumber).check(z.minLength(1)),
        z.strictObject({ from: z.optional(callNumber), to: z.optional(callNumber) }),
      ],
      'a number from 1, a list of them, or {"from": number, "to": number}',
    ),
  ),
  /** A window of the session's clock; its end is no longer in it. */
  during: z.optional(
    z.strictObject({
      from: z.optional(moment),
      to: z.optional(moment),
      /** Counted from when the fault was added. */
      afterMs: z.optional(z.int().check(z.nonnegative())),
      /** How long it lasts, from `afterMs` on. */
      forMs: z.optional(z.int().check(z.positive())),
    }),
  ),
  /** How likely each call is to be chosen; drawn from the session's seed, the fault's id and the number of the call. */
  chance: z.optional(z.number().check(z.positive(), z.maximum(1))),
});

/** The api does its work first: what is lost is only its answer. */
const afterApi = z.optional(z.boolean());

/** The call waits, in wall time, before the api is asked. */
const latency = z.discriminatedUnion('distribution', [
  z.strictObject({ type: z.literal('latency'), distribution: z.optional(z.literal('fixed')), ms }),
  z.strictObject({ type: z.literal('latency'), distribution: z.literal('uniform'), minMs: ms, maxMs: ms }),
  z.strictObject({
    type: z.literal('latency'),
    distribution: z.literal('lognormal'),
    medianMs: ms,
    /** The spread of the logarithm: of 100 calls, 16 take longer than the median times e to the power of sigma. */
    sigma: z.number().check(z.positive(), z.maximum(5)),
    /** None takes longer. */
    maxMs: z.optional(ms),
  }),
]);

const effect = z.discriminatedUnion('type', [
  latency,
  /** Another answer. Text is sent as it is, anything else as JSON; without a body, an error object that names the fault. */
  z.strictObject({
    type: z.literal('status'),
    status: z.int().check(z.minimum(200), z.maximum(599)),
    headers: z.optional(z.record(z.string(), z.string())),
    body: z.optional(z.unknown()),
    afterApi,
  }),
  /** No answer: MSW rejects the fetch, a server resets the connection. */
  z.strictObject({ type: z.literal('network-error'), afterApi }),
  /** No answer and no end, until the client leaves, the fault is removed or the session is reset. */
  z.strictObject({ type: z.literal('hang'), afterApi }),
  /** The connection breaks within the body, whose full length was announced. In the middle by default. */
  z.strictObject({ type: z.literal('truncated'), after: z.optional(place) }),
  /** The body ends early but the answer is whole, so that its JSON does not parse. In the middle by default. */
  z.strictObject({ type: z.literal('malformed-json'), after: z.optional(place) }),
  /** The body arrives at this pace, in wall time. */
  z.strictObject({ type: z.literal('slow-body'), bytesPerSecond: z.number().check(z.positive()) }),
  /** The same body under another name; `text/html; charset=utf-8` by default. */
  z.strictObject({ type: z.literal('content-type'), contentType: z.optional(text) }),
  /** The answer that the api would have given some time ago, on the session's clock, so that bytes go back. */
  z.strictObject({ type: z.literal('stale'), msAgo: z.int().check(z.positive()) }),
]);

export const faultSchema = z.strictObject({
  /** Every call of LM Studio's routes by default. All that is given must hold. */
  when: z.optional(selection),
  effect,
  /** How many calls it changes before it ends; no end by default. */
  times: z.optional(z.int().check(z.positive())),
});

/** A fault: its effect on which requests, and how often. */
export type Fault = z.infer<typeof faultSchema>;
export type BodyPlace = z.infer<typeof place>;
export type FaultSelection = z.infer<typeof selection>;
export type FaultEffect = z.infer<typeof effect>;
export type LatencyEffect = z.infer<typeof latency>;

const counted = {
  id: text,
  /** When it was added, in milliseconds on the session's clock. */
  addedAt: z.int(),
  /** How many calls it could have changed: `nth` and `chance` count these. */
  seen: counter,
  /** How many it has changed. */
  fired: counter,
};
export const faultStateSchema = z.strictObject({
  /** How many there ever were: ids are not used twice. */
  added: counter,
  faults: z.array(z.strictObject({ ...counted, fault: faultSchema })),
});

/** The faults of a session and their counters, as plain data: what a snapshot keeps. */
export type FaultState = z.infer<typeof faultStateSchema>;

function oneOf(names: readonly string[]): string {
  return `one of ${names.map((name) => JSON.stringify(name)).join(', ')}, a documented route, or a list of these`;
}
