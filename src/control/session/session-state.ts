import { answerCall, type ApiOptions, type ApiContext } from '../../api/api.js';
import type { Answer, Answerer, Call, Route } from '../../api/call.js';
import { profiles, type Profile } from '../../contract/profiles.js';
import type { DownloadEngine, DownloadRequest } from '../../core/engine.js';
import type { Transition } from '../../core/foresight.js';
import type { ModelLibrary } from '../../core/model-library.js';
import type { Decision } from '../../core/simulation.js';
import { createEventLog, type Audience, type EventLog } from '../events/events.js';
import { Faults, type FaultsContext } from '../faults/faults.js';
import type { FaultState } from '../faults/fault.js';
import type { JournalEntry } from '../journal/journal.js';
import { SessionClock, type ClockMode } from '../base/session-clock.js';
import { badSnapshot, type SessionSnapshot } from '../base/snapshot.js';
import type { EngineParts, EngineSetup } from './engine-setup.js';

export interface SessionStateOptions extends ApiOptions {
  profile?: Profile;
  /** @throws Error naming what is wrong with `saved` */
  makeEngine: (plan: EngineSetup) => EngineParts;
  seed: string;
  /** What the clock shows first, in ms; the machine's time by default. */
  start?: number | undefined;
  clockMode?: ClockMode | undefined;
}

/** Whose world it is: what outlives a reset. */
export interface SessionStateOwner {
  /** Absent until the first log of events is made. */
  audience: Audience | undefined;
  findCall(id: number): JournalEntry | undefined;
  /** To be told after each decision. */
  changed(): void;
}

/**
 * What a reset or a restore replaces: a world, its time and its faults. What nobody has asked for is not made: of ten
 * thousand sessions most are only ever called.
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
  readonly #owner: SessionStateOwner;
  #faults: Faults | undefined;
  #events: EventLog | undefined;
  #closing: AbortController | undefined;

  /** @throws ControlError bad_snapshot */
  constructor(options: SessionStateOptions, owner: SessionStateOwner, snapshot: SessionSnapshot | undefined) {
    const { profile = profiles.documented, explainFailures = false } = snapshot ?? options;
    this.#options = options;
    this.#owner = owner;
    this.seed = snapshot?.seed ?? options.seed;
    this.profile = profile;
    this.explainFailures = explainFailures;
    this.clock = new SessionClock({ start: options.start, mode: options.clockMode, saved: snapshot?.clock });
    this.parts = orBadSnapshot(snapshot, () => options.makeEngine(this.#plan(snapshot)));
    this.engine = this.parts.engine;
    this.library = this.parts.library;
    if (snapshot) this.#faults = orBadSnapshot(snapshot, () => new Faults(this, snapshot.faults as FaultState));
  }

  /** Answers a client's call: faults and routes. */
  answer(call: Call): Promise<Answer> {
    return this.#faults ? this.#faults.pass(call, (passed) => answerCall(passed, this)) : answerCall(call, this);
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

  /** To be told of each call that was answered, by its id in the journal. */
  called(callId: number): void {
    this.#heardEvents?.called(callId);
  }

  /** To be told when time was set or advanced, or runs at another speed. */
  timeChanged(): void {
    this.#heardEvents?.timeChanged();
  }

  /** How many listeners there are. */
  listening(): number {
    return this.#events?.listening() ?? 0;
  }

  /** Only a simulation knows its past; without one, stale answers are refused. */
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

  get #controller(): AbortController {
    return (this.#closing ??= new AbortController());
  }

  /** The log, if anybody ever listened or waits, be it to the world before this one. */
  get #heardEvents(): EventLog | undefined {
    return this.#owner.audience?.heardAt === undefined ? this.#events : this.events;
  }

  #makeEvents(): EventLog {
    const audience = (this.#owner.audience ??= { lastId: 0, heardAt: undefined });
    return createEventLog({
      clock: this.clock,
      foresight: this.parts.simulation,
      findCall: (id) => this.#owner.findCall(id),
      audience,
      closing: this.closing,
      onError: (error) => this.onError(error),
    });
  }

  #plan(snapshot: SessionSnapshot | undefined): EngineSetup {
    return {
      clock: this.clock,
      seed: this.seed,
      saved: snapshot?.simulation,
      onDecision: (decision: Decision) => {
        this.clock.decided();
        this.#heardEvents?.decided(decision);
        this.#owner.changed();
      },
      onTransition: (transition: Transition) => this.#heardEvents?.happened(transition),
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
