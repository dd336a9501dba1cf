import * as z from 'zod/mini';
import { failureCodes } from '../core/errors.js';
import { describeIssues } from '../core/issues.js';

/*
 * A scenario is plain data: it travels as JSON, on the command line and over the control API. These schemas are the one
 * source: the types are inferred from them, and a wrong scenario is refused with the path of the wrong value.
 */

const ms = z.number().check(z.int(), z.nonnegative());
const bytes = z.number().check(z.int(), z.nonnegative());
const fraction = (expected: string) => z.number().check(z.refine((value) => value >= 0 && value <= 1, expected));
const anyPlace = 'a fraction from 0 to 1, or {"bytes": whole number}';
/** A place in the file: a fraction of its size, or a number of bytes. */
const place = z.union([fraction(anyPlace), z.strictObject({ bytes })], anyPlace);
const code = z.enum(failureCodes);

const stepSchema = z.discriminatedUnion('type', [
  /** The job exists, no byte yet. */
  z.strictObject({ type: z.literal('connect'), ms }),
  /** Bytes arrive, up to `until` (the end by default). `wobble` is how far the speed strays from the mean: 0 to 1. */
  z.strictObject({
    type: z.literal('transfer'),
    bytesPerSecond: z.number().check(z.positive()),
    until: z.optional(place),
    wobble: z.optional(fraction('a number from 0 to 1')),
  }),
  /** Nothing arrives; without `ms`, forever. */
  z.strictObject({ type: z.literal('stall'), ms: z.optional(ms) }),
  /** The job is paused; without `ms`, until an operator resumes it. */
  z.strictObject({
    type: z.literal('pause'),
    ms: z.optional(ms),
    code: z.optional(code),
    reason: z.optional(z.string()),
  }),
  /** The job falls back to an earlier place. */
  z.strictObject({ type: z.literal('rewind'), to: place }),
  /** All bytes are there, the job is still downloading; without `ms`, forever. */
  z.strictObject({ type: z.literal('finalize'), ms: z.optional(ms) }),
  /** A recorded download, replayed: bytes reached, by milliseconds since the step began. */
  z.strictObject({
    type: z.literal('trace'),
    samples: z.array(z.tuple([ms, bytes])).check(z.minLength(1)),
  }),
  /** The job fails. The next job for the same model goes on with the steps after it. */
  z.strictObject({ type: z.literal('fail'), code, reason: z.optional(z.string()) }),
]);

export const scenarioSchema = z.strictObject({
  name: z.optional(z.string()),
  description: z.optional(z.string()),
  steps: z.array(stepSchema),
  /** Each retry runs the same steps again, instead of those after the `fail`. */
  repeat: z.optional(z.boolean()),
});

/** A place in the file: a fraction of its size (0 to 1), or a number of bytes. */
export type Place = number | { bytes: number };

/** One stretch of a download's scenario. Times are milliseconds of the job's active time. */
export type ScenarioStep = z.infer<typeof stepSchema>;

/**
 * The scenario of a download. What is missing at the end of the steps arrives at the pace of the last transfer.
 */
export type Scenario = z.infer<typeof scenarioSchema>;

/** A scenario that cannot be played; the message names each wrong value by its path, and what was expected there. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/**
 * Checks a scenario that came from outside: an object with `steps`, or just the array of steps.
 * @throws ScenarioError
 */
export function parseScenario(input: unknown): Scenario {
  const elapsed: unknown = Array.isArray(input) ? { steps: input } : input;
  const result = scenarioSchema.safeParse(elapsed);
  if (!result.success) refuse(describeIssues(result.error.issues, elapsed, 'the scenario'));
  const contradictions = findContradictions(result.data.steps);
  if (contradictions.length > 0) refuse(contradictions.map((line) => `  ${line}`).join('\n'));
  return result.data;
}

function refuse(faults: string): never {
  throw new ScenarioError(`This scenario cannot be played:\n${faults}`);
}

/** What no schema can say: the order of steps. */
function findContradictions(steps: readonly ScenarioStep[]): string[] {
  const faults: string[] = [];
  let endless: string | undefined;
  let complete = false;
  for (const [index, step] of steps.entries()) {
    const path = `steps[${index}]`;
    if (endless !== undefined) {
      faults.push(`${path}: nothing can follow ${endless}, which has no end; give that one "ms"`);
      break;
    }
    switch (step.type) {
      case 'stall':
        if (step.ms === undefined) endless = `the stall at ${path}`;
        break;
      case 'finalize':
        if (!complete)
          faults.push(`${path}: expected a transfer to the end before a finalize, when all bytes are there`);
        if (step.ms === undefined) endless = `the finalize at ${path}`;
        break;
      case 'transfer':
        complete ||= step.until === undefined || step.until === 1;
        break;
      case 'rewind':
        complete = false;
        break;
      case 'trace': {
        // Whether a recording reaches the end depends on the size of the model it is played for.
        complete = true;
        const falling = step.samples.findIndex(([ms, bytes], at) => {
          const [earlier, fewer] = step.samples[at - 1] ?? [0, 0];
          return ms < earlier || bytes < fewer;
        });
        if (falling !== -1) faults.push(`${path}.samples[${falling}]: expected times and bytes that never fall`);
        break;
      }
      case 'fail':
        complete = false;
        break;
      case 'connect':
      case 'pause':
        break;
    }
  }
  return faults;
}
