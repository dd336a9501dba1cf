import type { Downloader } from '../../core/downloader.js';
import type { DownloadEngine, JobControl } from '../../core/engine.js';
import type { Transition } from '../../core/foresight.js';
import type { ModelLibrary } from '../../core/model-library.js';
import type { DecisionListener, SavedSimulation, Simulation } from '../../core/simulation.js';
import type { SessionClock } from '../base/session-clock.js';

/** What a dock is built around; the entry that starts things makes it. */
export interface EngineParts {
  engine: DownloadEngine;
  library: ModelLibrary;
  jobs: JobControl;
  /** Where the downloads are simulated. */
  simulation?: Simulation;
  /** Where the downloads are actual ones. */
  downloader?: Downloader;
}

/** What a world is made of. */
export interface EngineSetup {
  clock: SessionClock;
  seed: string;
  /** To begin from, instead of from nothing. */
  saved: SavedSimulation | undefined;
  onDecision: DecisionListener;
  /** To be told of what happens by itself, where there is no foresight to ask. */
  onTransition: (transition: Transition) => void;
  /** Aborted when this world is replaced; made when it is asked for. */
  closing: () => AbortSignal;
}
