import { ControlError } from '../control/base/control-error.js';
import type { DockControl } from '../control/contract/dock-control.js';
import { appendReplayNote } from './replay-note.js';

/** A control whose errors end with how to bring the world back. */
export interface Noted {
  /** The same session, with errors as the server words them. */
  readonly plain: DockControl;
}

/**
 * Makes the errors that tell of the world (it did not come so far, or never will) end with how to bring it back. Those
 * that tell of the call (no such job, a wrong value) stay short: the world is not what was wrong.
 */
export function noteFailures<Plain extends DockControl>(control: Plain): Plain & Noted {
  const noted = async <Result>(asked: Promise<Result>): Promise<Result> => {
    try {
      return await asked;
    } catch (error) {
      const isOfWorld = error instanceof ControlError && (error.code === 'timeout' || error.code === 'never');
      if (isOfWorld) await appendReplayNote(error, control);
      throw error;
    }
  };
  return {
    ...control,
    plain: control,
    clock: { ...control.clock, advance: (step) => noted(control.clock.advance(step)) },
    jobs: { ...control.jobs, wait: (...asked) => noted(control.jobs.wait(...asked)) },
  };
}

/** The same session without notes, for callers that end their own messages with how to bring the world back. */
export function withoutNotes(control: DockControl | (DockControl & Noted)): DockControl {
  return 'plain' in control ? control.plain : control;
}
