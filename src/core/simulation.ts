import type { ModelName } from './model-name.js';
import type { DownloadEngine, DownloadRequest, SimulatorControl } from './engine.js';
import type { FailureCode } from './errors.js';
import type { Foresight } from './foresight.js';
import type { JobSnapshot } from './job.js';
import type { InstalledModel } from './model-library.js';

/** One stretch of a job's scenario as it is played, on the session's clock. */
export interface JobStretch {
  /** The type of its step: `connect`, `transfer`, … */
  type: string;
  /** Milliseconds since the epoch, as `to`. */
  from: number;
  /** Absent where it has no end. */
  to?: number;
  fromBytes: number;
  toBytes: number;
}

/** Which scenario a new job plays: that of the first rule whose pattern matches the model, else the default. */
export interface ScenarioChoice {
  /** A scenario's name, or the scenario itself. */
  scenario: unknown;
  rules: readonly ScenarioRule[];
  /**
   * The moments at which downloads are held from their first answer on, by model, with `*` for any text; the first that
   * fits counts.
   */
  hold?: Readonly<Record<string, StartMoment>>;
}

/**
 * A moment of a download: a fraction of the size from 0 to 1, a text such as `42%`, `stalled` or `failed@50%`, or an object.
 */
export type StartMoment = number | string | DownloadMoment;

/** A moment of a download. */
export interface DownloadMoment {
  /** A fraction of the size, 0 to 1. Where it is left out: half of it. */
  progress?: number;
  /**
   * `downloading` by default. `stalled` is downloading at speed 0, `finalizing` the same with all bytes there.
   */
  status?: 'downloading' | 'paused' | 'stalled' | 'finalizing' | 'completed' | 'failed';
  /** Why it is paused or failed; a failed one has `network_error` by default. */
  code?: FailureCode;
  reason?: string;
}

/** Where a download begins that is not to begin at its start. */
export interface StartingPoint {
  /** It begins there, and goes on. */
  at?: StartMoment;
  /** It begins there, and stays until it is resumed or control moves the clock. */
  hold?: StartMoment;
}

/** Gives models whose name matches a pattern a scenario. */
export interface ScenarioRule {
  /** The identity of a model, with `*` for any text: `qwen/*`, `*@q8_0`. */
  model: ModelName;
  /** A scenario's name, or the scenario itself. */
  scenario: unknown;
}

/** What a simulated session can do beyond a real one. */
export interface Simulation extends Foresight {
  readonly jobs: SimulatorControl;
  /** Lists what happens to a job from its start on, unless a caller intervenes; empty when there is no such job. */
  timeline(jobId: string): Promise<readonly JobStretch[]>;
  /** Returns the engine as it would have answered `msAgo` ago; downloads still start now. */
  engineAsOf(msAgo: number): DownloadEngine;
  /**
   * Starts a download as a client does, at its beginning or at a moment.
   * @throws RefusedError as a client's start; wrong_job_state where it is under way already and was to begin at a moment
   */
  startAt(request: DownloadRequest, point: StartingPoint): Promise<JobSnapshot | 'already_downloaded'>;
  /** @throws Error naming the path of a wrong value */
  checkStart(point: StartingPoint): void;
  /** Resumes all jobs that are held at a moment; whether there were any. */
  releaseHeld(): Promise<boolean>;
  /** Returns the identity of the model that a request would download; undefined where it would be refused. */
  modelFor(request: DownloadRequest): string | undefined;
  /** Whether a request would download a model that is made up from its name. */
  isMadeUp(request: DownloadRequest): boolean;
  /** How many ids of jobs are used up. */
  usedJobIds(): number;
  /** Whether a job of this id was there before the last reset. */
  isFormer(jobId: string): boolean;
  scenario(): ScenarioChoice;
  /** Chooses scenarios for jobs created from now on. @throws Error naming the path of each wrong value */
  chooseScenario(choice: Partial<ScenarioChoice>): ScenarioChoice;
  /**
   * Offers another catalog for jobs made from now on.
   * @throws Error naming a download that the catalog does not have, or the path of a wrong value
   */
  changeCatalog(catalog: unknown): Promise<void>;
  /** Puts a model into the library without a download. @throws RefusedError as a download would */
  install(request: DownloadRequest): Promise<InstalledModel>;
  /** Removes a model from the library, so that it can be downloaded again. @throws RefusedError model_not_installed */
  uninstall(key: string): Promise<void>;
  /** Returns all decisions, as plain data. */
  save(): Promise<SavedSimulation>;
}

/** A saved simulation; its shape is private to the simulator. */
export type SavedSimulation = Record<string, unknown>;

/** Called with each decision as it is made. */
export type DecisionListener = (decision: Decision) => void;

/** A decision about a session, by a client or through the control API. Transitions that come by time alone are not decisions. */
export type Decision =
  | { type: 'started' | 'paused' | 'resumed' | 'cancelled' | 'failed'; job: string; model: string }
  /** A poll moved the job that was polled. */
  | { type: 'polled'; job: string; model: string; stepMs: number }
  /** What is installed or loaded, or the scenarios of jobs to come. */
  | { type: 'models' | 'scenario' };
