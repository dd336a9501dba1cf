/** Segments whose request failed, and until when they are left alone. Others are fetched meanwhile. */
export interface Holds {
  /** Counts a failure; returns how many there were in a row. */
  failed(segment: number): number;
  hold(segment: number, until: number): void;
  isHeld(segment: number, now: number): boolean;
  /** A byte of it came. */
  forget(segment: number): void;
}

export function createHolds(): Holds {
  const held = new Map<number, { failures: number; until: number }>();
  return {
    failed(segment) {
      const failures = (held.get(segment)?.failures ?? 0) + 1;
      held.set(segment, { failures, until: 0 });
      return failures;
    },
    hold(segment, until) {
      const entry = held.get(segment);
      if (entry !== undefined) entry.until = until;
    },
    isHeld: (segment, now) => now < (held.get(segment)?.until ?? 0),
    forget(segment) {
      if (held.size > 0) held.delete(segment);
    },
  };
}
