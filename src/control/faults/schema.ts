import * as z from 'zod/mini';
import { routes, type DocumentedRoute, type RouteName } from '../../api/routes.js';
import { LONGEST_PATTERN } from '../../core/text-pattern.js';
import { LONGEST_TIMER_MS } from '../../core/wall-timer.js';

/* The schemas of faults: a wrong one is refused with the path of each wrong value. What the fields mean is in fault.ts. */

const ms = z.int().check(z.nonnegative(), z.maximum(LONGEST_TIMER_MS));
const callNumber = z.int().check(z.positive());
/** The limit leaves room to count on: at the last safe integer a counter would stop increasing. */
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
  route: z.optional(z.union([route, z.array(route).check(z.minLength(1))], oneOf([...routeNames, 'unknown']))),
  method: z.optional(text),
  path: z.optional(pattern),
  model: z.optional(pattern),
  job: z.optional(text),
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
  during: z.optional(
    z.strictObject({
      from: z.optional(moment),
      to: z.optional(moment),
      afterMs: z.optional(z.int().check(z.nonnegative())),
      forMs: z.optional(z.int().check(z.positive())),
    }),
  ),
  chance: z.optional(z.number().check(z.positive(), z.maximum(1))),
});

const afterApi = z.optional(z.boolean());

const latency = z.discriminatedUnion('distribution', [
  z.strictObject({ type: z.literal('latency'), distribution: z.optional(z.literal('fixed')), ms }),
  z.strictObject({ type: z.literal('latency'), distribution: z.literal('uniform'), minMs: ms, maxMs: ms }),
  z.strictObject({
    type: z.literal('latency'),
    distribution: z.literal('lognormal'),
    medianMs: ms,
    sigma: z.number().check(z.positive(), z.maximum(5)),
    maxMs: z.optional(ms),
  }),
]);

const effect = z.discriminatedUnion('type', [
  latency,
  z.strictObject({
    type: z.literal('status'),
    status: z.int().check(z.minimum(200), z.maximum(599)),
    headers: z.optional(z.record(z.string(), z.string())),
    body: z.optional(z.unknown()),
    afterApi,
  }),
  z.strictObject({ type: z.literal('network-error'), afterApi }),
  z.strictObject({ type: z.literal('hang'), afterApi }),
  z.strictObject({ type: z.literal('truncated'), after: z.optional(place) }),
  z.strictObject({ type: z.literal('malformed-json'), after: z.optional(place) }),
  z.strictObject({ type: z.literal('slow-body'), bytesPerSecond: z.number().check(z.positive()) }),
  z.strictObject({ type: z.literal('content-type'), contentType: z.optional(text) }),
  z.strictObject({ type: z.literal('stale'), msAgo: z.int().check(z.positive()) }),
]);

export const faultSchema = z.strictObject({
  when: z.optional(selection),
  effect,
  times: z.optional(z.int().check(z.positive())),
});

const counted = {
  id: text,
  addedAt: z.int(),
  seen: counter,
  fired: counter,
};
export const faultStateSchema = z.strictObject({
  added: counter,
  faults: z.array(z.strictObject({ ...counted, fault: faultSchema })),
});

function oneOf(names: readonly string[]): string {
  return `one of ${names.map((name) => JSON.stringify(name)).join(', ')}, a documented route, or a list of these`;
}
