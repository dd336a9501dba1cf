import { parseModelReference } from '../../contract/model-reference.js';
import { MAX_TIME } from '../../core/clock.js';
import type { Condition } from '../../core/foresight.js';
import type { JobSnapshot } from '../../core/job.js';
import type { Simulation } from '../../core/simulation.js';
import { matchesModel } from '../../core/text-pattern.js';
import { ControlError } from '../base/control-error.js';
import { parseSnapshot, type SessionSnapshot } from '../base/snapshot.js';
import {
  controlRoutes,
  type Advanced,
  type AdvanceStep,
  type ControlOperations,
  type DockControl,
  type JobReport,
  type ModelCondition,
  type SessionStatus,
  type WaitFor,
} from '../contract/dock-control.js';
import { inProcess, requestFor } from '../contract/route.js';
import { loadEffects } from '../faults/faults.js';
import type { Finding } from '../findings/finding.js';
import type { Journal } from '../journal/journal.js';
import type { SessionState } from './session-state.js';
import { takeSnapshot } from './take-snapshot.js';

export interface LocalControlContext {
  sessionName: string;
  engineName: string;
  journal: Journal;
  state: () => SessionState;
  /** Replaces the state, by a snapshot or by an empty one. @throws ControlError bad_snapshot */
  replace: (snapshot: SessionSnapshot | undefined) => void;
  /** Called after the control changed the clock or the faults. */
  changed: () => void;
  openFork: ((snapshot: SessionSnapshot, sessionName: string | undefined) => Promise<DockControl>) | undefined;
}

export type LocalOperations = Omit<ControlOperations, 'events'>;

export interface LocalControl {
  /** Those of all routes but the stream of events. */
  operations: LocalOperations;
  /** The number of waits in progress. */
  waiting(): number;
}

/** Controls a session in process: one operation per route, each with checked input. */
export function createLocalControl(context: LocalControlContext): LocalControl {
  const { journal, state } = context;
  const waits = countWaits();
  const { report, listJobs, findJob, requireJob, onOneJob } = jobsOf(context);

  const operations: LocalOperations = {
    status,
    reset: async () => {
      context.replace(undefined);
      return status();
    },
    'clock.get': async () => state().clock.status(),
    'clock.set': async ({ input }) => {
      if (input.now !== undefined) await state().parts.simulation?.releaseHeld();
      refuseImpossibleTime(() => state().clock.change(input));
      timeChanged();
      return state().clock.status();
    },
    'clock.advance': ({ input }) => advance(input),
    'jobs.list': async () => Promise.all((await listJobs()).map(report)),
    'jobs.get': async ({ parameter: jobId }) => report(await requireJob(jobId)),
    'jobs.start': ({ input: { model, at, hold, ...quantization } }) => {
      const parts = simulation();
      const point = { ...(at !== undefined && { at }), ...(hold !== undefined && { hold }) };
      return translateErrors(async () => {
        refuseWrongValue(() => parts.checkStart(point));
        const job = await parts.startAt({ ...quantization, model: parseModelReference(model) }, point);
        return job === 'already_downloaded' ? job : report(job);
      });
    },
    'jobs.waitFor': ({ input: { model, ...goal }, signal }) => wait({ model }, goal, signal),
    'jobs.pause': async ({ parameter: jobId }) => report(await translateErrors(state().parts.jobs.pause(jobId))),
    'jobs.resume': async ({ parameter: jobId }) => report(await translateErrors(state().parts.jobs.resume(jobId))),
    'jobs.cancel': async ({ parameter: jobId }) => report(await translateErrors(state().parts.jobs.cancel(jobId))),
    'jobs.fail': async ({ parameter: jobId, input: { code, reason } }) =>
      report(await translateErrors(simulation().jobs.fail(jobId, code, reason))),
    'jobs.wait': ({ parameter: job, input: goal, signal }) => wait({ job }, goal, signal),
    'scenario.get': async () => simulation().scenario(),
    'scenario.set': async ({ input }) => {
      const parts = simulation();
      return refuseWrongValue(() => parts.chooseScenario(input));
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
    findings,
    report: async () => {
      const { reportSession } = await import('./report-session.js');
      const taken = state().parts.simulation && (await snapshot());
      const [jobs, calls] = [await listJobs(), await journal.list()];
      return reportSession({ status: await status(), jobs, calls, findings: await findings(), snapshot: taken });
    },
    settled: ({ input }) =>
      waits.count(async () => {
        const { untilSettled } = await import('./until-settled.js');
        await untilSettled(journal, input);
        return status();
      }),
    snapshot,
    restore: async ({ input }) => {
      context.replace(parseSnapshot(input));
      if (state().faults.list().length > 0) await loadEffects();
      return status();
    },
    fork: async ({ input }) => {
      if (!context.openFork) throw unsupported('fork a single dock');
      return context.openFork(await snapshot(), input.session);
    },
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

  async function findings(): Promise<readonly Finding[]> {
    // Loaded lazily: most pages never need it.
    const { findIn } = await import('../findings/findings.js');
    const { simulation: simulated } = state().parts;
    return findIn(await journal.list(), {
      jobs: await listJobs(),
      isMadeUp: madeUpIn(simulated),
      ...(simulated && { isFormerJob: (jobId: string) => simulated.isFormer(jobId) }),
    });
  }

  function wait(
    target: { job: string } | { model: string },
    goal: WaitFor,
    signal: AbortSignal | undefined,
  ): Promise<JobReport> {
    const { clock, events, parts, closing } = state();
    return waits.count(async () => {
      const { waitForJob } = await import('./wait-for-job.js');
      const leaving = [closing, ...(signal ? [signal] : [])];
      const context = { clock, events, simulation: parts.simulation, findJob, listJobs };
      return report(await waitForJob(context, target, goal, leaving));
    });
  }

  async function advance(step: AdvanceStep): Promise<Advanced> {
    const { clock, parts } = state();
    const from = clock.now();
    if ('ms' in step) {
      if (step.ms > 0) await parts.simulation?.releaseHeld();
      refuseImpossibleTime(() => clock.advance(step.ms));
    } else {
      const condition = await onOneJob(step.until);
      let at = await when(condition);
      // What goes on only now is looked at again: a running clock has moved meanwhile.
      if (at > from && (await simulation().releaseHeld())) at = await when(condition);
      // Set to the time and not advanced by a difference: the clock may have moved on in the meantime.
      clock.reach(at);
    }
    const transitions = (await parts.simulation?.transitions(from, clock.now())) ?? [];
    timeChanged();
    return { clock: clock.status(), transitions };
  }

  /** @throws ControlError never */
  async function when(condition: Condition): Promise<number> {
    const found = await simulation().when(condition);
    const never = 'never' in found ? found.never : found.at > MAX_TIME ? 'it is beyond the year 9999' : undefined;
    if (never === undefined && 'at' in found) return found.at;
    throw new ControlError(409, 'never', `Cannot advance until ${JSON.stringify(condition)}: ${never}.`);
  }

  function timeChanged(): void {
    state().timeChanged();
    context.changed();
  }

  async function snapshot(): Promise<SessionSnapshot> {
    return takeSnapshot(state(), simulation());
  }

  function simulation(): Simulation {
    const { simulation } = state().parts;
    if (!simulation)
      throw unsupported(
        `do this with the ${context.engineName} engine: only a simulation can. Use the simulated engine`,
      );
    return simulation;
  }
}

/** Carries out a method of the control with its arguments. @throws ControlError */
export function callOperation(
  operations: LocalOperations,
  name: keyof LocalOperations,
  given: unknown[],
): Promise<unknown> {
  const route = controlRoutes[name];
  return inProcess(operations)(name, route, requestFor(route, given));
}

/** Finds the jobs of a session and reports on them. */
function jobsOf({ state, sessionName }: LocalControlContext) {
  return { report, listJobs, findJob, requireJob, onOneJob };

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

  /**
   * Finds a job without asking the engine for the status: that is a poll, and would advance the job in mode `polls`.
   */
  async function findJob(jobId: string): Promise<JobSnapshot | undefined> {
    return state().parts.jobs.find(jobId);
  }

  /** A condition about a model is about its latest download. @throws ControlError not_found */
  async function onOneJob(until: Condition | ModelCondition): Promise<Condition> {
    if (typeof until === 'string') return until;
    if ('job' in until) {
      await requireJob(until.job);
      return until;
    }
    const { model, ...goal } = until;
    const job = (await listJobs()).findLast((each) => matchesModel(model, each.model));
    if (job) return { ...goal, job: job.id };
    throw new ControlError(
      404,
      'not_found',
      `Cannot advance a download of ${model}: there is none in session ${sessionName} yet. Wait until the client has asked for it (jobs.waitFor), or start it (jobs.start).`,
    );
  }

  /** @throws ControlError not_found */
  async function requireJob(jobId: string): Promise<JobSnapshot> {
    const job = await findJob(jobId);
    if (!job)
      throw new ControlError(404, 'not_found', `Cannot find job ${jobId}: session ${sessionName} has no such job.`);
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

/** Turns the simulator's error about a value of a scenario or a moment into invalid_request. */
function refuseWrongValue<Value>(act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    throw new ControlError(400, 'invalid_request', (error as Error).message, { cause: error });
  }
}

/** Turns the clock's error about an impossible time into invalid_request. */
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
