import type { Downloader } from '../../core/downloader.js';
import type { DownloadEngine, JobControl } from '../../core/engine.js';
import type { Transition } from '../../core/foresight.js';
import type { ModelLibrary } from '../../core/model-library.js';
import type { DecisionListener, SavedSimulation, Simulation } from '../../core/simulation.js';
import type { SessionClock } from '../base/session-clock.js';

/** The engine of a session and its parts, created by the entry that opens the session. */
export interface EngineParts {
  engine: DownloadEngine;
  library: ModelLibrary;
  jobs: JobControl;
  /** Set if the downloads are simulated. */
  simulation?: Simulation;
  /** Set if the downloads are real. */
  downloader?: Downloader;
}

/** The parts of a session that its engine is created from. */
export interface EngineSetup {
  clock: SessionClock;
  seed: string;
  /** The saved state to start from; undefined for an empty one. */
  saved: SavedSimulation | undefined;
  /** How many ids of jobs are used up, by a state before this one. */
  usedJobIds?: number | undefined;
  onDecision: DecisionListener;
  /** Called with transitions that happen by themselves, if the engine cannot predict them. */
  onTransition: (transition: Transition) => void;
  /** Returns a signal that is aborted when the session's state is replaced; created lazily. */
  closing: () => AbortSignal;
}
