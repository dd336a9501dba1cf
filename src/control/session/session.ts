import type { Answer, Call } from '../../api/call.js';
import { refuseWithoutToken } from '../../api/require-token.js';
import type { Simulation } from '../../core/simulation.js';
import type { SessionSnapshot } from '../base/snapshot.js';
import type { ControlOperations, DockControl } from '../contract/dock-control.js';
import type { Listeners } from '../events/events.js';
import { Journal, type CallListener, type JournalBudget, type JournalEntry } from '../journal/journal.js';
import { createLazyControl, type LazyControl } from './lazy-control.js';
import { DEFAULT_SESSION } from './session-name.js';
import { SessionState, type SessionStateContext, type SessionStateOptions } from './session-state.js';
import { takeSnapshot } from './take-snapshot.js';

export interface SessionOptions extends SessionStateOptions {
  /** The name of the engine, for the status. */
  engineName: string;
  /** `default` by default. */
  sessionName?: string;
  /** Requires `Authorization: Bearer <token>` on LM Studio's routes. */
  requireToken?: string | undefined;
  journalBudget?: JournalBudget | undefined;
  /** Opens the session of a fork; without it the session cannot be forked. */
  openFork?: ((snapshot: SessionSnapshot, sessionName: string | undefined) => Promise<DockControl>) | undefined;
  /** Called after each decision. */
  onChange?: ((session: Session) => void) | undefined;
  /** The state to start from. */
  snapshot?: SessionSnapshot | undefined;
}

/**
 * One isolated session: its answers to clients, and its control. Sessions share no state. It and all parts that a poll
 * uses are classes: a session of closures takes several times as many places in memory, and with ten thousand sessions
 * each of them is a cache miss (docs/decisions/sessions.md).
 */
export class Session implements SessionStateContext, CallListener {
  readonly sessionName: string;
  listeners: Listeners | undefined = undefined;
  #options: SessionOptions;
  readonly #token: string | undefined;
  readonly #journal: Journal;
  #state: SessionState;
  #control: LazyControl | undefined;

  /** Reads a replay token. @throws ControlError bad_snapshot */
  constructor({ snapshot, ...options }: SessionOptions) {
    this.#options = options;
    this.sessionName = options.sessionName ?? DEFAULT_SESSION;
    this.#token = options.requireToken;
    this.#state = new SessionState(options, this, snapshot);
    this.#journal = new Journal({
      session: this.sessionName,
      clock: this.#state.clock,
      budget: options.journalBudget,
      listener: this,
    });
  }

  /** Controls the session in process. */
  get control(): DockControl {
    return this.#lazyControl.control;
  }

  /** The operations behind the control's routes, for checked inputs. */
  get operations(): ControlOperations {
    return this.#lazyControl.operations;
  }

  /** Its simulation, where its downloads are simulated. */
  get simulation(): Simulation | undefined {
    return this.#state.parts.simulation;
  }

  /** Takes the snapshot of a simulated session without loading its control. */
  snapshot(): Promise<SessionSnapshot> {
    return takeSnapshot(this.#state, this.simulation!);
  }

  /** Begins with other options at its next reset. */
  changeSetup(setup: SessionStateOptions): void {
    this.#options = { ...this.#options, ...setup };
  }

  /** Answers a client's call, through the journal, the token check, the faults and the routes. */
  answer(call: Call): Promise<Answer> {
    return this.#journal.record(call, (watched) => this.#answerWatched(watched));
  }

  /** Whether a caller listens to its events or waits in it. */
  isBusy(): boolean {
    return (this.#control?.waiting() ?? 0) > 0 || this.#state.listening() > 0;
  }

  /** Ends hanging calls, waits and event streams, and releases its journal. */
  close(): void {
    this.#state.close();
    this.#journal.dispose();
  }

  lookupCalls(): Promise<(id: number) => JournalEntry | undefined> {
    return this.#journal.lookup();
  }

  answered(callId: number): void {
    this.#state.called(callId);
  }

  changed(): void {
    this.#options.onChange?.(this);
  }

  async #answerWatched(call: Call): Promise<Answer> {
    const refusal = this.#token === undefined ? undefined : await refuseWithoutToken(call, this.#token);
    return refusal ?? this.#state.answer(call);
  }

  get #lazyControl(): LazyControl {
    return (this.#control ??= this.#createControl());
  }

  #createControl(): LazyControl {
    const { engineName, openFork } = this.#options;
    return createLazyControl({
      sessionName: this.sessionName,
      engineName,
      journal: this.#journal,
      state: () => this.#state,
      replace: (snapshot) => this.#replace(snapshot),
      changed: () => this.changed(),
      openFork,
    });
  }

  /** @throws ControlError bad_snapshot; the state then stays as it was */
  #replace(snapshot: SessionSnapshot | undefined): void {
    // Ids of jobs go on: a poller that is left over from before does not find another job under its own id.
    const next = new SessionState(this.#options, this, snapshot, this.#state.parts.simulation?.usedJobIds());
    this.#state.close();
    this.#state = next;
    this.#journal.clock = next.clock;
    if (snapshot === undefined) this.#journal.clear();
    this.changed();
  }
}
