import { answerCall, type ApiOptions, type ApiContext } from '../../api/api.js';
import type { Answer, Answerer, Call, Route } from '../../api/call.js';
import type { InferenceHandler } from '../../api/inference.js';
import { profiles, type Profile } from '../../contract/profiles.js';
import type { Clock } from '../../core/clock.js';
import type { DownloadEngine, DownloadRequest } from '../../core/engine.js';
import type { Transition } from '../../core/foresight.js';
import type { JobSnapshot } from '../../core/job.js';
import type { ModelLibrary } from '../../core/model-library.js';
import type { Decision } from '../../core/simulation.js';
import { createEventLog, type Listeners, type EventLog } from '../events/events.js';
import { Faults, type FaultsContext } from '../faults/faults.js';
import type { FaultState } from '../faults/fault.js';
import type { JournalEntry } from '../journal/journal.js';
import { SessionClock, type AnswerDates, type ClockMode } from '../base/session-clock.js';
import { badSnapshot, type SessionSnapshot } from '../base/snapshot.js';
import type { EngineParts, EngineSetup } from './engine-setup.js';

export interface SessionStateOptions extends ApiOptions {
  /** Answers inference calls. */
  inference?: InferenceHandler | undefined;
  profile?: Profile;
  /** Answers in place of LM Studio's routes, behind the faults. */
  answerer?: Answerer | undefined;
  /** Creates the engine. @throws Error naming what is wrong with `saved` */
  makeEngine: (setup: EngineSetup) => EngineParts;
  seed: string;
  /** The initial time of the clock, in ms; the machine's time by default. */
  start?: number | undefined;
  /** Drives the clock while it runs; the machine's date by default. */
  timeSource?: Clock | undefined;
  clockMode?: ClockMode | undefined;
  /** Which clock the dates in answers are on; the session's by default. */
  dates?: AnswerDates | undefined;
}

/** The session of a state; it outlives a reset. */
export interface SessionStateContext {
  /** Absent until the first event log is created. */
  listeners: Listeners | undefined;
  /** Loads the code that formats journal entries, and returns a function that finds one. */
  lookupCalls(): Promise<(id: number) => JournalEntry | undefined>;
  /** Called after each decision. */
  changed(): void;
}

/**
 * The part of a session that a reset or a restore replaces: its engine, its clock and its faults. Parts are created
 * lazily: of ten thousand sessions most only answer calls.
 */
export class SessionState implements ApiContext, FaultsContext {
  readonly engine: DownloadEngine;
  readonly library: ModelLibrary;
  readonly clock: SessionClock;
  readonly seed: string;
  readonly profile: Profile;
  readonly explainFailures: boolean;
  readonly parts: EngineParts;
  readonly #options: SessionStateOptions;
  readonly #session: SessionStateContext;
  #faults: Faults | undefined;
  #events: EventLog | undefined;
  #closing: AbortController | undefined;

  /** Reads a replay token. @throws ControlError bad_snapshot */
  constructor(
    options: SessionStateOptions,
    session: SessionStateContext,
    snapshot: SessionSnapshot | undefined,
    usedJobIds?: number,
  ) {
    const { profile = profiles.documented, explainFailures = false } = snapshot ?? options;
    this.#options = options;
    this.#session = session;
    this.seed = snapshot?.seed ?? options.seed;
    this.profile = profile;
    this.explainFailures = explainFailures;
    this.clock = new SessionClock({
      source: options.timeSource,
      start: options.start,
      mode: options.clockMode,
      dates: options.dates,
      saved: snapshot?.clock,
    });
    this.parts = orBadSnapshot(snapshot, () => options.makeEngine({ ...this.#engineSetup(snapshot), usedJobIds }));
    this.engine = this.parts.engine;
    this.library = this.parts.library;
    if (snapshot) this.#faults = orBadSnapshot(snapshot, () => new Faults(this, snapshot.faults as FaultState));
  }

  /** Answers a client's call, through the faults and the routes. */
  answer(call: Call): Promise<Answer> {
    const { answerer = (passed: Call) => answerCall(passed, this) } = this.#options;
    return this.#faults ? this.#faults.pass(call, answerer) : answerer(call);
  }

  /** A job that polls have moved beyond the clock has a present of its own. */
  dateShiftOf({ aheadMs = 0 }: JobSnapshot): number {
    const { dateShift } = this.clock;
    return dateShift === undefined ? 0 : dateShift - aheadMs;
  }

  get faults(): Faults {
    return (this.#faults ??= new Faults(this));
  }

  get events(): EventLog {
    return (this.#events ??= this.#makeEvents());
  }

  /** Aborted when this state is replaced. */
  get closing(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends hanging calls, waits and event streams. */
  close(): void {
    this.#controller.abort();
  }

  /** Records an answered call, by its id in the journal. */
  called(callId: number): void {
    this.#listenedEvents?.called(callId);
  }

  /** Records that the clock was set, advanced or given another speed. */
  timeChanged(): void {
    this.#listenedEvents?.timeChanged();
  }

  /** The number of listeners. */
  listening(): number {
    return this.#events?.listening() ?? 0;
  }

  /** Whether it can answer as of an earlier time: only a simulation can; without one, stale answers are refused. */
  get knowsItsPast(): boolean {
    return this.parts.simulation !== undefined;
  }

  answerAsOf(msAgo: number): Answerer {
    const engine = this.parts.simulation!.engineAsOf(msAgo);
    return (call) => answerCall(call, this, engine);
  }

  findJob(jobId: string): Promise<{ model: string } | undefined> {
    return this.parts.jobs.find(jobId);
  }

  modelFor(request: DownloadRequest): string | undefined {
    return this.parts.simulation?.modelFor(request);
  }

  onError(error: unknown): void {
    this.#options.onError?.(error);
  }

  onUnknownRoute(route: Route, status: number): void {
    this.#options.onUnknownRoute?.(route, status);
  }

  get inference(): InferenceHandler | undefined {
    return this.#options.inference;
  }

  onNotImitated(route: Route): void {
    this.#options.onNotImitated?.(route);
  }

  get #controller(): AbortController {
    return (this.#closing ??= new AbortController());
  }

  /** The event log, if a caller has ever listened or waited, even in an earlier state of the session. */
  get #listenedEvents(): EventLog | undefined {
    return this.#session.listeners?.leftAt === undefined ? this.#events : this.events;
  }

  #makeEvents(): EventLog {
    const listeners = (this.#session.listeners ??= { lastId: 0, leftAt: undefined });
    return createEventLog({
      clock: this.clock,
      foresight: this.parts.simulation,
      lookupCalls: () => this.#session.lookupCalls(),
      listeners,
      closing: this.closing,
      onError: (error) => this.onError(error),
    });
  }

  #engineSetup(snapshot: SessionSnapshot | undefined): EngineSetup {
    return {
      clock: this.clock,
      seed: this.seed,
      saved: snapshot?.simulation,
      onDecision: (decision: Decision) => {
        this.clock.decided();
        this.#listenedEvents?.decided(decision);
        this.#session.changed();
      },
      onTransition: (transition: Transition) => this.#listenedEvents?.happened(transition),
      closing: () => this.closing,
    };
  }
}

function orBadSnapshot<Value>(snapshot: SessionSnapshot | undefined, make: () => Value): Value {
  if (!snapshot) return make();
  try {
    return make();
  } catch (error) {
    throw badSnapshot((error as Error).message, error);
  }
}
