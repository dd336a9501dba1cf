/** What all journals together may hold. */
export interface JournalBudget {
  readonly bytes: number;
  /**
   * Takes part in it.
   * @param dropOldest gives an entry's bytes back; false when there is none
   */
  join(dropOldest: () => boolean): BudgetShare;
}

/** One journal's part in it. */
export interface BudgetShare {
  /** Takes bytes, and so is the last one used; entries of the longest idle ones go in return. */
  take(bytes: number): void;
  giveBack(bytes: number): void;
  /** Is passed over when bytes are wanted, until it takes some again. */
  leave(): void;
}

/** A place in the order of use. A list, because a set that is moved about in so much grows slow to read from its start. */
interface Place {
  readonly dropOldest: () => boolean;
  listed: boolean;
  before: Place | undefined;
  after: Place | undefined;
}

const DEFAULT_MAX_BYTES = 128 * 1024 * 1024;

export function createJournalBudget({ maxBytes = DEFAULT_MAX_BYTES }: { maxBytes?: number } = {}): JournalBudget {
  let longestIdle: Place | undefined;
  let lastUsed: Place | undefined;
  let held = 0;

  return {
    get bytes() {
      return held;
    },
    join: (dropOldest) => {
      const place: Place = { dropOldest, listed: false, before: undefined, after: undefined };
      return {
        take: (bytes) => {
          held += bytes;
          use(place);
          while (held > maxBytes && longestIdle) {
            if (!longestIdle.dropOldest()) remove(longestIdle);
          }
        },
        giveBack: (bytes) => {
          held -= bytes;
        },
        leave: () => remove(place),
      };
    },
  };

  function use(place: Place): void {
    if (place === lastUsed) return;
    remove(place);
    place.listed = true;
    place.before = lastUsed;
    if (lastUsed) lastUsed.after = place;
    else longestIdle = place;
    lastUsed = place;
  }

  function remove(place: Place): void {
    if (!place.listed) return;
    const { before, after } = place;
    if (before) before.after = after;
    else longestIdle = after;
    if (after) after.before = before;
    else lastUsed = before;
    place.listed = false;
    place.before = place.after = undefined;
  }
}
