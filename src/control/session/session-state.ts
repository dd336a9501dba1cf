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
  /** What answers the calls on which a model would run. */
  inference?: InferenceHandler | undefined;
  profile?: Profile;
  /** Answers in place of LM Studio's routes, behind the faults. */
  answerer?: Answerer | undefined;
  /** @throws Error naming what is wrong with `saved` */
  makeEngine: (setup: EngineSetup) => EngineParts;
  seed: string;
  /** The first time that the clock shows, in ms; the machine's time by default. */
  start?: number | undefined;
  /** Drives the clock while it runs; the machine's date by default. */
  timeSource?: Clock | undefined;
  clockMode?: ClockMode | undefined;
  /** Which clock the dates in answers are on; the session's by default. */
  dates?: AnswerDates | undefined;
}

/** The session that a state belongs to, which outlives a reset. */
export interface SessionStateContext {
  /** Absent until the first log of events is made. */
  listeners: Listeners | undefined;
  /** Loads what shows the journal's entries, and returns how to find one. */
  lookupCalls(): Promise<(id: number) => JournalEntry | undefined>;
  /** Called after each decision. */
  changed(): void;
}

/**
 * The part of a session that a reset or a restore replaces: its engine, its time and its faults. Parts are created
 * lazily: of ten thousand sessions most are only ever called.
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

  /** @throws ControlError bad_snapshot */
  constructor(options: SessionStateOptions, session: SessionStateContext, snapshot: SessionSnapshot | undefined) {
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
    this.parts = orBadSnapshot(snapshot, () => options.makeEngine(this.#engineSetup(snapshot)));
    this.engine = this.parts.engine;
    this.library = this.parts.library;
    if (snapshot) this.#faults = orBadSnapshot(snapshot, () => new Faults(this, snapshot.faults as FaultState));
  }

  /** Answers a client's call: faults and routes. */
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

  /** Aborted when this is replaced. */
  get closing(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends what hangs, waits and listens in here. */
  close(): void {
    this.#controller.abort();
  }

  /** Records a call that was answered, by its id in the journal. */
  called(callId: number): void {
    this.#listenedEvents?.called(callId);
  }

  /** Records that time was set or advanced, or runs at another speed. */
  timeChanged(): void {
    this.#listenedEvents?.timeChanged();
  }

  /** How many listeners there are. */
  listening(): number {
    return this.#events?.listening() ?? 0;
  }

  /** Whether it can answer as of the past: only a simulation can; without one, stale answers are refused. */
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

  /** The log, if a caller ever listened or waits, be it to the state before this one. */
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
