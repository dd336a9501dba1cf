const DEFAULT_MAX_BYTES = 128 * 1024 * 1024;

/**
 * One of those that share a budget, and its neighbours in the order of use. They are kept in it, not in a list beside
 * it: with ten thousand sessions no place is in the cache, and each that a call need not touch is a wait less.
 */
export abstract class BudgetMember {
  /** The one used before it; the budget's own business, like the next two. */
  before: BudgetMember | undefined = undefined;
  after: BudgetMember | undefined = undefined;
  isListed = false;

  /** Gives an entry's bytes back; false when there is none. */
  abstract dropOldest(): boolean;
}

/** The bytes that all journals together may hold. */
export class JournalBudget {
  readonly #maxBytes: number;
  #held = 0;
  #longestIdle: BudgetMember | undefined;
  #lastUsed: BudgetMember | undefined;

  /** @param maxBytes 128 MiB by default */
  constructor({ maxBytes = DEFAULT_MAX_BYTES }: { maxBytes?: number } = {}) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#held;
  }

  /** Takes bytes for one that so is the last used; entries of the longest idle go in return. */
  take(member: BudgetMember, bytes: number): void {
    this.#held += bytes;
    if (member !== this.#lastUsed) {
      this.leave(member);
      this.#append(member);
    }
    while (this.#held > this.#maxBytes && this.#longestIdle) {
      if (!this.#longestIdle.dropOldest()) this.leave(this.#longestIdle);
    }
  }

  giveBack(bytes: number): void {
    this.#held -= bytes;
  }

  /** Passes over one when bytes are wanted, until it takes some again. */
  leave(member: BudgetMember): void {
    if (!member.isListed) return;
    const { before, after } = member;
    if (before) before.after = after;
    else this.#longestIdle = after;
    if (after) after.before = before;
    else this.#lastUsed = before;
    member.isListed = false;
    member.before = member.after = undefined;
  }

  #append(member: BudgetMember): void {
    member.isListed = true;
    member.before = this.#lastUsed;
    if (this.#lastUsed) this.#lastUsed.after = member;
    else this.#longestIdle = member;
    this.#lastUsed = member;
  }
}
