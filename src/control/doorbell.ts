/** Something to wait for that may happen before anybody waits: a ring is kept until it is heard. */
export interface Doorbell {
  ring: () => void;
  /** Resolves at the next ring, or at once where one is kept. */
  rung: () => Promise<void>;
}

export function createDoorbell(): Doorbell {
  let kept = false;
  let hear: (() => void) | undefined;

  return {
    ring: () => {
      kept = hear === undefined;
      hear?.();
      hear = undefined;
    },
    rung: () =>
      new Promise((resolve) => {
        if (kept) resolve();
        else hear = resolve;
        kept = false;
      }),
  };
}
