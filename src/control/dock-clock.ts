/** A clock as an operator sees it. */
export interface ClockStatus {
  /** Milliseconds since the epoch. */
  now: number;
  /** The same as a date. */
  date: string;
  /** Virtual milliseconds per real one; 0 is frozen. */
  speed: number;
}

export interface DockClock {
  status(): ClockStatus;
  /** Moves the clock forward, frozen or running. @throws RangeError for anything but a finite number of ms, 0 or more */
  advance(ms: number): Promise<ClockStatus>;
}
