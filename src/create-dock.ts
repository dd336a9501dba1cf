import type { Api, ApiOptions } from './api/api.js';
import { profileNamed, type Profile, type ProfileName } from './contract/profiles.js';
import type { ControlRoutes, RouteGroup } from './control/http/router.js';
import { createLazyRouter } from './control/http/lazy-router.js';
import { ControlError } from './control/base/control-error.js';
import { Session, type SessionOptions } from './control/session/session.js';
import { createGateway, type GatewayOptions } from './control/http/gateway.js';
import type { SessionEntry } from './control/contract/sessions-control.js';
import type { DockControl } from './control/contract/dock-control.js';
import { answerDates, type AnswerDates, type ClockMode } from './control/base/session-clock.js';
import { createSessionRegistry, sessionsGroup } from './control/http/session-registry.js';
import { parseSnapshot, type SessionSnapshot } from './control/base/snapshot.js';
import { DEFAULT_SESSION } from './control/session/session-name.js';
import { keepUnder, type PageStorage } from './control/session/page-storage.js';
import type { EngineParts, EngineSetup } from './control/session/engine-setup.js';
import { checkOptions, type OptionNames } from './core/check-options.js';
import type { Clock } from './core/clock.js';
import { hashText } from './core/random.js';
import { warnOnce, warnOnConsole, type Warn } from './core/warn.js';
import type { ScenarioRule, StartMoment } from './core/simulation.js';
import { createInference, type Inference } from './inference/create-inference.js';
import { parseCatalog, type Catalog, type CatalogFile } from './simulator/catalog.js';
import { parseScenario, type Scenario } from './simulator/scenario.js';
import { scenarioNamed, type ScenarioName } from './simulator/scenarios.js';
import { createModelResolver, type ModelResolver, type UnknownModels } from './simulator/resolve-model.js';
import { resolveChoice } from './simulator/scenario-choice.js';
import { createSimulator } from './simulator/simulator.js';
import { MemoryStore } from './stores/memory.js';

/** The initial state of a simulated session. */
export interface SimulatedWorldOptions {
  /** Decides job ids, the wobble of the speed, and the sizes of repos that the catalog does not know. */
  seed?: string;
  /** The scenario of every model that no rule matches, except those under `simulate/`. `steady` by default. */
  scenario?: ScenarioName | Scenario;
  /** The scenarios of models whose name matches a pattern; the first match counts. */
  scenarioRules?: readonly ScenarioRule[];
  /**
   * The moments at which downloads are held from their first answer on, by model, with `*` for any text: `0.42`, `'42%'`,
   * `'stalled'`, `'failed@50%'`, or `{ status: 'paused', progress: 0.3, code: 'disk_full' }`. One that is held while it is
   * downloading has a speed and an estimate; it goes on once control resumes it or moves the clock. The first that fits counts.
   */
  hold?: Readonly<Record<string, StartMoment>>;
  /** The models that can be downloaded. Real names and sizes by default. */
  catalog?: Catalog | CatalogFile;
  /**
   * The answer to a well-formed catalog id that the catalog does not have: a 404 (`refuse`, the default, as LM Studio
   * answers an unknown id), or a model made up from its name (`imagine`), as for a link to an unknown repo.
   */
  unknownModels?: 'refuse' | 'imagine';
  /** Answers inference calls: `none` (a 501, the default), `canned`, or the URL of a server that runs models. */
  inference?: Inference;
  /** The ids of the first jobs. */
  jobIds?: readonly string[];
  /** The initial time of the clock; the machine's time by default. */
  now?: number | string | Date;
  /**
   * Drives running clocks. By default the machine's date, so that a test that fakes `Date` drives them; servers use
   * `monotonicClock`, which changes of the date do not affect.
   */
  timeSource?: Clock;
  /** Virtual milliseconds per real one, 1 by default; 0 freezes the clock. */
  speed?: number;
  /** `true` is a synonym of `speed: 0`. */
  frozen?: boolean;
  /** Freezes the clock, and lets each poll advance the polled job by this many milliseconds. */
  msPerPoll?: number;
  /**
   * Which clock the dates in LM Studio's answers are on: the dock's own (`dock`, the default), or the caller's (`caller`):
   * then "6 s left" stays 6 s for a page that computes it with `Date.now()`, on a frozen dock and an advanced one alike. The
   * journal, the events and the control keep the dock's clock.
   */
  dates?: AnswerDates;
  /** `documented` by default. */
  profile?: ProfileName | Profile;
  /** Requires `Authorization: Bearer <token>` on LM Studio's routes. */
  requireToken?: string;
  /**
   * Called with what a developer should know and no answer can say: a foreign page calls while CORS is off, a model under
   * `simulate/` plays its own scenario and not the chosen one, what a page has kept was made with other options. By default
   * they go to `console.warn`.
   */
  onWarning?: (text: string) => void;
}

/** Options for a simulated session, and for how its calls are answered and reported. */
export interface SimulatedDockOptions extends SimulatedWorldOptions, GatewayOptions, ApiOptions {
  /**
   * Saves the decisions, at each decision, and restores those saved there: a page keeps its downloads over a reload. What was
   * saved with other options is not restored.
   */
  storage?: PageStorage;
  /** The key in `storage`, where a page has several docks; `modeldock` by default. */
  storageKey?: string;
  /** The state to start from, taken by `dock.snapshot()`. @throws ControlError bad_snapshot */
  snapshot?: unknown;
}

/** One isolated session with simulated downloads. */
export interface SimulatedDock extends DockControl {
  /** LM Studio's routes, and the control API under `/__modeldock`. */
  readonly api: Api;
  fork(session?: string): Promise<SimulatedDock>;
  /** Ends hanging calls, waits and event streams. */
  close(): void;
}

/**
 * Creates one isolated session with simulated downloads. It runs no timers.
 * @throws ScenarioError, CatalogError, RangeError, ControlError for invalid options; the message names the valid ones
 * @example
 * const dock = createDock({ scenario: 'slow', speed: 0 });
 * const server = setupServer(...createHandlers(dock.api));
 * server.listen();
 * const model = 'ibm/granite-4-micro';
 * await fetch('http://localhost:1234/api/v1/models/download', {
 *   method: 'POST',
 *   headers: { 'content-type': 'application/json' },
 *   body: JSON.stringify({ model }),
 * });
 * await dock.clock.advance(60_000);
 * const [job] = await dock.jobs.list();
 * server.close();
 * dock.close();
 */
export function createDock(options: SimulatedDockOptions = {}): SimulatedDock {
  checkOptions('createDock', options, dockOptions);
  return createNamedDock(options, DEFAULT_SESSION);
}

function createNamedDock(options: SimulatedDockOptions, sessionName = 'fork'): SimulatedDock {
  const { storage, onWarning = warnOnConsole } = options;
  const kept = storage && keepUnder(storage, options.storageKey, fingerprintOf(options));
  const setup = setUpSessions(options);
  const open = (snapshot: SessionSnapshot | undefined): Session =>
    new Session({
      ...setup,
      sessionName,
      snapshot,
      openFork: async (forked, name) => createNamedDock({ ...withoutStorage(options), snapshot: forked }, name),
      ...(kept && { onChange: (changed: Session) => kept.save(changed) }),
    });
  const given = options.snapshot === undefined ? undefined : parseSnapshot(options.snapshot);
  const session = given === undefined && kept ? kept.open(open, onWarning) : open(given);
  const router = createLazyRouter([], loneRoutes, { ...options, notOffered: Object.keys(loneRoutes) });
  const gateway = createGateway(({ path }) => ({ path, open: () => session }), router, withProfile(options));
  const { control } = session;
  return {
    ...control,
    fork: (name) => control.fork(name) as Promise<SimulatedDock>,
    api: gateway,
    close: () => session.close(),
  };
}

/** Refuses forks over HTTP: the fork of a single dock is another dock, which has no path. */
const loneRoutes: ControlRoutes = {
  'POST /fork': async () => {
    throw new ControlError(
      501,
      'unsupported',
      'Cannot fork a single dock over HTTP: expected a server of sessions, found one dock. Fork it in process, or serve createSessions().',
    );
  },
};

/** What sessions begin with, how many there are, and how they are called. */
export interface SimulatedSessionsOptions extends SimulatedWorldOptions, GatewayOptions, ApiOptions {
  /** How many ms a session may be idle before it is dropped, except `default`; 1 h by default. */
  idleMs?: number;
  /** The largest number of sessions besides `default`; a new one replaces the one idle longest. 10 000 by default. */
  limit?: number;
}

/** What a server adds to its sessions. */
export interface ServerSetup {
  /** Routes of the control API about no session. */
  controlRoutes?: ControlRoutes;
  /** Routes of the control API about one session. */
  sessionRoutes?: RouteGroup;
  /** What `parseScenario` has returned for the scenario of the options: it is not checked again. */
  checkedScenario?: Scenario | undefined;
}

/** Many sessions behind one api; they start with the same options and are isolated from each other. */
export interface SimulatedSessions {
  readonly api: Api;
  /** Controls a session, which is created on first use. @throws ControlError invalid_request, too_many_sessions */
  open(name: string, snapshot?: SessionSnapshot): DockControl;
  list(): readonly SessionEntry[];
  /** Drops a session; `default` starts anew when it is next used. Returns whether the session existed. */
  drop(name: string): boolean;
  close(): void;
}

/**
 * Creates a session for each name that a call uses.
 * @throws as createDock
 * @example
 * const sessions = createSessions({ scenario: 'instant' });
 * const serving = await serve({ api: sessions.api, port: 0 });
 * const session = sessions.open('test-1');
 * const baseUrl = `${serving.url}/s/test-1`;
 * await session.clock.set({ mode: 'frozen' });
 * await serving.close();
 * sessions.close();
 */
export function createSessions(options: SimulatedSessionsOptions = {}): SimulatedSessions {
  checkOptions('createSessions', options, sessionsOptions);
  return createServerSessions(options, {});
}

/** Sessions whose scenario and catalog can change while they are there. */
export interface ServerSessions extends SimulatedSessions {
  /**
   * Lets a change count for new jobs, in the sessions there are and in those to come. A session whose scenario was set by
   * control keeps it.
   * @returns a sentence for each session that keeps its catalog, because it has downloads that the new one does not have
   * @throws ScenarioError, CatalogError: nothing is changed
   */
  change(changes: Pick<SimulatedSessionsOptions, 'scenario' | 'hold' | 'catalog'>): Promise<readonly string[]>;
}

/** Opens sessions for a server, whose control API has further routes. @throws as createDock */
export function createServerSessions(
  options: SimulatedSessionsOptions,
  { controlRoutes, sessionRoutes, checkedScenario }: ServerSetup,
): ServerSessions {
  let current = options;
  let setup = setUpSessions(current, checkedScenario);
  const sessions = createSessionRegistry({
    ...options,
    openSession: (ofSession) => new Session({ ...setup, ...ofSession }),
  });
  const groups = [sessionsGroup(sessions), ...(sessionRoutes ? [sessionRoutes] : [])];
  return {
    ...sessions,
    change: async (changes) => {
      const { scenario = 'steady', hold } = current;
      const next = { ...current, ...changes };
      setup = setUpSessions(next);
      current = next;
      const { changeSessions } = await import('./change-sessions.js');
      return changeSessions(
        sessions.all(),
        setup,
        { scenario, hold },
        {
          ...changes,
          catalog: changes.catalog && parseCatalog(changes.catalog),
        },
      );
    },
    api: createGateway(sessions.locate, createLazyRouter(groups, controlRoutes, options), withProfile(options)),
  };
}

function setUpSessions(
  options: SimulatedDockOptions | SimulatedSessionsOptions,
  checkedScenario?: Scenario,
): SessionOptions {
  const { seed = 'modeldock', scenario = 'steady', scenarioRules = [], hold, profile = 'documented' } = options;
  const played = checkedScenario ?? (typeof scenario === 'string' ? scenarioNamed(scenario) : parseScenario(scenario));
  const spelled = typeof scenario === 'string' ? scenario : played;
  const choice = resolveChoice({ scenario: spelled, rules: scenarioRules, ...(hold && { hold }) }, played);
  const catalog = options.catalog && parseCatalog(options.catalog);
  const unknownModels = checkUnknownModels(options.unknownModels);
  const makeResolver = rememberLast(createModelResolver);
  const onTestModel = warnOfTestModels(spelled, options.onWarning);
  return {
    seed,
    start: startOf(options.now),
    timeSource: options.timeSource,
    engineName: 'simulated',
    clockMode: clockModeOf(options),
    dates: checkDates(options.dates),
    profile: typeof profile === 'string' ? profileNamed(profile) : profile,
    requireToken: options.requireToken,
    ...(options.explainFailures !== undefined && { explainFailures: options.explainFailures }),
    ...(options.onError && { onError: options.onError }),
    ...(options.onUnknownRoute && { onUnknownRoute: options.onUnknownRoute }),
    ...(options.onNotImitated && { onNotImitated: options.onNotImitated }),
    inference: createInference(options.inference, options.requireToken !== undefined),
    makeEngine: ({ clock, seed: worldSeed, saved, usedJobIds, onDecision }: EngineSetup): EngineParts => {
      const { engine, library, simulation } = createSimulator({
        clock,
        seed: worldSeed,
        choice,
        makeStore: (jobs) => new MemoryStore(jobs),
        makeResolver,
        onDecision,
        saved,
        usedJobIds,
        onTestModel,
        unknownModels,
        ...(catalog && { catalog }),
        ...(options.jobIds && { jobIds: options.jobIds }),
      });
      return { engine, library, jobs: simulation.jobs, simulation };
    },
  };
}

/** Says once that a test model plays its own scenario, where another one was chosen for the dock. */
function warnOfTestModels(
  chosen: ScenarioName | Scenario,
  warn: Warn = warnOnConsole,
): ((model: string) => void) | undefined {
  if (chosen === 'steady') return undefined;
  const once = warnOnce(warn);
  const name = typeof chosen === 'string' ? `the scenario ${chosen}` : 'the scenario of the dock';
  return (model) =>
    once(
      'test model',
      `${model} plays its own scenario, as every model under simulate/ does, and not ${name}. Ask for another model to see that one.`,
    );
}

/** Hashes the options that a page's kept downloads were made with: under other options they would not be the same downloads. */
function fingerprintOf(options: SimulatedDockOptions): number {
  const { seed, scenario, scenarioRules, hold, catalog, unknownModels, jobIds, now, profile } = options;
  const { speed, frozen, msPerPoll, dates, explainFailures } = options;
  const simulation = [seed, scenario, scenarioRules, hold, catalog, unknownModels, jobIds, now, profile];
  return hashText(JSON.stringify([...simulation, speed, frozen, msPerPoll, dates, explainFailures]));
}

/** @throws RangeError for what is no date */
function startOf(now: SimulatedWorldOptions['now']): number | undefined {
  const start = now === undefined ? undefined : new Date(now).getTime();
  if (Number.isNaN(start)) throw new RangeError(`Cannot start the clock: expected a date, found ${String(now)}.`);
  return start;
}

/** Lets all sessions of one catalog share one resolver; a session restored with another catalog gets its own. */
function rememberLast(make: typeof createModelResolver): typeof createModelResolver {
  let last: { catalog: Catalog; seed: string; unknown: UnknownModels; resolver: ModelResolver } | undefined;
  return (catalog, seed, given) => {
    const unknown = given ?? 'refuse';
    if (last?.catalog !== catalog || last.seed !== seed || last.unknown !== unknown) {
      last = { catalog, seed, unknown, resolver: make(catalog, seed, unknown) };
    }
    return last.resolver;
  };
}

/** @throws RangeError for values that only programs without type checks can pass */
function checkUnknownModels(given = 'refuse'): UnknownModels {
  if (given === 'refuse' || given === 'imagine') return given;
  throw new RangeError(`Cannot use unknownModels: expected "refuse" or "imagine", found ${JSON.stringify(given)}.`);
}

/** @throws RangeError for values that only programs without type checks can pass */
function checkDates(given: AnswerDates | undefined): AnswerDates | undefined {
  if (given === undefined || answerDates.includes(given)) return given;
  throw new RangeError(`Cannot use dates ${JSON.stringify(given)}: expected "dock" or "caller".`);
}

/** Adds the profile and inference. The api owns inference paths only if inference is configured. */
function withProfile<Options extends SimulatedWorldOptions & GatewayOptions>(
  options: Options,
): Options & { hasInference: boolean; keepAliveMs: number | undefined } {
  const { inference = 'none', profile = 'documented' } = options;
  const { keepAliveMs } = typeof profile === 'string' ? profileNamed(profile) : profile;
  return {
    ...options,
    onForeignOrigin: options.onForeignOrigin ?? ((origin) => warnOfForeignOrigin(origin, options.onWarning)),
    hasInference: inference !== 'none',
    keepAliveMs,
  };
}

function clockModeOf({ frozen, speed = frozen === true ? 0 : 1, msPerPoll }: SimulatedWorldOptions): ClockMode {
  if (frozen === true && speed !== 0) {
    throw new RangeError(`Cannot freeze the clock and run it at speed ${speed}: leave "frozen" or "speed" out.`);
  }
  if (!(speed >= 0 && Number.isFinite(speed))) {
    throw new RangeError(
      `Cannot run the clock at this speed: expected a finite number, 0 (frozen) or more, found ${speed}.`,
    );
  }
  if (msPerPoll === undefined) return speed === 0 ? { mode: 'frozen' } : { mode: 'running', speed };
  if (Number.isInteger(msPerPoll) && msPerPoll > 0) return { mode: 'polls', stepMs: msPerPoll };
  throw new RangeError(`Cannot use msPerPoll: expected a whole number above 0, found ${msPerPoll}.`);
}

function warnOfForeignOrigin(origin: string, warn: Warn = warnOnConsole): void {
  warn(
    `A page of ${origin.slice(0, 200)} calls, and CORS is off: its browser hides the answers. Open the dock with { cors: '${origin.slice(0, 200)}' }, ` +
      'and start LM Studio with `lms server start --cors`.',
  );
}

function withoutStorage({ storage: _, ...rest }: SimulatedDockOptions): SimulatedDockOptions {
  return rest;
}

const worldOptions: OptionNames<SimulatedWorldOptions & GatewayOptions & ApiOptions> = {
  seed: true,
  scenario: true,
  scenarioRules: true,
  hold: true,
  catalog: true,
  unknownModels: true,
  inference: true,
  jobIds: true,
  now: true,
  timeSource: true,
  speed: true,
  frozen: true,
  msPerPoll: true,
  dates: true,
  profile: true,
  requireToken: true,
  onWarning: true,
  cors: true,
  onForeignOrigin: true,
  onError: true,
  allowedHosts: true,
  controlToken: true,
  explainFailures: true,
  onUnknownRoute: true,
  onNotImitated: true,
};
const dockOptions: OptionNames<SimulatedDockOptions> = {
  ...worldOptions,
  storage: true,
  storageKey: true,
  snapshot: true,
};
const sessionsOptions: OptionNames<SimulatedSessionsOptions> = { ...worldOptions, idleMs: true, limit: true };
