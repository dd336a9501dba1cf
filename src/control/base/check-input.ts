import type * as z from 'zod/mini';
import { describeIssues } from '../../core/issues.js';
import { ControlError } from './control-error.js';

/**
 * Checks an input by a schema. Values that are `undefined` are left out, as in JSON. @throws ControlError
 * invalid_request
 */
export function checkInput<Value>(schema: z.ZodMiniType<Value>, input: unknown): Given<Value> {
  const result = schema.safeParse(input);
  if (!result.success) {
    const faults = describeIssues(result.error.issues, input, 'the input');
    throw new ControlError(400, 'invalid_request', `Cannot use this input:\n${faults}`);
  }
  return leaveOutUndefined(result.data);
}

/** Removes `undefined` from the types of optional fields, where zod's types include it. */
export type Given<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };

function leaveOutUndefined<Value>(value: Value): Given<Value> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value as Given<Value>;
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Given<Value>;
}
