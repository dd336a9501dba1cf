import type { DownloadEngine, DownloadRequest } from '../core/engine.js';
import type { JobSnapshot } from '../core/job.js';
import type { Condition, Foresight, Transition } from '../core/foresight.js';
import type { InstalledModel, ModelLibrary } from '../core/model-library.js';
import type { JobStretch, SavedSimulation, ScenarioChoice, Simulation, StartingPoint } from '../core/simulation.js';
import { drawnId, SimulatedEngine, type SimulatorParts } from './engine.js';
import type { SimulatedJob } from './job.js';
import { SimulatedJobControl } from './job-control.js';
import { parseMoment } from './moment.js';
import type { Opening } from './opening.js';
import { ScenarioError } from './scenario.js';
import type { SimulationState } from './saved-simulation.js';
import { timeOf } from './job-context.js';

/** Controls a simulation, and predicts its transitions. */
export class SimulationControl implements Simulation {
  readonly jobs: SimulatedJobControl;
  readonly #parts: SimulatorParts;
  readonly #library: ModelLibrary;
  #origin: Pick<SimulationState, 'catalog' | 'unknownModels'>;

  constructor(
    parts: SimulatorParts,
    library: ModelLibrary,
    origin: Pick<SimulationState, 'catalog' | 'unknownModels'>,
  ) {
    this.jobs = new SimulatedJobControl(parts);
    this.#parts = parts;
    this.#library = library;
    this.#origin = origin;
  }

  async when(condition: Condition): Promise<{ at: number } | { never: string }> {
    return (await this.#foresight()).when(condition);
  }

  async transitions(from: number, to: number, job?: string): Promise<Transition[]> {
    return (await this.#foresight()).transitions(from, to, job);
  }

  async timeline(jobId: string): Promise<readonly JobStretch[]> {
    const { stretchesOf } = await import('./foresight.js');
    const { clock, store } = this.#parts;
    const job = await store.get(jobId);
    return job ? stretchesOf(job, timeOf(clock, job)) : [];
  }

  engineAsOf(msAgo: number): DownloadEngine {
    return new SimulatedEngine(this.#parts, msAgo);
  }

  async startAt(request: DownloadRequest, point: StartingPoint): Promise<JobSnapshot | 'already_downloaded'> {
    return new SimulatedEngine(this.#parts).start(request, openingFrom(point));
  }

  checkStart(point: StartingPoint): void {
    openingFrom(point);
  }

  async releaseHeld(): Promise<boolean> {
    return this.jobs.release();
  }

  modelFor(request: DownloadRequest): string | undefined {
    try {
      return this.#parts.resolver.find(request).model;
    } catch {
      return undefined;
    }
  }

  isMadeUp(request: DownloadRequest): boolean {
    try {
      return this.#parts.resolver.find(request).isMadeUp === true;
    } catch {
      return false;
    }
  }

  usedJobIds(): number {
    return this.#parts.draw.free;
  }

  isFormer(jobId: string): boolean {
    const { seed, draw } = this.#parts;
    for (let drawn = 0; drawn < (draw.former ?? 0); drawn++) if (drawnId(seed, drawn) === jobId) return true;
    return false;
  }

  scenario(): ScenarioChoice {
    return this.#parts.chooser.read();
  }

  chooseScenario(choice: Partial<ScenarioChoice>): ScenarioChoice {
    const chosen = this.#parts.chooser.choose(choice);
    this.#parts.onDecision({ type: 'scenario' });
    return chosen;
  }

  async changeCatalog(input: unknown): Promise<void> {
    const { changeCatalog } = await import('./change-catalog.js');
    const catalog = await changeCatalog(this.#parts, input, this.#origin.unknownModels);
    this.#origin = { ...this.#origin, catalog };
    this.#parts.onDecision({ type: 'models' });
  }

  async install(request: DownloadRequest): Promise<InstalledModel> {
    const installed = await this.#parts.inventory.add(request);
    this.#parts.onDecision({ type: 'models' });
    return installed;
  }

  async uninstall(key: string): Promise<void> {
    await this.#parts.inventory.remove(key);
    for (const { id, modelKey } of await this.#library.loaded()) if (modelKey === key) await this.#library.unload(id);
    this.#parts.onDecision({ type: 'models' });
  }

  async save(): Promise<SavedSimulation> {
    const { store, inventory, chooser, draw } = this.#parts;
    const jobs: SimulatedJob[] = [];
    for await (const job of store.list()) jobs.push(job);
    const now: SimulationState = {
      ...inventory.save(),
      freeDraw: draw.free,
      jobIds: draw.jobIds,
      jobs,
      loaded: await this.#library.loaded(),
      choice: chooser.read(),
      ...(this.#origin.catalog && { catalog: this.#origin.catalog }),
      ...(this.#origin.unknownModels && { unknownModels: this.#origin.unknownModels }),
    };
    return structuredClone(now) as unknown as SavedSimulation;
  }

  /** Loaded lazily: a page that only downloads does not need it. */
  async #foresight(): Promise<Foresight> {
    const { createForesight } = await import('./foresight.js');
    const { clock, store } = this.#parts;
    return createForesight(store, (job) => timeOf(clock, job));
  }
}

/** @throws ScenarioError */
function openingFrom({ at, hold }: StartingPoint): Opening | undefined {
  if (at !== undefined && hold !== undefined) {
    throw new ScenarioError('Cannot start a download both "at" a moment and with a "hold": leave one of them out.');
  }
  if (at !== undefined) return { moment: parseMoment(at, 'at'), isHeld: false };
  return hold === undefined ? undefined : { moment: parseMoment(hold, 'hold'), isHeld: true };
}
