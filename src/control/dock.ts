import type { Answer, Call } from '../api/call.js';
import { refuseWithoutToken } from '../api/require-token.js';
import type { Audience } from './events/events.js';
import { Interior, type InteriorOptions, type Owner } from './interior.js';
import { Journal, type CallListener, type JournalBudget, type JournalEntry } from './journal/journal.js';
import { createOperator } from './operate.js';
import type { Operator } from './operator.js';
import { DEFAULT_SESSION } from './sessions/name.js';
import type { SessionSnapshot } from './sessions/snapshot.js';

export interface DockOptions extends InteriorOptions {
  /** The name of the engine, for the status. */
  engineName: string;
  /** The name of the session that this dock is. */
  session?: string;
  /** Asks LM Studio's routes for `Authorization: Bearer <token>`. */
  requireToken?: string | undefined;
  journalBudget?: JournalBudget | undefined;
  /** Opens the dock of a fork; without it there is no fork. */
  openFork?: ((snapshot: SessionSnapshot, session: string | undefined) => Promise<Operator>) | undefined;
  /** Told after each decision. */
  onChange?: ((dock: Dock) => void) | undefined;
  /** To begin from. */
  snapshot?: SessionSnapshot | undefined;
}

/**
 * One isolated world: what clients call, and what operates it. Nothing in it is shared with another. It is a class, and
 * so is all of it that a poll touches: a world of closures is several times as many places in memory, and where there are
 * ten thousand worlds each of them is a wait (docs/decisions/sessions.md).
 */
export class Dock implements Owner, CallListener {
  readonly session: string;
  audience: Audience | undefined = undefined;
  readonly #options: DockOptions;
  readonly #token: string | undefined;
  readonly #journal: Journal;
  #interior: Interior;
  #operator: ReturnType<typeof createOperator> | undefined;

  /** @throws ControlError bad_snapshot */
  constructor({ snapshot, ...options }: DockOptions) {
    this.#options = options;
    this.session = options.session ?? DEFAULT_SESSION;
    this.#token = options.requireToken;
    this.#interior = new Interior(options, this, snapshot);
    this.#journal = new Journal({
      session: this.session,
      clock: this.#interior.clock,
      budget: options.journalBudget,
      listener: this,
    });
  }

  /** Made when it is first asked for. */
  get operator(): Operator {
    return (this.#operator ??= this.#makeOperator());
  }

  /** Answers a client's call: journal, token, faults and routes, in this world. */
  answer(call: Call): Promise<Answer> {
    return this.#journal.record(call, (watched) => this.#enter(watched));
  }

  /** Whether somebody listens to it or waits for something in it. */
  isBusy(): boolean {
    return (this.#operator?.waiting() ?? 0) > 0 || this.#interior.listening() > 0;
  }

  /** Ends what hangs, waits and listens, and gives its journal back. */
  close(): void {
    this.#interior.close();
    this.#journal.dispose();
  }

  findCall(id: number): JournalEntry | undefined {
    return this.#journal.find(id);
  }

  answered(callId: number): void {
    this.#interior.called(callId);
  }

  changed(): void {
    this.#options.onChange?.(this);
  }

  async #enter(call: Call): Promise<Answer> {
    const refusal = this.#token === undefined ? undefined : refuseWithoutToken(call, this.#token);
    return refusal ?? this.#interior.answer(call);
  }

  #makeOperator(): ReturnType<typeof createOperator> {
    const { engineName, openFork } = this.#options;
    return createOperator({
      session: this.session,
      engineName,
      journal: this.#journal,
      interior: () => this.#interior,
      replace: (snapshot) => this.#replace(snapshot),
      changed: () => this.changed(),
      openFork,
    });
  }

  /** @throws ControlError bad_snapshot; then all stays as it was */
  #replace(snapshot: SessionSnapshot | undefined): void {
    const next = new Interior(this.#options, this, snapshot);
    this.#interior.close();
    this.#interior = next;
    this.#journal.clock = next.clock;
    if (snapshot === undefined) this.#journal.clear();
    this.changed();
  }
}
