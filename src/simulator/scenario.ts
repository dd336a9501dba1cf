import type { FailureCode } from '../core/errors.js';
import { describeIssues } from '../core/issues.js';
import { withoutSchemaLine } from '../core/schema-line.js';
import { scenarioSchema } from './scenario-schema.js';

/*
 * A scenario is plain data: it travels as JSON, on the command line and over the control API. scenario-schema.ts checks it;
 * a test compares these types with the schemas.
 */

/** A place in the file: a fraction of its size (0 to 1), or a number of bytes. */
export type Place = number | { bytes: number };

/** One stretch of a download's scenario. Times are whole milliseconds of the job's active time. */
export type ScenarioStep =
  /** The job exists, and has no bytes yet. */
  | { type: 'connect'; ms: number }
  /** Bytes arrive, up to `until` (the end by default). */
  | {
      type: 'transfer';
      bytesPerSecond: number;
      until?: Place | undefined;
      /** How far the speed strays from the mean: 0 to 1. 0 by default. */
      wobble?: number | undefined;
    }
  /** No bytes arrive; without `ms`, forever. */
  | { type: 'stall'; ms?: number | undefined }
  /** The job is paused; without `ms`, until the control API resumes it. */
  | { type: 'pause'; ms?: number | undefined; code?: FailureCode | undefined; reason?: string | undefined }
  /** The progress falls back to an earlier place. */
  | { type: 'rewind'; to: Place }
  /** All bytes have arrived, and the job is still downloading; without `ms`, forever. */
  | { type: 'finalize'; ms?: number | undefined }
  /** Replays a recorded download: bytes reached, by milliseconds since the step began. */
  | { type: 'trace'; samples: [ms: number, bytes: number][] }
  /** The job fails. The next job for the same model continues with the steps after it. */
  | { type: 'fail'; code: FailureCode; reason?: string | undefined };

/**
 * The scenario of a download. What is missing at the end of the steps arrives at the pace of the last transfer.
 * @example
 * const stallsAtTheEnd: Scenario = {
 *   steps: [
 *     { type: 'connect', ms: 250 },
 *     { type: 'transfer', bytesPerSecond: 40_000_000, until: 0.99 },
 *     { type: 'stall' },
 *   ],
 * };
 * const dock = createDock({ scenario: stallsAtTheEnd });
 */
export interface Scenario {
  name?: string | undefined;
  description?: string | undefined;
  /** In the order in which they are played. */
  steps: ScenarioStep[];
  /** Each retry runs the same steps again, instead of those after the `fail`; `false` by default. */
  repeat?: boolean | undefined;
}

/** An error about an invalid scenario; the message names each wrong value by its path, and what was expected there. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/**
 * Checks a scenario that comes from outside: an object with `steps`, or just the array of steps.
 * @throws ScenarioError
 */
export function parseScenario(input: unknown): Scenario {
  const spelled: unknown = Array.isArray(input) ? { steps: input } : withoutSchemaLine(input);
  const result = scenarioSchema.safeParse(spelled);
  if (!result.success) refuse(describeIssues(result.error.issues, spelled, 'the scenario'));
  const contradictions = findContradictions(result.data.steps);
  if (contradictions.length > 0) refuse(contradictions.map((line) => `  ${line}`).join('\n'));
  return result.data;
}

function refuse(faults: string): never {
  throw new ScenarioError(`Cannot play this scenario:\n${faults}`);
}

/** Finds mistakes in the order of steps, which a schema cannot express. */
function findContradictions(steps: readonly ScenarioStep[]): string[] {
  const faults: string[] = [];
  let endless: string | undefined;
  let complete = false;
  for (const [index, step] of steps.entries()) {
    const path = `steps[${index}]`;
    if (endless !== undefined) {
      faults.push(`${path}: expected no step after ${endless}, which has no end. Give that step "ms"`);
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
        // Whether a recording reaches the end depends on the size of the model.
        complete = true;
        const falling = step.samples.findIndex(([ms, bytes], at) => {
          const [earlier, fewer] = step.samples[at - 1] ?? [0, 0];
          return ms < earlier || bytes < fewer;
        });
        if (falling !== -1) faults.push(`${path}.samples[${falling}]: expected times and bytes that never decrease`);
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
