import type { DownloadEngine } from '../core/engine.js';
import type { ModelLibrary } from '../core/model-library.js';
import type { DecisionListener, SavedSimulation, ScenarioChoice, Simulation } from '../core/simulation.js';
import type { JobStore } from '../core/store.js';
import type { Catalog } from './catalog.js';
import { catalogModels } from './catalog-models.js';
import { SimulatedEngine, type SimulatorParts } from './engine.js';
import { Inventory } from './inventory.js';
import type { SimulatedJob } from './job.js';
import { createModelResolver, type ModelResolver, type UnknownModels } from './resolve-model.js';
import { checkState, parseSavedSimulation, type SimulationState } from './saved-simulation.js';
import { resolveChoice, ScenarioChooser, type ResolvedChoice } from './scenario-choice.js';
import { SimulatedLibrary } from './library.js';
import { SimulationControl } from './simulation-control.js';
import type { PolledClock, JobContext } from './job-context.js';

export interface SimulatorOptions {
  clock: PolledClock;
  /** Creates the store. @param jobs the jobs to start with, oldest first */
  makeStore: (jobs: readonly SimulatedJob[]) => JobStore<SimulatedJob>;
  /** Determines everything that looks random: job ids, wobble, the sizes of unknown repos. */
  seed?: string;
  /** Scenarios of models that are no test models; `steady` by default. */
  choice?: ResolvedChoice;
  catalog?: Catalog;
  /** `refuse` by default. */
  unknownModels?: UnknownModels;
  /** The ids of the first jobs; later ones are drawn from the seed. */
  jobIds?: readonly string[];
  /** Creates the resolver of a catalog; simulations with the same catalog and seed may share it. */
  makeResolver?: (catalog: Catalog, seed: string, unknownModels?: UnknownModels) => ModelResolver;
  /** How many ids of jobs were used up before a reset. Ids that are given begin again, drawn ones go on. */
  usedJobIds?: number | undefined;
  /** Called with each new job of a test model, which plays its own scenario whatever was chosen. */
  onTestModel?: ((model: string) => void) | undefined;
  onDecision?: DecisionListener;
  /** The saved state to start from. */
  saved?: SavedSimulation | undefined;
}

/** Simulates downloads, at no cost between calls. It owns no timer, and a poll changes nothing. */
export interface Simulator {
  engine: DownloadEngine;
  library: ModelLibrary;
  simulation: Simulation;
}

/** @throws Error naming what is wrong with `saved`; ScenarioError */
export function createSimulator({
  clock,
  makeStore,
  seed = 'modeldock',
  makeResolver = createModelResolver,
  onDecision = () => undefined,
  saved,
  choice = resolveChoice(STEADY),
  onTestModel,
  ...fresh
}: SimulatorOptions): Simulator {
  const state = saved ? parseSavedSimulation(saved) : freshState(fresh, choice.choice);
  const resolver = makeResolver(state.catalog ?? catalogModels, seed, state.unknownModels);
  if (saved) checkState(state, clock.now(), (request) => resolver.find(request));
  const jobContext: JobContext = { clock, store: makeStore(state.jobs), seed, resolver, onDecision };
  const inventory = new Inventory(jobContext, state);
  // One object for all: a changed catalog has to reach each part.
  const parts: SimulatorParts = Object.assign(jobContext, {
    inventory,
    chooser: new ScenarioChooser(saved ? resolveChoice(state.choice) : choice),
    draw: { jobIds: state.jobIds, free: state.freeDraw, former: saved ? 0 : state.freeDraw },
    ...(onTestModel && { onTestModel }),
  });
  const library = new SimulatedLibrary(inventory, state.loaded, () => onDecision({ type: 'models' }));
  return {
    engine: new SimulatedEngine(parts),
    library,
    simulation: new SimulationControl(parts, library, state),
  };
}

function freshState(
  {
    jobIds = NOTHING,
    catalog,
    unknownModels,
    usedJobIds = 0,
  }: Pick<SimulatorOptions, 'jobIds' | 'catalog' | 'unknownModels' | 'usedJobIds'>,
  choice: ScenarioChoice,
): SimulationState {
  return {
    freeDraw: jobIds.length > 0 ? 0 : usedJobIds,
    jobIds,
    jobs: NOTHING,
    added: NOTHING,
    gone: NOTHING,
    loaded: NOTHING,
    choice,
    ...(catalog && { catalog }),
    ...(unknownModels === 'imagine' && { unknownModels }),
  };
}

/** The empty list, shared by nearly all simulations. */
const NOTHING: readonly never[] = Object.freeze([]);

const STEADY: ScenarioChoice = { scenario: 'steady', rules: NOTHING };
