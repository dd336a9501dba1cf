import { MAX_TIME } from '../core/clock.js';
import type { DownloadEngine, DownloadRequest } from '../core/engine.js';
import { RefusedError } from '../core/errors.js';
import type { JobSnapshot } from '../core/job.js';
import type { JobStore } from '../core/store.js';
import { hashText, hexDigits } from '../core/random.js';
import type { Inventory } from './inventory.js';
import { sequelTo, snapshotAt, type Sequel, type SimulatedJob } from './job.js';
import type { Opening } from './opening.js';
import { testModelRefusal } from './test-models.js';
import type { ResolvedModel } from './resolve-model.js';
import type { ScenarioChooser } from './scenario-choice.js';
import { timeOf, type PolledClock, type JobContext } from './job-context.js';

/** The parts of a simulated engine. */
export interface SimulatorParts extends JobContext {
  inventory: Inventory;
  chooser: ScenarioChooser;
  draw: JobIdDraw;
  /** Called with each new job of a test model. */
  onTestModel?: (model: string) => void;
}

/** The next job ids: first the requested ones, then those drawn from the seed. */
export interface JobIdDraw {
  readonly jobIds: readonly string[];
  /** All draws below it are taken; a draw is used up only when its job is in the store. */
  free: number;
  /** Everything below it was used before the last reset. */
  readonly former?: number;
}

/** The id that the seed decides for a draw. */
export function drawnId(seed: string, drawn: number): string {
  return `job_${hexDigits(`${seed}/job/${drawn}`, 10)}`;
}

/** Starts downloads and reports their state. */
export class SimulatedEngine implements DownloadEngine {
  readonly #parts: SimulatorParts;
  readonly #clock: PolledClock;
  readonly #store: JobStore<SimulatedJob>;
  readonly #msAgo: number;

  /** @param msAgo answers as of that time; a job that did not exist yet is shown at its beginning */
  constructor(parts: SimulatorParts, msAgo = 0) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#store = parts.store;
    this.#msAgo = msAgo;
  }

  async status(jobId: string): Promise<JobSnapshot | undefined> {
    const job = await this.#store.get(jobId);
    return job && this.#snapshot(await this.#polled(job));
  }

  /** @param opening where the job begins, if it is a new one; otherwise what the model's name and the choice say */
  async start(request: DownloadRequest, opening?: Opening): Promise<JobSnapshot | 'already_downloaded'> {
    const { resolver, inventory } = this.#parts;
    const offer = resolver.find(request);
    for (;;) {
      const found = await this.#store.latestFor(offer.model);
      const previous = found && !found.removed ? await this.#polled(found) : undefined;
      const last = previous && this.#snapshot(previous);
      if (last?.state === 'completed') return 'already_downloaded';
      if (last && last.state !== 'failed') {
        if (opening) throw underWay(last);
        return last;
      }
      if (!last && inventory.has(offer)) return 'already_downloaded';
      const sequel = previous && last ? sequelTo(previous, last) : undefined;
      const started = await this.#begin(request, offer, found, sequel, opening);
      if (started) return started;
    }
  }

  #snapshot(job: SimulatedJob): JobSnapshot {
    return snapshotAt(job, timeOf(this.#clock, job) - this.#msAgo);
  }

  /** Makes a poll a decision if polls move time; otherwise, and for an earlier time, a poll changes nothing. */
  #polled(job: SimulatedJob): SimulatedJob | Promise<SimulatedJob> {
    const { pollStep = 0 } = this.#clock;
    return pollStep === 0 || this.#msAgo > 0 ? job : this.#move(job, pollStep);
  }

  async #move(job: SimulatedJob, stepMs: number): Promise<SimulatedJob> {
    for (let current = job; ; current = (await this.#store.get(job.id))!) {
      const moved = {
        ...current,
        version: current.version + 1,
        ahead: Math.min((current.ahead ?? 0) + stepMs, MAX_TIME),
      };
      if (!(await this.#store.replace(moved, current.version))) continue;
      this.#parts.onDecision({ type: 'polled', job: job.id, model: job.model, stepMs });
      return moved;
    }
  }

  /** @returns undefined when another start came first */
  async #begin(
    request: DownloadRequest,
    offer: ResolvedModel,
    previous: SimulatedJob | undefined,
    sequel: Sequel | undefined,
    given: Opening | undefined,
  ): Promise<JobSnapshot | undefined> {
    const { seed, draw, onDecision } = this.#parts;
    const scenario = sequel?.scenario ?? this.#scenarioFrom(offer, request);
    const opening = given ?? (sequel ? undefined : this.#openingOf(offer));
    // Loaded before the time is read.
    const openAt = opening && (await import('./opening.js')).openAt;
    const drawn = draw.free;
    const id = draw.jobIds[drawn] ?? drawnId(seed, drawn);
    const plain: SimulatedJob = {
      id,
      model: offer.model,
      version: 0,
      request,
      totalBytes: offer.totalBytes,
      fromBytes: sequel?.fromBytes ?? 0,
      createdAt: this.#clock.now(),
      // 31 bits are stored in the record itself, 32 would be a separate number on the heap.
      seed: hashText(`${seed}/${id}`) >>> 1,
      scenario,
    };
    const job = openAt ? openAt(plain, opening) : plain;
    const inserted = await this.#store.insert(job, previous);
    // A start that lost against another for the same model leaves its id to the next job.
    if (inserted || (await this.#store.get(id))) draw.free = Math.max(draw.free, drawn + 1);
    if (!inserted) return undefined;
    onDecision({ type: 'started', job: id, model: job.model });
    return snapshotAt(job, plain.createdAt + (job.ahead ?? 0));
  }

  /** Where jobs for a model begin that no caller says anything about: what was chosen counts before the model's name. */
  #openingOf({ testModel, model }: ResolvedModel): Opening | undefined {
    const moment = this.#parts.chooser.momentFor(model);
    if (moment) return { moment, isHeld: true };
    return typeof testModel === 'object' && 'scenario' in testModel ? testModel.opening : undefined;
  }

  /** @throws RefusedError as the test model defines */
  #scenarioFrom({ testModel, model }: ResolvedModel, request: DownloadRequest): SimulatedJob['scenario'] {
    if (testModel === undefined || testModel === 'already_downloaded') return this.#parts.chooser.scenarioFor(model);
    if ('refusal' in testModel) throw testModelRefusal(testModel.refusal, request);
    this.#parts.onTestModel?.(model);
    return testModel.scenario;
  }
}

function underWay({ id, model, state, downloadedBytes, totalBytes }: JobSnapshot): RefusedError {
  const share = Math.floor((downloadedBytes / totalBytes) * 100);
  return new RefusedError(
    'wrong_job_state',
    id,
    `Cannot start ${model} at a moment: ${id} is ${state} at ${share} % already. Advance the clock until it is there, or cancel it first.`,
  );
}
