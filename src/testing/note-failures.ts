import { ControlError } from '../control/control-error.js';
import type { Operator } from '../control/operator.js';
import { appendReplayNote } from './replay-note.js';

export interface Noted {
  /** The same session, with errors as the server words them. */
  readonly plain: Operator;
}

/**
 * Makes the errors that tell of the world (it did not come so far, or never will) end with how to bring it back. Those
 * that tell of the call (no such job, a wrong value) stay short: the world is not what was wrong.
 */
export function noteFailures<Plain extends Operator>(operator: Plain): Plain & Noted {
  const noted = async <Result>(asked: Promise<Result>): Promise<Result> => {
    try {
      return await asked;
    } catch (error) {
      const isOfWorld = error instanceof ControlError && (error.code === 'timeout' || error.code === 'never');
      if (isOfWorld) await appendReplayNote(error, operator);
      throw error;
    }
  };
  return {
    ...operator,
    plain: operator,
    clock: { ...operator.clock, advance: (step) => noted(operator.clock.advance(step)) },
    jobs: { ...operator.jobs, wait: (...asked) => noted(operator.jobs.wait(...asked)) },
  };
}

/** The same session, for those who end their own messages with how to bring the world back. */
export function withoutNotes(operator: Operator | (Operator & Noted)): Operator {
  return 'plain' in operator ? operator.plain : operator;
}
