import type { DownloadEngine } from '../core/engine.js';
import type { ModelShelf } from '../core/shelf.js';
import type { DecisionListener, SavedSimulation, ScenarioChoice, Simulation } from '../core/simulation.js';
import type { JobStore } from '../core/store.js';
import type { Catalog } from './catalog.js';
import { catalogModels } from './catalog-models.js';
import { SimulatedEngine, type JobIdDraw, type PolledClock } from './engine.js';
import { createInventory } from './inventory.js';
import type { SimulatedJob } from './job.js';
import { createJobControl } from './job-control.js';
import { createOffers, type Offers } from './offers.js';
import { checkState, parseSavedSimulation, type SimulationState } from './saved-simulation.js';
import { createScenarioChooser } from './scenario-choice.js';
import { createSimulatedShelf } from './shelf.js';

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
  const state: SimulationState = saved
    ? parseSavedSimulation(saved)
    : {
        freeDraw: 0,
        jobIds: fresh.jobIds ?? [],
        jobs: [],
        added: [],
        gone: [],
        loaded: [],
        choice: fresh.choice ?? { scenario: 'steady', rules: [] },
        ...(fresh.catalog && { catalog: fresh.catalog }),
      };
  const offers = makeOffers(state.catalog ?? catalogModels, seed);
  if (saved) checkState(state, clock.now(), (request) => offers.find(request));
  const store = makeStore(state.jobs);
  const timeOf = (job: SimulatedJob): number => clock.now() + (job.ahead ?? 0);
  const chooser = createScenarioChooser(state.choice);
  const draw: JobIdDraw = { jobIds: state.jobIds, free: state.freeDraw };
  const inventory = createInventory({ store, timeOf, offers, added: state.added, gone: state.gone });
  const shelf = createSimulatedShelf({
    loaded: state.loaded,
    listInstalled: async () => (await inventory.list()).map((offer) => offer.installs),
    onChange: shelfChanged,
  });
  const parts = { clock, store, seed, offers, inventory, chooser, draw, onDecision };

  return {
    engine: new SimulatedEngine(parts),
    shelf,
    simulation: {
      when: async (condition) => (await foresight()).when(condition),
      transitions: async (from, to) => (await foresight()).transitions(from, to),
      jobs: createJobControl(store, timeOf, onDecision),
      timeline: async (jobId) => {
        const { stretchesOf } = await import('./foresight.js');
        const job = await store.get(jobId);
        return job ? stretchesOf(job, timeOf(job)) : [];
      },
      engineAsOf: (msAgo) => new SimulatedEngine(parts, msAgo),
      modelFor: (request) => {
        try {
          return offers.find(request).model;
        } catch {
          return undefined;
        }
      },
      scenario: () => chooser.read(),
      chooseScenario: (choice) => {
        const chosen = chooser.choose(choice);
        onDecision({ type: 'scenario' });
        return chosen;
      },
      install: async (request) => {
        const installed = await inventory.add(request);
        shelfChanged();
        return installed;
      },
      uninstall: async (key) => {
        await inventory.remove(key);
        for (const { id, modelKey } of await shelf.loaded()) if (modelKey === key) await shelf.unload(id);
        shelfChanged();
      },
      save,
    },
  };

  function shelfChanged(): void {
    onDecision({ type: 'shelf' });
  }

  /** Loaded when it is first asked for: a page that only downloads does without. */
  async function foresight() {
    const { createForesight } = await import('./foresight.js');
    return createForesight(store, timeOf);
  }

  async function save(): Promise<SavedSimulation> {
    const jobs: SimulatedJob[] = [];
    for await (const job of store.list()) jobs.push(job);
    const now: SimulationState = {
      ...state,
      ...inventory.save(),
      freeDraw: draw.free,
      jobs,
      loaded: await shelf.loaded(),
      choice: chooser.read(),
    };
    return structuredClone(now) as unknown as SavedSimulation;
  }
}
