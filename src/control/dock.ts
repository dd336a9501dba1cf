import { LmStudioRoutes, type ApiOptions } from '../api/api.js';
import type { Answer, Answerer, Call } from '../api/call.js';
import { refuseWithoutToken } from '../api/require-token.js';
import { profiles } from '../contract/profiles.js';
import type { DownloadEngine } from '../core/engine.js';
import type { Decision } from '../core/simulation.js';
import { createCallDescriber } from './describe-call.js';
import { createEventLog, type Audience } from './events.js';
import { Faults } from './fault-link.js';
import type { FaultState } from './faults.js';
import { Journal, type JournalBudget } from './journal.js';
import { createOperator } from './operate.js';
import type { Operator } from './operator.js';
import { SessionClock, type ClockMode } from './session-clock.js';
import { badSnapshot, type SessionSnapshot } from './snapshot.js';
import type { Interior, World, WorldPlan } from './world.js';

export interface DockOptions extends Omit<ApiOptions, 'engine' | 'shelf'> {
  /** @throws Error naming what is wrong with `saved` */
  makeWorld: (plan: WorldPlan) => World;
  /** The name of the engine, for the status. */
  engineName: string;
  seed: string;
  /** The name of the session that this dock is. */
  session?: string;
  /** What the clock shows first, in ms; the machine's time by default. */
  start?: number | undefined;
  clockMode?: ClockMode | undefined;
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
 * so is all of it that a poll touches: a world of closures is ten times as many places in memory, and where there are
 * ten thousand worlds each of them is a wait.
 */
export class Dock {
  readonly session: string;
  readonly #options: DockOptions;
  readonly #token: string | undefined;
  readonly #journal: Journal;
  readonly #audience: Audience = { lastId: 0, heardAt: undefined };
  #interior: Interior;
  #operator: ReturnType<typeof createOperator> | undefined;

  /** @throws ControlError bad_snapshot */
  constructor({ snapshot, ...options }: DockOptions) {
    this.#options = options;
    this.session = options.session ?? 'default';
    this.#token = options.requireToken;
    this.#interior = this.#build(snapshot);
    this.#journal = new Journal({
      session: this.session,
      clock: this.#interior.clock,
      budget: options.journalBudget,
      onAnswered: (id) => {
        // Nobody has ever listened: there is nothing to tell, and one place less to look at.
        if (this.#audience.heardAt !== undefined) this.#interior.events.called(id);
      },
    });
  }

  /** Made when it is first asked for: most sessions are only ever called. */
  get operator(): Operator {
    return (this.#operator ??= this.#makeOperator());
  }

  /** Answers a client's call: token, journal, faults and routes, in this world. */
  answer(call: Call): Promise<Answer> {
    return this.#journal.record(call, (watched) => this.#enter(watched));
  }

  /** Whether somebody listens to it or waits for something in it. */
  isBusy(): boolean {
    return (this.#operator?.waiting() ?? 0) > 0 || this.#interior.events.listening() > 0;
  }

  /** Ends what hangs, waits and listens, and gives its journal back. */
  close(): void {
    this.#interior.closing.abort();
    this.#journal.dispose();
  }

  async #enter(call: Call): Promise<Answer> {
    const refusal = this.#token === undefined ? undefined : refuseWithoutToken(call, this.#token);
    if (refusal) return refusal;
    const { faults, routes } = this.#interior;
    return faults.pass(call, (passed) => routes.answer(passed));
  }

  #makeOperator(): ReturnType<typeof createOperator> {
    const { engineName, openFork } = this.#options;
    return createOperator({
      session: this.session,
      engineName,
      journal: this.#journal,
      interior: () => this.#interior,
      replace: (snapshot) => this.#replace(snapshot),
      changed: () => this.#changed(),
      openFork,
    });
  }

  #replace(snapshot: SessionSnapshot | undefined): void {
    const next = this.#build(snapshot);
    this.#interior.closing.abort();
    this.#interior = next;
    this.#journal.clock = next.clock;
    if (snapshot === undefined) this.#journal.clear();
    this.#changed();
  }

  #changed(): void {
    this.#options.onChange?.(this);
  }

  #build(snapshot: SessionSnapshot | undefined): Interior {
    const options = this.#options;
    const closing = new AbortController();
    const clock = new SessionClock({ start: options.start, mode: options.clockMode, saved: snapshot?.clock });
    const plan: WorldPlan = {
      clock,
      seed: snapshot?.seed ?? options.seed,
      saved: snapshot?.simulation,
      onDecision: (decision: Decision) => {
        clock.decided();
        events.decided(decision);
        this.#changed();
      },
      onTransition: (transition) => events.happened(transition),
      closing: closing.signal,
    };
    const world = snapshot ? orBadSnapshot(() => options.makeWorld(plan)) : options.makeWorld(plan);
    const { simulation } = world;
    const events = createEventLog({
      clock,
      foresight: simulation,
      findCall: (id) => this.#journal.find(id),
      audience: this.#audience,
      closing: closing.signal,
      onError: options.onError,
    });
    const { profile = profiles.seed, explainFailures = false } = snapshot ?? options;
    const routesOver = (engine: DownloadEngine): LmStudioRoutes =>
      new LmStudioRoutes({ ...options, profile, explainFailures, engine, shelf: world.shelf });
    const answerAsOf = (msAgo: number): Answerer => {
      const routes = routesOver(simulation!.engineAsOf(msAgo));
      return (call) => routes.answer(call);
    };
    const makeFaults = (): Faults =>
      new Faults({
        clock,
        seed: plan.seed,
        ...(snapshot && { state: snapshot.faults as FaultState }),
        // Only a simulation knows its past; without one, stale answers are refused.
        ...(simulation && { answerAsOf }),
        describe: createCallDescriber(
          (jobId) => world.jobs.find(jobId),
          (request) => simulation?.modelFor(request),
        ),
        closing: closing.signal,
      });
    const faults = snapshot ? orBadSnapshot(makeFaults) : makeFaults();
    const routes = routesOver(world.engine);
    return { clock, seed: plan.seed, profile, explainFailures, world, events, faults, routes, closing };
  }
}

function orBadSnapshot<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    throw badSnapshot((error as Error).message, error);
  }
}
