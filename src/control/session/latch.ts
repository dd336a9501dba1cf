/** Something to wait for that may happen before anybody waits: a ring is kept until it is heard. */
export interface Latch {
  open: () => void;
  /** Resolves at the next ring, or at once where one is kept. */
  opened: () => Promise<void>;
}

export function createLatch(): Latch {
  let kept = false;
  let hear: (() => void) | undefined;

  return {
    open: () => {
      kept = hear === undefined;
      hear?.();
      hear = undefined;
    },
    opened: () =>
      new Promise((resolve) => {
        if (kept) resolve();
        else hear = resolve;
        kept = false;
      }),
  };
}
