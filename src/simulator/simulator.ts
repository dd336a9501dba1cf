import type { Clock } from '../core/clock.js';
import type { DownloadEngine, DownloadRequest, SimulatorControl } from '../core/engine.js';
import { RefusedError, type FailureCode, type RefusalCode } from '../core/errors.js';
import type { JobSnapshot } from '../core/job.js';
import { hashText, hexDigits } from '../core/random.js';
import type { ModelShelf } from '../core/shelf.js';
import type { JobStore } from '../core/store.js';
import type { Catalog } from './catalog.js';
import { catalogModels } from './catalog-models.js';
import { sequelTo, snapshotAt, type Intervention, type Sequel, type SimulatedJob } from './job.js';
import { createOffers, type Offer } from './offers.js';
import type { Scenario } from './scenario.js';
import { scenarios } from './scenarios.js';
import { createSimulatedShelf } from './shelf.js';

export interface SimulatorOptions {
  clock: Clock;
  store: JobStore<SimulatedJob>;
  /** Decides everything that looks random: job ids, wobble, the sizes of unknown repos. */
  seed?: string;
  /** What every model plays that names no story of its own. */
  scenario?: Scenario;
  catalog?: Catalog;
  /** The ids of the first jobs; later ones are drawn from the seed. */
  jobIds?: readonly string[];
}

/** Downloads that cost nothing while nobody looks. It owns no timer, and a poll changes nothing. */
export interface Simulator {
  engine: DownloadEngine;
  control: SimulatorControl;
  shelf: ModelShelf;
}

export function createSimulator({
  clock,
  store,
  seed = 'modeldock',
  scenario = scenarios.steady,
  catalog = catalogModels,
  jobIds = [],
}: SimulatorOptions): Simulator {
  const offers = createOffers(catalog, seed);
  const preinstalled = new Set(offers.preinstalled.map((offer) => offer.model));
  /** Everything below it is taken; a draw is only used up when its job is in the store. */
  let freeDraw = 0;

  const engine: DownloadEngine = {
    start: async (request) => {
      const offer = offers.find(request);
      for (;;) {
        const now = clock.now();
        const previous = await store.latestFor(offer.model);
        const last = previous && snapshotAt(previous, now);
        if (last?.state === 'completed') return 'already_downloaded';
        if (last && last.state !== 'failed') return last;
        if (!last && (preinstalled.has(offer.model) || offer.magic === 'already_downloaded'))
          return 'already_downloaded';
        const draw = freeDraw;
        const job = newJob(drawId(draw), request, offer, now, previous && last ? sequelTo(previous, last) : undefined);
        const inserted = await store.insert(job, previous);
        // A start that lost to another for the same model leaves its id to the next job.
        if (inserted || (await store.get(job.id))) freeDraw = Math.max(freeDraw, draw + 1);
        if (inserted) return snapshotAt(job, now);
      }
    },
    status: async (jobId) => {
      const job = await store.get(jobId);
      return job && snapshotAt(job, clock.now());
    },
  };

  const control: SimulatorControl = {
    list: async function* () {
      const now = clock.now();
      for await (const job of store.list()) yield snapshotAt(job, now);
    },
    pause: (jobId) => intervene(jobId, 'pause', ['downloading'], (at) => ({ type: 'pause', at })),
    resume: (jobId) => intervene(jobId, 'resume', ['paused'], (at) => ({ type: 'resume', at })),
    cancel: (jobId) => end(jobId, 'cancel', 'cancelled', 'The download was cancelled.'),
    fail: (jobId, code, reason = `An operator made the download fail: ${code}.`) => end(jobId, 'fail', code, reason),
  };

  const shelf = createSimulatedShelf(async () => {
    const now = clock.now();
    const found = [...offers.preinstalled];
    for await (const job of store.list()) {
      if (snapshotAt(job, now).state === 'completed') found.push(offers.find(job.request));
    }
    return found.map((offer) => offer.installs);
  });

  return { engine, control, shelf };

  function drawId(draw: number): string {
    return jobIds[draw] ?? `job_${hexDigits(`${seed}/job/${draw}`, 10)}`;
  }

  /** @throws RefusedError what the magic identifier asks for */
  function newJob(
    id: string,
    request: DownloadRequest,
    offer: Offer,
    now: number,
    sequel: Sequel | undefined,
  ): SimulatedJob {
    const { magic } = offer;
    if (magic && magic !== 'already_downloaded' && 'refusal' in magic) throw refusal(magic.refusal, request);
    const story = magic && magic !== 'already_downloaded' ? magic.scenario : scenario;
    return {
      id,
      model: offer.model,
      version: 0,
      request,
      totalBytes: offer.totalBytes,
      fromBytes: sequel?.fromBytes ?? 0,
      createdAt: now,
      seed: hashText(`${seed}/${id}`),
      scenario: sequel?.scenario ?? story,
    };
  }

  function end(jobId: string, verb: string, code: FailureCode, reason: string): Promise<JobSnapshot> {
    return intervene(jobId, verb, ['downloading', 'paused'], (at) => ({ type: 'fail', at, code, reason }));
  }

  async function intervene(
    jobId: string,
    verb: string,
    allowed: readonly JobSnapshot['state'][],
    decide: (at: number) => Intervention,
  ): Promise<JobSnapshot> {
    for (;;) {
      const now = clock.now();
      const job = await store.get(jobId);
      if (!job) throw new RefusedError('job_not_found', jobId, `Cannot ${verb} ${jobId}: there is no such job.`);
      const { state } = snapshotAt(job, now);
      if (!allowed.includes(state)) {
        throw new RefusedError(
          'wrong_job_state',
          jobId,
          `Cannot ${verb} ${jobId}: it is ${state}, and only a job that is ${allowed.join(' or ')} can be.`,
        );
      }
      const changed = {
        ...job,
        version: job.version + 1,
        interventions: [...(job.interventions ?? []), decide(now)],
      };
      if (await store.replace(changed, job.version)) return snapshotAt(changed, now);
    }
  }
}

function refusal(code: RefusalCode, { model }: DownloadRequest): RefusedError {
  const subject = model.source === 'catalog' ? model.id : model.url;
  return new RefusedError(code, subject, `The simulated hub refuses ${subject}: ${code}.`, {
    ...(code === 'hub_unavailable' && { retryAfterMs: 5000 }),
  });
}
