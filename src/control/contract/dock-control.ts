import type { ModelName } from '../../core/model-name.js';
import type { DownloadDetails } from '../../core/downloader.js';
import type { FailureCode } from '../../core/errors.js';
import type { JobSnapshot } from '../../core/job.js';
import type { InstalledModel } from '../../core/model-library.js';
import type { Condition, Transition } from '../../core/foresight.js';
import type { JobStretch, ScenarioChoice, StartingPoint } from '../../core/simulation.js';
import type { ListenOptions, SessionEvent } from '../events/events.js';
import type { ClockChange, ClockStatus } from '../base/session-clock.js';
import type { Fault, FaultStatus } from '../faults/fault.js';
import type { Finding } from '../findings/findings.js';
import type { JournalEntry } from '../journal/journal.js';
import { snapshotSchema, type SessionSnapshot } from '../base/snapshot.js';
import { parseFault } from '../faults/parse-fault.js';
import { faultSchema } from '../faults/schema.js';
import type { MethodName, Operations, ControlRoute } from './route.js';
import {
  advanceBody,
  clockBody,
  eventsQuery,
  failBody,
  forkBody,
  modelBody,
  scenarioBody,
  settledQuery,
  startBody,
  waitForQuery,
  waitQuery,
} from './schemas.js';

/*
 * The control of a session. It has the same methods and results in process (a dock) and over HTTP (the client in
 * modeldock/testing). Inputs and outputs are plain data. Times are milliseconds since the epoch on the session's clock.
 */

/** How far to advance: a number of milliseconds, or the first millisecond at which a condition holds. */
export type AdvanceStep = { ms: number } | { until: Condition | ModelCondition };

/** Something to advance to, of the latest download of a model. `model` may have `*` for any text, and no quantization. */
export type ModelCondition =
  /** A fraction of the size, 0 to 1. */
  | { model: ModelName; progress: number }
  | { model: ModelName; bytes: number }
  | { model: ModelName; status: JobSnapshot['state'] };

/** What an advance did. */
export interface Advanced {
  clock: ClockStatus;
  /** The transitions that were passed, in order. */
  transitions: readonly Transition[];
}

/** A job as the control of its session reports it; with the details of a download where the engine really downloads. */
export type JobReport = JobSnapshot &
  Partial<DownloadDetails> & {
    /** What will happen to it from its start on, unless a caller intervenes; empty if that cannot be predicted. */
    timeline: readonly JobStretch[];
  };

/** A session at a glance. */
export interface SessionStatus {
  session: string;
  /** `simulated` or `real`. */
  engine: string;
  clock: ClockStatus;
  /** How many jobs there are, in any state. */
  jobs: number;
  /** How many faults there are, those that have ended included. */
  faults: number;
  /** How many calls the journal holds. */
  journalEntries: number;
}

/** The default time limit of a wait, in ms. */
export const WAIT_MS = 30_000;

/** What to wait for; all that is given must hold. */
export interface WaitFor {
  status?: JobSnapshot['state'];
  /** A fraction of the size, 0 to 1. */
  progress?: number;
  /** How long to wait, in ms of wall time; 30 s by default, 10 min at most. */
  timeoutMs?: number;
}

/** How long to wait for clients. */
export interface SettledOptions {
  /** Wall time; 5 s by default, 10 min at most. */
  timeoutMs?: number;
}

/** What to wait for, of the downloads of a model. */
export interface WaitForModel extends WaitFor {
  /** As a client asks for it, `*` for any text; without a quantization, any. */
  model: ModelName;
}

/** How a download is started by control. */
export interface StartOptions extends StartingPoint {
  /** Unlike a client's, it may go with a catalog model where downloads are real. */
  quantization?: string;
}

/**
 * Controls one session: its clock, jobs, faults, models and journal. The same in process, over HTTP and by `connect()`.
 * @example
 * const control: DockControl = createDock({ speed: 0 });
 * await control.scenario.set({ rules: [{ model: 'qwen/*', scenario: 'stalls' }] });
 * await control.faults.add({ when: { route: 'status', nth: 1 }, effect: { type: 'status', status: 503 } });
 * await control.clock.advance({ ms: 60_000 });
 * for (const { id, state } of await control.jobs.list()) {
 *   if (state === 'downloading') await control.jobs.fail(id, { code: 'network_error' });
 * }
 * const findings = await control.findings();
 */
export interface DockControl {
  /** The session at a glance. */
  status(): Promise<SessionStatus>;
  /**
   * Returns the session to its initial state: no jobs, no loaded models, no faults, an empty journal, the initial time.
   * Real downloads stay: there only the faults and the journal are removed. Job ids go on, so that a client that still polls
   * an earlier job does not find another one under its id; ids that were given (`jobIds`) begin again.
   */
  reset(): Promise<SessionStatus>;
  /** The session's time. Real downloads have the machine's, which nothing can set or advance. */
  readonly clock: {
    get(): Promise<ClockStatus>;
    /** @throws ControlError time_travel */
    set(change: ClockChange): Promise<ClockStatus>;
    /** Resolves when the new state holds. @throws ControlError never, when the condition can never hold */
    advance(step: AdvanceStep | number): Promise<Advanced>;
  };
  /** The downloads, in the order in which they were started. */
  readonly jobs: {
    list(): Promise<readonly JobReport[]>;
    /** @throws ControlError not_found */
    get(jobId: string): Promise<JobReport>;
    /**
     * Starts a download as a client does, or gives the one that is under way. The journal has no call of it.
     * @param model a catalog id, or a link
     * @param options in a simulation, the moment at which it begins (`at`) or is held (`hold`): `0.42`, `'42%'`, `'stalled'`,
     * `'failed@50%'`, or `{ status, progress, code, reason }`
     * @throws ControlError with the status and the code that a client would get; wrong_job_state for a moment of a download
     * that is under way; unsupported for a moment where downloads are real
     * @example
     * await dock.jobs.start('ibm/granite-4-micro', { at: '42%' });
     */
    start(model: ModelName, options?: StartOptions): Promise<JobReport | 'already_downloaded'>;
    /** @throws ControlError not_found, wrong_job_state */
    pause(jobId: string): Promise<JobReport>;
    /**
     * @throws ControlError not_found, wrong_job_state; with real downloads, also the refusals of the hub or the disk
     */
    resume(jobId: string): Promise<JobReport>;
    /** @throws ControlError not_found, wrong_job_state */
    cancel(jobId: string): Promise<JobReport>;
    /** @throws ControlError not_found, wrong_job_state; unsupported with real downloads */
    fail(jobId: string, failure: { code: FailureCode; reason?: string }): Promise<JobReport>;
    /**
     * Resolves when the job reaches the goal; on a frozen clock only an advance brings it there. @throws ControlError
     * timeout, never
     */
    wait(jobId: string, goal: WaitFor, signal?: AbortSignal): Promise<JobReport>;
    /**
     * Resolves when a download of a model has come so far, be it started already or not. When one fails and the client asks
     * again, the new one counts.
     * @throws ControlError timeout
     * @example
     * await dock.jobs.waitFor({ model: 'simulate/steady', progress: 0.42 });
     */
    waitFor(goal: WaitForModel, signal?: AbortSignal): Promise<JobReport>;
  };
  /** What new downloads play. */
  readonly scenario: {
    get(): Promise<ScenarioChoice>;
    /**
     * Chooses scenarios for jobs created from now on. Fields that are left out stay. @throws ControlError
     * invalid_request
     */
    set(choice: Partial<ScenarioChoice>): Promise<ScenarioChoice>;
  };
  /** What happens to calls. */
  readonly faults: {
    list(): Promise<readonly FaultStatus[]>;
    /** @throws ControlError invalid_request, unsupported */
    add(fault: Fault): Promise<FaultStatus>;
    /** @throws ControlError not_found */
    remove(faultId: string): Promise<void>;
    clear(): Promise<void>;
  };
  /** What is installed. */
  readonly models: {
    list(): Promise<readonly InstalledModel[]>;
    /**
     * Adds a model to the library without a download, by the name that a client would ask for.
     * @throws ControlError not_found, invalid_request, and the refusals of the hub
     */
    add(model: ModelName, quantization?: string): Promise<InstalledModel>;
    /** Removes a model; a client that asks for it again downloads it again. @throws ControlError not_found */
    remove(key: string): Promise<void>;
  };
  /** What clients asked, and what they were answered. */
  readonly journal: {
    list(): Promise<readonly JournalEntry[]>;
    clear(): Promise<void>;
  };
  /** Finds mistakes of a client in the journal. */
  findings(): Promise<readonly Finding[]>;
  /** Reports what happened, as text for people: the jobs, the last calls, the findings, and how to restore the session. */
  report(): Promise<string>;
  /**
   * Resolves when each call of a client has been answered and none has come for a moment, so that the client has dealt with
   * its answers. Calls that a fault leaves hanging are not waited for.
   * @throws ControlError timeout, after 5 s by default
   * @example
   * await dock.clock.advance(1000);
   * await dock.settled();
   */
  settled(options?: SettledOptions): Promise<SessionStatus>;
  /** @throws ControlError unsupported with real downloads */
  snapshot(): Promise<SessionSnapshot>;
  /** @throws ControlError bad_snapshot; the session then stays as it was */
  restore(snapshot: unknown): Promise<SessionStatus>;
  /**
   * Creates a session that continues from this one's present state, with an empty journal and the same counters.
   * @throws ControlError session_exists, invalid_request, too_many_sessions
   */
  fork(session?: string): Promise<DockControl>;
  /** Streams events from now on, or after the event with a given id; ends when the signal is aborted. */
  events(options?: ListenOptions): AsyncIterable<SessionEvent>;
}

type Started = JobReport | 'already_downloaded';

/** How the answer of a start travels as JSON. */
export const started = {
  toJson: (job: Started): unknown => (job === 'already_downloaded' ? { state: job } : job),
  fromJson: (job: JobReport | { state: 'already_downloaded' }): unknown =>
    job.state === 'already_downloaded' ? job.state : job,
};

/** The largest body of a snapshot, in bytes: some 12 000 jobs fit. */
const SNAPSHOT_BYTES = 8 * 1024 * 1024;

/**
 * The routes of a session, one per method of its control. To add an endpoint, add a method above, its route here, and
 * its operation in `session/local-control.ts`; its name in `session/lazy-control.ts` is asked for by the compiler.
 */
export const controlRoutes = {
  health: {
    method: 'GET',
    path: '/health',
    calls: 'status',
    toJson: (status: SessionStatus) => ({ status: 'ok', ...status }),
  },
  status: { method: 'GET', path: '/session' },
  reset: { method: 'POST', path: '/reset' },
  'clock.get': { method: 'GET', path: '/clock' },
  'clock.set': { method: 'PUT', path: '/clock', body: clockBody },
  'clock.advance': {
    method: 'POST',
    path: '/clock/advance',
    body: advanceBody,
    toInput: (step: AdvanceStep | number) => (typeof step === 'number' ? { ms: step } : step),
  },
  'jobs.list': { method: 'GET', path: '/jobs' },
  'jobs.start': {
    method: 'POST',
    path: '/jobs',
    body: startBody,
    toInput: (model: ModelName, options?: StartOptions) => ({ model, ...options }),
    ...started,
  },
  // Before the route of a job, which has any name.
  'jobs.waitFor': { method: 'GET', path: '/jobs/wait', query: waitForQuery },
  'jobs.get': { method: 'GET', path: '/jobs/:job' },
  'jobs.pause': { method: 'POST', path: '/jobs/:job/pause' },
  'jobs.resume': { method: 'POST', path: '/jobs/:job/resume' },
  'jobs.cancel': { method: 'POST', path: '/jobs/:job/cancel' },
  'jobs.fail': { method: 'POST', path: '/jobs/:job/fail', body: failBody },
  'jobs.wait': { method: 'GET', path: '/jobs/:job/wait', query: waitQuery },
  'scenario.get': { method: 'GET', path: '/scenario' },
  'scenario.set': { method: 'PUT', path: '/scenario', body: scenarioBody },
  'faults.list': { method: 'GET', path: '/faults' },
  'faults.add': { method: 'POST', path: '/faults', body: faultSchema, parse: parseFault },
  'faults.clear': { method: 'DELETE', path: '/faults' },
  'faults.remove': { method: 'DELETE', path: '/faults/:fault' },
  'models.list': { method: 'GET', path: '/models' },
  'models.add': { method: 'POST', path: '/models', body: modelBody, fields: ['model', 'quantization'] },
  'models.remove': { method: 'DELETE', path: '/models/*key' },
  'journal.list': { method: 'GET', path: '/journal' },
  'journal.clear': { method: 'DELETE', path: '/journal' },
  findings: { method: 'GET', path: '/findings' },
  report: { method: 'GET', path: '/report', sends: 'text/plain; charset=utf-8' },
  settled: {
    method: 'GET',
    path: '/settled',
    query: settledQuery,
    toInput: (options: SettledOptions = {}) => options,
  },
  snapshot: { method: 'GET', path: '/snapshot' },
  restore: {
    method: 'POST',
    path: '/restore',
    body: snapshotSchema,
    maxBytes: SNAPSHOT_BYTES,
    // The operation checks it, because an engine that cannot restore refuses any snapshot.
    parse: (input: unknown) => input,
  },
  fork: {
    method: 'POST',
    path: '/fork',
    body: forkBody,
    fields: ['session'],
    toJson: (fork: DockControl) => fork.status(),
  },
  events: { method: 'GET', path: '/events', query: eventsQuery, sends: 'text/event-stream' },
} as const satisfies Record<MethodName<DockControl> | 'health', ControlRoute>;

export type ControlOperations = Operations<typeof controlRoutes, DockControl>;
