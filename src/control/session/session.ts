import type { Answer, Call } from '../../api/call.js';
import { refuseWithoutToken } from '../../api/require-token.js';
import type { Audience } from '../events/events.js';
import { SessionState, type SessionStateOptions, type SessionStateOwner } from './session-state.js';
import { Journal, type CallListener, type JournalBudget, type JournalEntry } from '../journal/journal.js';
import { createLocalControl } from './local-control.js';
import type { DockControl } from '../contract/dock-control.js';
import { DEFAULT_SESSION } from './session-name.js';
import type { SessionSnapshot } from '../base/snapshot.js';

export interface SessionOptions extends SessionStateOptions {
  /** The name of the engine, for the status. */
  engineName: string;
  /** The name of the session that this dock is. */
  session?: string;
  /** Asks LM Studio's routes for `Authorization: Bearer <token>`. */
  requireToken?: string | undefined;
  journalBudget?: JournalBudget | undefined;
  /** Opens the dock of a fork; without it there is no fork. */
  openFork?: ((snapshot: SessionSnapshot, session: string | undefined) => Promise<DockControl>) | undefined;
  /** Told after each decision. */
  onChange?: ((dock: Session) => void) | undefined;
  /** To begin from. */
  snapshot?: SessionSnapshot | undefined;
}

/**
 * One isolated world: what clients call, and what operates it. Nothing in it is shared with another. It is a class, and
 * so is all of it that a poll touches: a world of closures is several times as many places in memory, and where there are
 * ten thousand worlds each of them is a wait (docs/decisions/sessions.md).
 */
export class Session implements SessionStateOwner, CallListener {
  readonly session: string;
  audience: Audience | undefined = undefined;
  readonly #options: SessionOptions;
  readonly #token: string | undefined;
  readonly #journal: Journal;
  #state: SessionState;
  #control: ReturnType<typeof createLocalControl> | undefined;

  /** @throws ControlError bad_snapshot */
  constructor({ snapshot, ...options }: SessionOptions) {
    this.#options = options;
    this.session = options.session ?? DEFAULT_SESSION;
    this.#token = options.requireToken;
    this.#state = new SessionState(options, this, snapshot);
    this.#journal = new Journal({
      session: this.session,
      clock: this.#state.clock,
      budget: options.journalBudget,
      listener: this,
    });
  }

  /** Made when it is first asked for. */
  get control(): DockControl {
    return (this.#control ??= this.#makeOperator());
  }

  /** Answers a client's call: journal, token, faults and routes, in this world. */
  answer(call: Call): Promise<Answer> {
    return this.#journal.record(call, (watched) => this.#enter(watched));
  }

  /** Whether somebody listens to it or waits for something in it. */
  isBusy(): boolean {
    return (this.#control?.waiting() ?? 0) > 0 || this.#state.listening() > 0;
  }

  /** Ends what hangs, waits and listens, and gives its journal back. */
  close(): void {
    this.#state.close();
    this.#journal.dispose();
  }

  findCall(id: number): JournalEntry | undefined {
    return this.#journal.find(id);
  }

  answered(callId: number): void {
    this.#state.called(callId);
  }

  changed(): void {
    this.#options.onChange?.(this);
  }

  #enter(call: Call): Promise<Answer> {
    const refusal = this.#token === undefined ? undefined : refuseWithoutToken(call, this.#token);
    return refusal ? Promise.resolve(refusal) : this.#state.answer(call);
  }

  #makeOperator(): ReturnType<typeof createLocalControl> {
    const { engineName, openFork } = this.#options;
    return createLocalControl({
      session: this.session,
      engineName,
      journal: this.#journal,
      state: () => this.#state,
      replace: (snapshot) => this.#replace(snapshot),
      changed: () => this.changed(),
      openFork,
    });
  }

  /** @throws ControlError bad_snapshot; then all stays as it was */
  #replace(snapshot: SessionSnapshot | undefined): void {
    const next = new SessionState(this.#options, this, snapshot);
    this.#state.close();
    this.#state = next;
    this.#journal.clock = next.clock;
    if (snapshot === undefined) this.#journal.clear();
    this.changed();
  }
}
