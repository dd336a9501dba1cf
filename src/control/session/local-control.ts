import { parseModelReference } from '../../contract/model-reference.js';
import { MAX_TIME } from '../../core/clock.js';
import type { JobSnapshot } from '../../core/job.js';
import type { Simulation } from '../../core/simulation.js';
import { ControlError } from '../base/control-error.js';
import { makeSnapshot, parseSnapshot, type SessionSnapshot } from '../base/snapshot.js';
import type {
  Advanced,
  AdvanceStep,
  ControlOperations,
  DockControl,
  JobReport,
  SessionStatus,
} from '../contract/dock-control.js';
import { loadEffects } from '../faults/faults.js';
import type { Journal } from '../journal/journal.js';
import type { SessionState } from './session-state.js';

export interface LocalControlContext {
  sessionName: string;
  engineName: string;
  journal: Journal;
  state: () => SessionState;
  /** Begins again, from a snapshot or from nothing. @throws ControlError bad_snapshot */
  replace: (snapshot: SessionSnapshot | undefined) => void;
  /** Called after the control changed something outside the engine: the time, the faults. */
  changed: () => void;
  openFork: ((snapshot: SessionSnapshot, sessionName: string | undefined) => Promise<DockControl>) | undefined;
}

export interface LocalControl {
  operations: ControlOperations;
  /** How many waits are going on. */
  waiting(): number;
}

/** Controls a session in process: one operation per route, each with an input that has been checked. */
export function createLocalControl(context: LocalControlContext): LocalControl {
  const { journal, state } = context;
  const waits = countWaits();
  const { report, listJobs, findJob, requireJob } = jobsOf(context);

  const operations: ControlOperations = {
    status,
    reset: async () => {
      context.replace(undefined);
      return status();
    },
    'clock.get': async () => state().clock.status(),
    'clock.set': async ({ input }) => {
      refuseImpossibleTime(() => state().clock.change(input));
      timeChanged();
      return state().clock.status();
    },
    'clock.advance': ({ input }) => advance(input),
    'jobs.list': async () => Promise.all((await listJobs()).map(report)),
    'jobs.get': async ({ parameter: jobId }) => report(await requireJob(jobId)),
    'jobs.pause': async ({ parameter: jobId }) => report(await translateErrors(state().parts.jobs.pause(jobId))),
    'jobs.resume': async ({ parameter: jobId }) => report(await translateErrors(state().parts.jobs.resume(jobId))),
    'jobs.cancel': async ({ parameter: jobId }) => report(await translateErrors(state().parts.jobs.cancel(jobId))),
    'jobs.fail': async ({ parameter: jobId, input: { code, reason } }) =>
      report(await translateErrors(simulation().jobs.fail(jobId, code, reason))),
    'jobs.wait': ({ parameter: jobId, input: goal, signal }) => {
      const { clock, events, parts, closing } = state();
      return waits.count(async () => {
        const { waitForJob } = await import('./wait-for-job.js');
        const leaving = [closing, ...(signal ? [signal] : [])];
        return report(await waitForJob({ clock, events, simulation: parts.simulation, findJob }, jobId, goal, leaving));
      });
    },
    'scenario.get': async () => simulation().scenario(),
    'scenario.set': async ({ input }) => {
      const parts = simulation();
      try {
        return parts.chooseScenario(input);
      } catch (error) {
        throw new ControlError(400, 'invalid_request', (error as Error).message, { cause: error });
      }
    },
    'faults.list': async () => state().faults.list(),
    'faults.add': async ({ input: fault }) => {
      const { refusalOf } = await loadEffects();
      const added = state().faults.add(fault, refusalOf);
      context.changed();
      return added;
    },
    'faults.remove': async ({ parameter: faultId }) => {
      state().faults.remove(faultId);
      context.changed();
    },
    'faults.clear': async () => {
      state().faults.clear();
      context.changed();
    },
    'models.list': () => state().parts.library.installed(),
    'models.add': ({ input: { model, ...quantization } }) =>
      translateErrors(async () => simulation().install({ ...quantization, model: parseModelReference(model) })),
    'models.remove': ({ parameter: key }) => translateErrors(async () => simulation().uninstall(key)),
    'journal.list': () => journal.list(),
    'journal.clear': async () => journal.clear(),
    findings: async () => {
      // Loaded when asked for: most pages never do.
      const { findIn } = await import('../findings/findings.js');
      return findIn(await journal.list(), { jobs: await listJobs(), isMadeUp: madeUpIn(state().parts.simulation) });
    },
    snapshot,
    restore: async ({ input }) => {
      context.replace(parseSnapshot(input));
      if (state().faults.list().length > 0) await loadEffects();
      return status();
    },
    fork: async ({ input }) => {
      if (!context.openFork) throw unsupported('fork a dock that stands alone');
      return context.openFork(await snapshot(), input.session);
    },
    events: (options) => state().events.listen(options),
  };
  return { operations, waiting: waits.waiting };

  async function status(): Promise<SessionStatus> {
    return {
      session: context.sessionName,
      engine: context.engineName,
      clock: state().clock.status(),
      jobs: (await listJobs()).length,
      faults: state().faults.list().length,
      journalEntries: journal.length,
    };
  }

  async function advance(step: AdvanceStep): Promise<Advanced> {
    const { clock, parts } = state();
    const from = clock.now();
    if ('ms' in step) {
      refuseImpossibleTime(() => clock.advance(step.ms));
    } else {
      if (typeof step.until === 'object') await requireJob(step.until.job);
      const found = await simulation().when(step.until);
      const never = 'never' in found ? found.never : found.at > MAX_TIME ? 'it is beyond the year 9999' : undefined;
      if (never !== undefined || 'never' in found) {
        throw new ControlError(409, 'never', `Cannot advance until ${JSON.stringify(step.until)}: ${never}.`);
      }
      // Not by a difference: the clock may have run on, or another caller may have advanced it, in the meantime.
      clock.reach(found.at);
    }
    const transitions = (await parts.simulation?.transitions(from, clock.now())) ?? [];
    timeChanged();
    return { clock: clock.status(), transitions };
  }

  function timeChanged(): void {
    state().timeChanged();
    context.changed();
  }

  async function snapshot(): Promise<SessionSnapshot> {
    const { seed, profile, explainFailures, clock, faults } = state();
    // Jobs first: a decision made while they are collected must not come after the time that is saved.
    const saved = await simulation().save();
    return makeSnapshot({
      seed,
      profile,
      explainFailures,
      clock: clock.save(),
      simulation: saved,
      faults: faults.save(),
    });
  }

  function simulation(): Simulation {
    const { simulation } = state().parts;
    if (!simulation) throw unsupported(`do that with the ${context.engineName} engine: only a simulation can`);
    return simulation;
  }
}

/** Finds the jobs of a session and reports on them. */
function jobsOf({ state, sessionName }: LocalControlContext) {
  return { report, listJobs, findJob, requireJob };

  async function report(job: JobSnapshot): Promise<JobReport> {
    const { simulation, downloader } = state().parts;
    const details = await downloader?.jobs.details(job.id);
    return { ...job, ...details, timeline: (await simulation?.timeline(job.id)) ?? [] };
  }

  async function listJobs(): Promise<JobSnapshot[]> {
    const jobs: JobSnapshot[] = [];
    for await (const job of state().parts.jobs.list()) jobs.push(job);
    return jobs;
  }

  /** Does not ask the engine for the status: that is a poll, and would move the job in mode `polls`. */
  async function findJob(jobId: string): Promise<JobSnapshot | undefined> {
    return state().parts.jobs.find(jobId);
  }

  /** @throws ControlError not_found */
  async function requireJob(jobId: string): Promise<JobSnapshot> {
    const job = await findJob(jobId);
    if (!job) throw new ControlError(404, 'not_found', `There is no job ${jobId} in session ${sessionName}.`);
    return job;
  }
}

function countWaits() {
  let waiting = 0;
  return {
    waiting: () => waiting,
    count: async <Value>(wait: () => Promise<Value>): Promise<Value> => {
      waiting++;
      try {
        return await wait();
      } finally {
        waiting--;
      }
    },
  };
}

/** Turns a refusal by the engine or the contract into a ControlError. */
async function translateErrors<Value>(doing: Promise<Value> | (() => Promise<Value>)): Promise<Value> {
  try {
    return await (typeof doing === 'function' ? doing() : doing);
  } catch (error) {
    const { asControlError } = await import('./as-control-error.js');
    throw asControlError(error);
  }
}

/** Turns the clock's error about a time that it cannot show into invalid_request. */
function refuseImpossibleTime(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ControlError(400, 'invalid_request', error.message, { cause: error });
  }
}

function unsupported(what: string): ControlError {
  return new ControlError(501, 'unsupported', `Cannot ${what}.`);
}

/** Tells whether a model that a client asked for was made up from its name. */
function madeUpIn(simulation: Simulation | undefined): (asked: { model: string; quantization?: string }) => boolean {
  return ({ model, quantization }) => {
    try {
      const request = { model: parseModelReference(model), ...(quantization !== undefined && { quantization }) };
      return simulation?.isMadeUp(request) ?? false;
    } catch {
      return false;
    }
  };
}
