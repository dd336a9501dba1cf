import type { DownloadEngine } from '../core/engine.js';
import type { ModelShelf } from '../core/shelf.js';
import type { DecisionListener, SavedSimulation, ScenarioChoice, Simulation } from '../core/simulation.js';
import type { JobStore } from '../core/store.js';
import type { Catalog } from './catalog.js';
import { catalogModels } from './catalog-models.js';
import { SimulatedEngine, type WorldParts } from './engine.js';
import { Inventory } from './inventory.js';
import type { SimulatedJob } from './job.js';
import { createOffers, type Offers } from './offers.js';
import { checkState, parseSavedSimulation, type SimulationState } from './saved-simulation.js';
import { ScenarioChooser } from './scenario-choice.js';
import { SimulatedShelf } from './shelf.js';
import { WorldControl } from './world-control.js';
import type { PolledClock, StoryParts } from './story-parts.js';

export interface SimulatorOptions {
  clock: PolledClock;
  /** @param jobs what is in it from the start, oldest first */
  makeStore: (jobs: readonly SimulatedJob[]) => JobStore<SimulatedJob>;
  /** Decides everything that looks random: job ids, wobble, the sizes of unknown repos. */
  seed?: string;
  /** What models play that name no story of their own. */
  choice?: ScenarioChoice;
  catalog?: Catalog;
  /** The ids of the first jobs; later ones are drawn from the seed. */
  jobIds?: readonly string[];
  /** What a catalog offers; worlds of one catalog and one seed may share it. */
  makeOffers?: (catalog: Catalog, seed: string) => Offers;
  onDecision?: DecisionListener;
  /** To begin from, instead of from nothing. */
  saved?: SavedSimulation | undefined;
}

/** Downloads that cost nothing while nobody looks. It owns no timer, and a poll changes nothing. */
export interface Simulator {
  engine: DownloadEngine;
  shelf: ModelShelf;
  simulation: Simulation;
}

/** @throws Error naming what is wrong with `saved`; ScenarioError */
export function createSimulator({
  clock,
  makeStore,
  seed = 'modeldock',
  makeOffers = createOffers,
  onDecision = () => undefined,
  saved,
  ...fresh
}: SimulatorOptions): Simulator {
  const state = saved ? parseSavedSimulation(saved) : freshState(fresh);
  const offers = makeOffers(state.catalog ?? catalogModels, seed);
  if (saved) checkState(state, clock.now(), (request) => offers.find(request));
  const world: StoryParts = { clock, store: makeStore(state.jobs), seed, offers, onDecision };
  const inventory = new Inventory(world, state);
  const parts: WorldParts = {
    ...world,
    inventory,
    chooser: new ScenarioChooser(state.choice),
    draw: { jobIds: state.jobIds, free: state.freeDraw },
  };
  const shelf = new SimulatedShelf(inventory, state.loaded, () => onDecision({ type: 'shelf' }));
  return {
    engine: new SimulatedEngine(parts),
    shelf,
    simulation: new WorldControl(parts, shelf, state.catalog),
  };
}

function freshState({
  jobIds = NOTHING,
  choice = { scenario: 'steady', rules: NOTHING },
  catalog,
}: Pick<SimulatorOptions, 'jobIds' | 'choice' | 'catalog'>): SimulationState {
  return {
    freeDraw: 0,
    jobIds,
    jobs: NOTHING,
    added: NOTHING,
    gone: NOTHING,
    loaded: NOTHING,
    choice,
    ...(catalog && { catalog }),
  };
}

/** What nearly every world begins with, once for all of them. */
const NOTHING: readonly never[] = Object.freeze([]);
