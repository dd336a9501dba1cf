import { parseModelReference } from '../../contract/model-reference.js';
import { MAX_TIME } from '../../core/clock.js';
import type { JobSnapshot } from '../../core/job.js';
import type { InstalledModel } from '../../core/model-library.js';
import type { Simulation } from '../../core/simulation.js';
import { ControlError } from '../base/control-error.js';
import { advanceBody, clockBody, failBody, modelBody, scenarioBody, waitQuery } from '../contract/schemas.js';
import { parseFault } from '../faults/fault.js';
import { loadEffects } from '../faults/faults.js';
import type { SessionState } from './session-state.js';
import type { Journal } from '../journal/journal.js';
import type { Advanced, JobReport, DockControl, SessionStatus, AdvanceStep } from '../contract/dock-control.js';
import { checkInput } from '../base/check-input.js';
import { makeSnapshot, parseSnapshot, type SessionSnapshot } from '../base/snapshot.js';

export interface LocalControlContext {
  session: string;
  engineName: string;
  journal: Journal;
  state: () => SessionState;
  /** Begins again, from a snapshot or from nothing. @throws ControlError bad_snapshot */
  replace: (snapshot: SessionSnapshot | undefined) => void;
  /** Told of what an operator changed outside the world: the time, the faults. */
  changed: () => void;
  openFork: ((snapshot: SessionSnapshot, session: string | undefined) => Promise<DockControl>) | undefined;
}

/** Operates a session in process. */
export function createLocalControl(context: LocalControlContext): DockControl & { waiting(): number } {
  const { journal, state } = context;
  let waiting = 0;

  return {
    waiting: () => waiting,
    status,
    reset: async () => {
      context.replace(undefined);
      return status();
    },
    clock: {
      get: async () => state().clock.status(),
      set: async (change) => {
        const given = checkInput(clockBody, change);
        refuseImpossibleTime(() => state().clock.change(given));
        timeChanged();
        return state().clock.status();
      },
      advance: async (step) => advance(checkInput(advanceBody, typeof step === 'number' ? { ms: step } : step)),
    },
    jobs: {
      list: async () => Promise.all((await allJobs()).map(report)),
      get: async (jobId) => report(await find(jobId)),
      pause: async (jobId) => report(await obeyed(state().parts.jobs.pause(jobId))),
      resume: async (jobId) => report(await obeyed(state().parts.jobs.resume(jobId))),
      cancel: async (jobId) => report(await obeyed(state().parts.jobs.cancel(jobId))),
      fail: async (jobId, failure) => {
        const { code, reason } = checkInput(failBody, failure);
        return report(await obeyed(simulation().jobs.fail(jobId, code, reason)));
      },
      wait: async (jobId, waitFor, signal) => {
        const goal = checkInput(waitQuery, waitFor);
        const { clock, events, parts, closing } = state();
        const place = { clock, events, simulation: parts.simulation, findJob };
        waiting++;
        try {
          const { waitForJob } = await import('./wait-for-job.js');
          const leaving = [closing, ...(signal ? [signal] : [])];
          return await report(await waitForJob(place, jobId, goal, leaving));
        } finally {
          waiting--;
        }
      },
    },
    scenario: {
      get: async () => simulation().scenario(),
      set: async (choice) => {
        const given = checkInput(scenarioBody, choice);
        const parts = simulation();
        try {
          return parts.chooseScenario(given);
        } catch (error) {
          throw new ControlError(400, 'invalid_request', (error as Error).message, { cause: error });
        }
      },
    },
    faults: {
      list: async () => state().faults.list(),
      add: async (fault) => {
        const added = state().faults.add(parseFault(fault));
        context.changed();
        await loadEffects();
        return added;
      },
      remove: async (faultId) => {
        state().faults.remove(faultId);
        context.changed();
      },
      clear: async () => {
        state().faults.clear();
        context.changed();
      },
    },
    models: {
      list: () => state().parts.library.installed(),
      add: (model, quantization) => obeyed(install(model, quantization)),
      remove: (key) => obeyed(simulation().uninstall(key)),
    },
    journal: {
      list: async () => journal.list(),
      clear: async () => journal.clear(),
    },
    findings: async () => {
      // What most pages never ask for, they need not load.
      const { findIn } = await import('../findings/findings.js');
      return findIn(journal.list(), { jobs: await allJobs() });
    },
    snapshot,
    restore: async (input) => {
      context.replace(parseSnapshot(input));
      if (state().faults.list().length > 0) await loadEffects();
      return status();
    },
    fork: async (session) => {
      if (!context.openFork) throw unsupported('fork a dock that stands alone');
      return context.openFork(await snapshot(), session);
    },
    events: (options) => state().events.listen(options),
  };

  async function status(): Promise<SessionStatus> {
    return {
      session: context.session,
      engine: context.engineName,
      clock: state().clock.status(),
      jobs: (await allJobs()).length,
      faults: state().faults.list().length,
      journalEntries: journal.length,
    };
  }

  async function install(model: string, quantization: string | undefined): Promise<InstalledModel> {
    const given = checkInput(modelBody, { model, quantization });
    return simulation().install({ ...given, model: parseModelReference(given.model) });
  }

  async function advance(step: AdvanceStep): Promise<Advanced> {
    const { clock, parts } = state();
    const from = clock.now();
    if ('ms' in step) {
      refuseImpossibleTime(() => clock.advance(step.ms));
    } else {
      if (typeof step.until === 'object') await find(step.until.job);
      const found = await simulation().when(step.until);
      const never = 'never' in found ? found.never : found.at > MAX_TIME ? 'it is beyond the year 9999' : undefined;
      if (never !== undefined || 'never' in found) {
        throw new ControlError(409, 'never', `Cannot advance until ${JSON.stringify(step.until)}: ${never}.`);
      }
      // Not by a difference: the clock may have run on, or been advanced by somebody else, meanwhile.
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
    // First: what is decided while the jobs are gone through must not come after the time that is saved.
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

  async function report(job: JobSnapshot): Promise<JobReport> {
    const { simulation, downloader } = state().parts;
    const details = await downloader?.jobs.details(job.id);
    return { ...job, ...details, timeline: (await simulation?.timeline(job.id)) ?? [] };
  }

  async function allJobs(): Promise<JobSnapshot[]> {
    const jobs: JobSnapshot[] = [];
    for await (const job of state().parts.jobs.list()) jobs.push(job);
    return jobs;
  }

  /** Not the engine's own status: that is a poll, and in mode `polls` it would move the job. */
  async function findJob(jobId: string): Promise<JobSnapshot | undefined> {
    return state().parts.jobs.find(jobId);
  }

  async function find(jobId: string): Promise<JobSnapshot> {
    const job = await findJob(jobId);
    if (!job) throw new ControlError(404, 'not_found', `There is no job ${jobId} in session ${context.session}.`);
    return job;
  }

  function simulation(): Simulation {
    const { simulation } = state().parts;
    if (!simulation) throw unsupported(`do that with the ${context.engineName} engine: only a simulation can`);
    return simulation;
  }
}

/** What the engine or the contract refuses, in an operator's terms. */
async function obeyed<Value>(doing: Promise<Value>): Promise<Value> {
  try {
    return await doing;
  } catch (error) {
    const { asControlError } = await import('./as-control-error.js');
    throw asControlError(error);
  }
}

/** Turns what a clock says of a time that it cannot show into invalid_request. */
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
