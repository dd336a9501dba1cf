import * as z from 'zod/mini';
import { failureCodes } from '../core/errors.js';

/* The schemas of scenarios: a wrong one is refused with the path of the wrong value. What the fields mean is in scenario.ts. */

const ms = z.number().check(z.int(), z.nonnegative());
const bytes = z.number().check(z.int(), z.nonnegative());
const fraction = (expected: string) => z.number().check(z.minimum(0, expected), z.maximum(1, expected));
const anyPlace = 'a fraction from 0 to 1, or {"bytes": whole number}';
const place = z.union([fraction(anyPlace), z.strictObject({ bytes })], anyPlace);
const code = z.enum(failureCodes);

export const stepSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('connect'), ms }),
  z.strictObject({
    type: z.literal('transfer'),
    bytesPerSecond: z.number().check(z.positive()),
    until: z.optional(place),
    wobble: z.optional(fraction('a number from 0 to 1')),
  }),
  z.strictObject({ type: z.literal('stall'), ms: z.optional(ms) }),
  z.strictObject({
    type: z.literal('pause'),
    ms: z.optional(ms),
    code: z.optional(code),
    reason: z.optional(z.string()),
  }),
  z.strictObject({ type: z.literal('rewind'), to: place }),
  z.strictObject({ type: z.literal('finalize'), ms: z.optional(ms) }),
  z.strictObject({
    type: z.literal('trace'),
    samples: z.array(z.tuple([ms, bytes])).check(z.minLength(1)),
  }),
  z.strictObject({ type: z.literal('fail'), code, reason: z.optional(z.string()) }),
]);

export const scenarioSchema = z.strictObject({
  name: z.optional(z.string()),
  description: z.optional(z.string()),
  steps: z.array(stepSchema),
  repeat: z.optional(z.boolean()),
});
