import { speedOver } from '../../core/speed-and-estimate.js';

/** Measures how fast bytes arrive. Time counts only while it runs. */
export interface ProgressCounters {
  /** Starts counting time. */
  run(): void;
  /** Pauses: the time until the next `run` does not count. */
  hold(): void;
  add(bytes: number): void;
  /** Returns bytes per second, over the window that ends now. */
  speed(): number;
}

interface Mark {
  /** Active time. */
  at: number;
  bytes: number;
}

/** Into how many parts a window is divided. */
const MARKS = 200;

/** @param monotonic the time in milliseconds, which never goes back */
export function createProgress(monotonic: () => number, windowMs: number): ProgressCounters {
  const grainMs = windowMs / MARKS;
  let marks: Mark[] = [{ at: 0, bytes: 0 }];
  let total = 0;
  let lastAt = 0;
  let began: number | undefined;
  let runningSince: number | undefined;
  /** Active time up to the last pause. */
  let held = 0;

  const active = (): number => held + (runningSince === undefined ? 0 : monotonic() - runningSince);

  return {
    run: () => {
      runningSince ??= monotonic();
      began ??= active();
    },
    hold: () => {
      held = active();
      runningSince = undefined;
    },
    add: (bytes) => {
      const now = active();
      if (now - marks.at(-1)!.at >= grainMs) {
        // After a silence, the bytes that arrive now did not arrive during it.
        if (now - lastAt > grainMs) marks.push({ at: lastAt, bytes: total }, { at: now, bytes: total });
        total += bytes;
        marks.push({ at: now, bytes: total });
        if (marks.length > 4 * MARKS) marks = marks.filter(({ at }) => at >= now - windowMs - grainMs);
      } else total += bytes;
      lastAt = now;
    },
    speed: () => (began === undefined ? 0 : speedOver(transferredAt, began, active(), windowMs)),
  };

  function transferredAt(moment: number): number {
    const index = marks.findLastIndex(({ at }) => at <= moment);
    const before = marks[index];
    const after = marks[index + 1];
    if (moment >= active() || after === undefined) return total;
    // Marks older than the window are dropped.
    if (before === undefined) return after.bytes;
    const share = (moment - before.at) / (after.at - before.at);
    return before.bytes + (after.bytes - before.bytes) * share;
  }
}
