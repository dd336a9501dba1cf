/** A latch that may be opened before a caller waits for it: one opening is kept. */
export interface Latch {
  open: () => void;
  /** Resolves when it is next opened, or at once if an opening was kept. */
  opened: () => Promise<void>;
}

export function createLatch(): Latch {
  let kept = false;
  let resolveWait: (() => void) | undefined;

  return {
    open: () => {
      kept = resolveWait === undefined;
      resolveWait?.();
      resolveWait = undefined;
    },
    opened: () =>
      new Promise((resolve) => {
        if (kept) resolve();
        else resolveWait = resolve;
        kept = false;
      }),
  };
}
