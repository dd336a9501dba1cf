import type { Downloader } from '../../core/downloader.js';
import type { DownloadEngine, JobControl } from '../../core/engine.js';
import type { Transition } from '../../core/foresight.js';
import type { ModelLibrary } from '../../core/model-library.js';
import type { DecisionListener, SavedSimulation, Simulation } from '../../core/simulation.js';
import type { SessionClock } from '../base/session-clock.js';

/** The engine of a session and its parts, made by the entry that opens the session. */
export interface EngineParts {
  engine: DownloadEngine;
  library: ModelLibrary;
  jobs: JobControl;
  /** Where the downloads are simulated. */
  simulation?: Simulation;
  /** Where the downloads are real. */
  downloader?: Downloader;
}

/** The parts of a session that its engine is made from. */
export interface EngineSetup {
  clock: SessionClock;
  seed: string;
  /** To begin from, instead of from nothing. */
  saved: SavedSimulation | undefined;
  onDecision: DecisionListener;
  /** Called with what happens by itself, where there is no foresight to ask. */
  onTransition: (transition: Transition) => void;
  /** Aborted when the session's state is replaced; made when it is asked for. */
  closing: () => AbortSignal;
}
