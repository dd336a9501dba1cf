import * as z from 'zod/mini';
import { failureCodes } from '../../core/errors.js';
import type { StartMoment } from '../../core/simulation.js';
import { LONGEST_PATTERN } from '../../core/text-pattern.js';
import { answerDates } from '../base/session-clock.js';

/* The schemas of inputs of the control API. Its answers are the results of the control's methods, as JSON. */

const ms = z.int().check(z.nonnegative());
const fraction = z.number().check(z.minimum(0), z.maximum(1));
const pattern = z.string().check(z.maxLength(LONGEST_PATTERN));
const status = z.enum(['downloading', 'paused', 'completed', 'failed']);

const condition = z.union(
  [
    z.enum(['next-transition', 'idle']),
    z.strictObject({ job: z.string(), progress: fraction }),
    z.strictObject({ job: z.string(), bytes: ms }),
    z.strictObject({ job: z.string(), status }),
    z.strictObject({ model: pattern, progress: fraction }),
    z.strictObject({ model: pattern, bytes: ms }),
    z.strictObject({ model: pattern, status }),
  ],
  '"next-transition", "idle", or {"job": id} or {"model": name} with one of "progress" (0 to 1), "bytes" and "status"',
);

export const advanceBody = z.union(
  [z.strictObject({ ms }), z.strictObject({ until: condition })],
  'either {"ms": whole number}, or {"until": …} with "next-transition", "idle", or {"job": id} or {"model": name} and one of "progress" (0 to 1), "bytes" and "status"',
);

export const clockBody = z.strictObject({
  mode: z.optional(z.enum(['running', 'frozen', 'polls'])),
  speed: z.optional(z.number().check(z.positive())),
  stepMs: z.optional(z.int().check(z.positive())),
  now: z.optional(z.union([z.int(), z.string()], 'milliseconds or a date')),
  dates: z.optional(z.enum(answerDates)),
});

export const failBody = z.strictObject({ code: z.enum(failureCodes), reason: z.optional(z.string()) });

/** A moment of a download; the simulator checks more of it. */
const moment = z.custom<StartMoment>(
  (given: unknown) => given !== null && ['number', 'string', 'object'].includes(typeof given),
);

export const LONGEST_WAIT_MS = 600_000;

export const waitQuery = z.strictObject({
  status: z.optional(status),
  progress: z.optional(fraction),
  timeoutMs: z.optional(z.int().check(z.nonnegative(), z.maximum(LONGEST_WAIT_MS))),
});

export const waitForQuery = z.strictObject({ model: pattern, ...waitQuery.shape });

export const settledQuery = z.strictObject({ timeoutMs: waitQuery.shape.timeoutMs });

/** The scenarios and moments themselves are the simulator's to check. */
export const scenarioBody = z.strictObject({
  scenario: z.optional(z.unknown()),
  rules: z.optional(z.array(z.strictObject({ model: pattern, scenario: z.unknown() }))),
  hold: z.optional(z.record(pattern, moment)),
});

export const startBody = z.strictObject({
  model: z.string(),
  quantization: z.optional(z.string()),
  at: z.optional(moment),
  hold: z.optional(moment),
});

export const modelBody = z.strictObject({ model: z.string(), quantization: z.optional(z.string()) });

export const sessionBody = z.strictObject({ session: z.string() });

export const forkBody = z.strictObject({ session: z.optional(z.string()) });

export const eventsQuery = z.strictObject({ after: z.optional(z.int().check(z.nonnegative())) });

export const noQuery = z.strictObject({});
