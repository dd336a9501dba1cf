/** A latch that may be opened before anything waits for it: one opening is kept until it is awaited. */
export interface Latch {
  open: () => void;
  /** Resolves when it is next opened, or at once where an opening is kept. */
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
