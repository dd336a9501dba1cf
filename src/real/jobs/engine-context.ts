import type { ByteBudget } from '../disk/byte-budget.js';
import type { Digester } from '../disk/digester.js';
import type { FileLayer } from '../file-layer.js';
import type { Agents } from '../hub/agents.js';
import type { HubClient } from '../hub/hub-client.js';
import type { HubSettings } from '../hub/hub-settings.js';
import type { ModelFolders } from '../library/model-folders.js';
import type { ModelRecords } from '../library/records.js';
import type { InstalledLibrary } from '../library/installed-library.js';
import type { DownloaderLimits } from '../limits.js';
import type { RealClock } from '../real-clock.js';
import type { Bandwidth } from '../transfer/bandwidth.js';
import type { ConnectionSlots } from '../transfer/connection-slots.js';
import type { FileClaims } from './file-claims.js';
import type { KeyedMutex } from './keyed-mutex.js';
import type { JobOwner } from './job-record.js';
import type { JobRecords } from './job-records.js';
import type { SharedLocks } from './shared-locks.js';

/** The parts that all jobs of one engine share. */
export interface EngineContext {
  readonly files: FileLayer;
  readonly clock: RealClock;
  readonly limits: DownloaderLimits;
  readonly settings: HubSettings;
  readonly agents: Agents;
  readonly hub: HubClient;
  readonly slots: ConnectionSlots;
  /** The limit of all jobs together. */
  readonly bandwidth: Bandwidth;
  readonly budget: ByteBudget;
  readonly digester: Digester;
  readonly folders: ModelFolders;
  readonly records: ModelRecords;
  readonly library: InstalledLibrary;
  readonly store: JobRecords;
  readonly locks: SharedLocks;
  readonly claims: FileClaims;
  /** Distinguishes a restart of the computer from one of the process. */
  readonly bootId: string;
  /** Locks jobs by their ids, for control calls. */
  readonly withJobLock: KeyedMutex;
  readonly totals: EngineTotals;
  readonly owner: JobOwner;
  /** Aborted when the engine closes. */
  readonly closing: AbortSignal;
  /** Called with warnings from background work. */
  readonly onWarning: (text: string) => void;
}

/** Counters since the engine was opened. */
export interface EngineTotals {
  downloadedBytes: number;
  hashedBytes: number;
  retries: number;
  stalls: number;
  renewals: number;
}
