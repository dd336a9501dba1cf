import { describeIssues } from '../../core/issues.js';
import { withoutSchemaLine } from '../../core/schema-line.js';
import { ControlError } from '../base/control-error.js';
import { findContradictions } from './contradictions.js';
import type { Fault, FaultState } from './fault.js';
import { faultSchema, faultStateSchema } from './schema.js';

/**
 * Checks a fault that comes from outside.
 * @throws ControlError invalid_request, naming each wrong value by its path
 */
export function parseFault(input: unknown): Fault {
  const given = withoutSchemaLine(input);
  const result = faultSchema.safeParse(given);
  if (!result.success) refuse(describeIssues(result.error.issues, given, 'the fault'));
  const contradictions = findContradictions(result.data);
  if (contradictions.length > 0) refuse(contradictions.map((line) => `  ${line}`).join('\n'));
  // A copy, as plain data: a body may be any value, and the caller may change the original later.
  return JSON.parse(JSON.stringify(result.data)) as Fault;
}

function refuse(wrong: string): never {
  throw new ControlError(400, 'invalid_request', `Cannot use this fault:\n${wrong}`);
}

/** @throws ControlError bad_snapshot, naming each wrong value by its path */
export function parseFaultState(input: unknown): FaultState {
  const result = faultStateSchema.safeParse(input);
  if (!result.success) refuseState(describeIssues(result.error.issues, input, 'the faults'));
  let latest = 0;
  for (const [index, { id, fault }] of result.data.faults.entries()) {
    const number = Number(/^fault-(\d+)$/.exec(id)?.[1]);
    if (!(number > latest && number <= result.data.added)) {
      refuseState(
        `  faults[${index}].id: expected ids that rise up to fault-${result.data.added}, found ${JSON.stringify(id)}`,
      );
    }
    latest = number;
    const contradictions = findContradictions(fault);
    if (contradictions.length > 0) refuseState(contradictions.map((line) => `  ${id}: ${line}`).join('\n'));
  }
  return result.data;
}

function refuseState(wrong: string): never {
  throw new ControlError(400, 'bad_snapshot', `Cannot use the faults of this snapshot:\n${wrong}`);
}
