import type { Clock } from '../core/clock.js';
import type { DownloadEngine, DownloadRequest } from '../core/engine.js';
import { RefusedError, type RefusalCode } from '../core/errors.js';
import type { JobSnapshot } from '../core/job.js';
import { hashText, hexDigits } from '../core/random.js';
import type { InstalledModel, ModelShelf } from '../core/shelf.js';
import type { DecisionListener, JobStretch, SavedSimulation, ScenarioChoice, Simulation } from '../core/simulation.js';
import type { JobStore } from '../core/store.js';
import type { Catalog } from './catalog.js';
import { catalogModels } from './catalog-models.js';
import { sequelTo, snapshotAt, type Sequel, type SimulatedJob } from './job.js';
import { createJobControl } from './job-control.js';
import { createOffers, type Offer, type Offers } from './offers.js';
import { checkState, parseSavedSimulation, type SimulationState } from './saved-simulation.js';
import { createScenarioChooser } from './scenario-choice.js';
import { createSimulatedShelf } from './shelf.js';

export interface SimulatorOptions {
  clock: Clock;
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
  /** By how many ms a poll moves the job that is polled, on top of what the clock does. */
  pollStep?: () => number;
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
  pollStep = () => 0,
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
  const chooser = createScenarioChooser(state.choice);
  const gone = new Set(state.gone);
  let added = state.added;
  /** Everything below it is taken; a draw is only used up when its job is in the store. */
  let { freeDraw } = state;

  const timeOf = (job: SimulatedJob): number => clock.now() + (job.ahead ?? 0);
  const jobs = createJobControl(store, timeOf, onDecision);

  const shelf = createSimulatedShelf({
    loaded: state.loaded,
    listInstalled: async () => (await listOnDisk()).map((offer) => offer.installs),
    onChange: () => onDecision({ type: 'shelf' }),
  });

  return {
    engine: engineAt((job) => timeOf(job), poll),
    shelf,
    simulation: {
      when: async (condition) => (await foresight()).when(condition),
      transitions: async (from, to) => (await foresight()).transitions(from, to),
      jobs,
      timeline,
      // A job that was not there yet stands at its beginning.
      engineAsOf: (msAgo) =>
        engineAt(
          (job) => timeOf(job) - msAgo,
          (job) => Promise.resolve(job),
        ),
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
      install,
      uninstall,
      save,
    },
  };

  function engineAt(
    time: (job: SimulatedJob) => number,
    beforeAnswer: (job: SimulatedJob) => Promise<SimulatedJob>,
  ): DownloadEngine {
    return {
      start: async (request) => {
        const offer = offers.find(request);
        for (;;) {
          const found = await store.latestFor(offer.model);
          const previous = found && !found.removed ? await beforeAnswer(found) : undefined;
          const last = previous && snapshotAt(previous, time(previous));
          if (last?.state === 'completed') return 'already_downloaded';
          if (last && last.state !== 'failed') return last;
          if (!last && isThere(offer)) return 'already_downloaded';
          const sequel = previous && last ? sequelTo(previous, last) : undefined;
          const started = await begin(request, offer, found, sequel);
          if (started) return started;
        }
      },
      status: async (jobId) => {
        const job = await store.get(jobId);
        if (!job) return undefined;
        const polled = await beforeAnswer(job);
        return snapshotAt(polled, time(polled));
      },
    };
  }

  /** Where polls move time, a poll is a decision; elsewhere it changes nothing. */
  async function poll(job: SimulatedJob): Promise<SimulatedJob> {
    const stepMs = pollStep();
    if (stepMs === 0) return job;
    for (let current = job; ; current = (await store.get(job.id))!) {
      const moved = { ...current, version: current.version + 1, ahead: (current.ahead ?? 0) + stepMs };
      if (!(await store.replace(moved, current.version))) continue;
      onDecision({ type: 'polled', job: job.id, model: job.model, stepMs });
      return moved;
    }
  }

  /** @returns undefined when another start came first */
  async function begin(
    request: DownloadRequest,
    offer: Offer,
    previous: SimulatedJob | undefined,
    sequel: Sequel | undefined,
  ): Promise<JobSnapshot | undefined> {
    const draw = freeDraw;
    const id = state.jobIds[draw] ?? `job_${hexDigits(`${seed}/job/${draw}`, 10)}`;
    const job: SimulatedJob = {
      id,
      model: offer.model,
      version: 0,
      request,
      totalBytes: offer.totalBytes,
      fromBytes: sequel?.fromBytes ?? 0,
      createdAt: clock.now(),
      // 31 bits are kept in the record itself, 32 would be a number of their own on the heap.
      seed: hashText(`${seed}/${id}`) >>> 1,
      scenario: sequel?.scenario ?? storyOf(offer, request),
    };
    const inserted = await store.insert(job, previous);
    // A start that lost to another for the same model leaves its id to the next job.
    if (inserted || (await store.get(id))) freeDraw = Math.max(freeDraw, draw + 1);
    if (!inserted) return undefined;
    onDecision({ type: 'started', job: id, model: job.model });
    return snapshotAt(job, job.createdAt);
  }

  /** @throws RefusedError what the magic identifier asks for */
  function storyOf({ magic, model }: Offer, request: DownloadRequest): SimulatedJob['scenario'] {
    if (magic === undefined || magic === 'already_downloaded') return chooser.storyFor(model);
    if ('refusal' in magic) throw refusal(magic.refusal, request);
    return magic.scenario;
  }

  /** Whether a model is there although no job brought it. */
  function isThere({ model, magic }: Offer): boolean {
    if (gone.has(model)) return false;
    return magic === 'already_downloaded' || presents().some((offer) => offer.model === model);
  }

  function presents(): Offer[] {
    return [...offers.preinstalled, ...added.map((request) => offers.find(request))].filter(
      ({ model }) => !gone.has(model),
    );
  }

  /** In the order in which it came. */
  async function listOnDisk(): Promise<Offer[]> {
    const found = presents();
    for await (const job of store.list()) {
      if (!job.removed && snapshotAt(job, timeOf(job)).state === 'completed') found.push(offers.find(job.request));
    }
    return found;
  }

  async function install(request: DownloadRequest): Promise<InstalledModel> {
    const offer = offers.find(request);
    if (offer.magic !== undefined && offer.magic !== 'already_downloaded' && 'refusal' in offer.magic) {
      throw refusal(offer.magic.refusal, request);
    }
    gone.delete(offer.model);
    if (!(await listOnDisk()).some(({ model }) => model === offer.model)) added = [...added, request];
    onDecision({ type: 'shelf' });
    return offer.installs;
  }

  async function uninstall(key: string): Promise<void> {
    const there = (await listOnDisk()).filter(({ installs }) => installs.key === key);
    if (there.length === 0) {
      throw new RefusedError('model_not_installed', key, `Cannot remove ${key}: no model of that key is installed.`);
    }
    const models = new Set(there.map(({ model }) => model));
    added = added.filter((request) => !models.has(offers.find(request).model));
    for (const { model } of offers.preinstalled) if (models.has(model)) gone.add(model);
    for await (const job of store.list()) {
      if (models.has(job.model)) await store.replace({ ...job, version: job.version + 1, removed: true }, job.version);
    }
    for (const { id, modelKey } of await shelf.loaded()) if (modelKey === key) await shelf.unload(id);
    onDecision({ type: 'shelf' });
  }

  /** Loaded when it is first asked for: a page that only downloads does without. */
  async function foresight() {
    const { createForesight } = await import('./foresight.js');
    return createForesight(store, timeOf);
  }

  async function timeline(jobId: string): Promise<readonly JobStretch[]> {
    const { stretchesOf } = await import('./foresight.js');
    const job = await store.get(jobId);
    return job ? stretchesOf(job, timeOf(job)) : [];
  }

  async function save(): Promise<SavedSimulation> {
    const kept: SimulatedJob[] = [];
    for await (const job of store.list()) kept.push(job);
    const now: SimulationState = {
      ...state,
      freeDraw,
      jobs: kept,
      added,
      gone: [...gone],
      loaded: await shelf.loaded(),
      choice: chooser.read(),
    };
    return structuredClone(now) as unknown as SavedSimulation;
  }
}

function refusal(code: RefusalCode, { model }: DownloadRequest): RefusedError {
  const subject = model.source === 'catalog' ? model.id : model.url;
  return new RefusedError(code, subject, `The simulated hub refuses ${subject}: ${code}.`, {
    ...(code === 'hub_unavailable' && { retryAfterMs: 5000 }),
  });
}
