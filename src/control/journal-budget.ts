/** Something that holds bytes of a budget, oldest first. */
export interface BudgetHolder {
  /** Gives its oldest entry back; false when it holds none. */
  dropOldest(): boolean;
}

/** What all journals together may hold. */
export interface JournalBudget {
  readonly bytes: number;
  /** Takes bytes for `holder`, which thereby is the last one used; entries of the longest idle ones go in return. */
  take(holder: BudgetHolder, bytes: number): void;
  giveBack(bytes: number): void;
  leave(holder: BudgetHolder): void;
}

const DEFAULT_MAX_BYTES = 128 * 1024 * 1024;

export function createJournalBudget({ maxBytes = DEFAULT_MAX_BYTES }: { maxBytes?: number } = {}): JournalBudget {
  /** A set remembers the order: the longest idle holder comes first. */
  const holders = new Set<BudgetHolder>();
  let lastUsed: BudgetHolder | undefined;
  let held = 0;

  return {
    get bytes() {
      return held;
    },
    take: (holder, bytes) => {
      held += bytes;
      // Most calls in a row are of one session: they need not move it.
      if (holder !== lastUsed) {
        holders.delete(holder);
        holders.add(holder);
        lastUsed = holder;
      }
      while (held > maxBytes) {
        const [longestIdle] = holders;
        if (!longestIdle) return;
        if (!longestIdle.dropOldest()) leave(longestIdle);
      }
    },
    giveBack: (bytes) => {
      held -= bytes;
    },
    leave,
  };

  function leave(holder: BudgetHolder): void {
    holders.delete(holder);
    if (lastUsed === holder) lastUsed = undefined;
  }
}
