import { ControlError } from '../control/base/control-error.js';
import type { DockControl } from '../control/contract/dock-control.js';
import { appendReplayNote } from './replay-note.js';

/** A control whose errors end with how to restore the session. */
export interface Noted {
  /** The same session, with errors in the server's own words. */
  readonly plain: DockControl;
}

/**
 * Appends how to restore the session to errors about its state (a wait that timed out, a condition that can never
 * hold). Errors about a call (no such job, a wrong value) stay short, because they do not depend on the state.
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

/** Returns the same session without such notes, for callers that append the note themselves. */
export function withoutNotes(control: DockControl | (DockControl & Noted)): DockControl {
  return 'plain' in control ? control.plain : control;
}
