import { createApi, type ApiOptions } from '../api/api.js';
import { chain, type Answerer } from '../api/call.js';
import { requireToken } from '../api/require-token.js';
import { profiles } from '../contract/profiles.js';
import type { DownloadEngine } from '../core/engine.js';
import type { Decision } from '../core/simulation.js';
import { createCallDescriber } from './describe-call.js';
import { createEventLog, type Audience } from './events.js';
import { createFaults, type Faults } from './fault-link.js';
import type { FaultState } from './faults.js';
import { createJournal, type JournalBudget } from './journal.js';
import { createOperator } from './operate.js';
import type { Operator } from './operator.js';
import { createSessionClock, type ClockMode } from './session-clock.js';
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

/** One isolated world: what clients call, and what operates it. Nothing in it is shared with another. */
export interface Dock extends Operator {
  readonly session: string;
  /** Answers a client's call: token, journal, faults and routes, in this world. */
  readonly answer: Answerer;
  /** Whether somebody listens to it or waits for something in it. */
  isBusy(): boolean;
  /** Ends what hangs, waits and listens, and gives its journal back. */
  close(): void;
}

/** @throws ControlError bad_snapshot */
export function openDock(options: DockOptions): Dock {
  const { session = 'default', seed, openFork, onChange } = options;
  const journal = createJournal({
    session,
    clock: { now: () => interior.clock.now() },
    clockMode: () => interior.clock.mode(),
    ...(options.journalBudget && { budget: options.journalBudget }),
  });
  const audience: Audience = { lastId: 0, heardAt: undefined };
  let interior = build(options.snapshot);
  journal.onEntry((_, id) => interior.events.called(id));

  const operator = createOperator({
    session,
    engineName: options.engineName,
    journal,
    interior: () => interior,
    replace: (snapshot) => {
      const next = build(snapshot);
      interior.closing.abort();
      interior = next;
      if (snapshot === undefined) journal.clear();
      onChange?.(dock);
    },
    changed: () => onChange?.(dock),
    openFork,
  });
  const dock: Dock = {
    ...operator,
    session,
    answer: (call) => interior.answer(call),
    isBusy: () => operator.waiting() > 0 || interior.events.listening() > 0,
    close: () => {
      interior.closing.abort();
      journal.dispose();
    },
  };
  return dock;

  function build(snapshot: SessionSnapshot | undefined): Interior {
    const closing = new AbortController();
    const clock = createSessionClock({ start: options.start, mode: options.clockMode, saved: snapshot?.clock });
    const plan: WorldPlan = {
      clock,
      seed: snapshot?.seed ?? seed,
      saved: snapshot?.simulation,
      onDecision: (decision: Decision) => {
        clock.decided();
        events.decided(decision);
        onChange?.(dock);
      },
      onTransition: (transition) => events.happened(transition),
      closing: closing.signal,
    };
    const world = snapshot ? orBadSnapshot(() => options.makeWorld(plan)) : options.makeWorld(plan);
    const { simulation } = world;
    const events = createEventLog({
      clock,
      foresight: simulation,
      findCall: (id) => journal.find(id),
      audience,
      closing: closing.signal,
      onError: options.onError,
    });
    const { profile = profiles.seed, explainFailures = false } = snapshot ?? options;
    const answererOver = (engine: DownloadEngine): Answerer => {
      const api = createApi({ ...options, profile, explainFailures, engine, shelf: world.shelf });
      return (call) => api.answer(call);
    };
    const makeFaults = (): Faults =>
      createFaults({
        clock,
        seed: plan.seed,
        ...(snapshot && { state: snapshot.faults as FaultState }),
        // Only a simulation knows its past; without one, stale answers are refused.
        ...(simulation && { answerAsOf: (msAgo) => answererOver(simulation.engineAsOf(msAgo)) }),
        describe: createCallDescriber(
          (jobId) => world.jobs.find(jobId),
          (request) => simulation?.modelFor(request),
        ),
        closing: closing.signal,
      });
    const faults = snapshot ? orBadSnapshot(makeFaults) : makeFaults();
    const token = options.requireToken === undefined ? [] : [requireToken(options.requireToken)];
    const answer = chain([journal.link, ...token, faults.link], answererOver(world.engine));
    return { clock, seed: plan.seed, profile, explainFailures, world, events, faults, answer, closing };
  }
}

function orBadSnapshot<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    throw badSnapshot((error as Error).message, error);
  }
}
