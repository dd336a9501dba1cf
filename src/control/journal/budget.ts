const DEFAULT_MAX_BYTES = 128 * 1024 * 1024;

/**
 * A member of a budget, with links to its neighbours in the order of use. The links are in the member, not in a list
 * beside it: with ten thousand sessions no memory is in the cache, and each access that is saved saves a wait.
 */
export abstract class BudgetMember {
  /** The member used before it; set by the budget only, like the next two. */
  before: BudgetMember | undefined = undefined;
  after: BudgetMember | undefined = undefined;
  isListed = false;

  /** Drops the oldest entry and returns its bytes to the budget; false if there is none. */
  abstract dropOldest(): boolean;
}

/** The limit of bytes for all journals together. */
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

  /**
   * Takes bytes for a member and marks it as used last; over the limit, entries of the members idle longest are
   * dropped.
   */
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

  /** Skips a member when bytes are needed, until it takes some again. */
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
