import type { DownloadDetails, DownloadPhase, FileProgress } from '../../core/downloader.js';
import type { JobSnapshot } from '../../core/job.js';
import { estimateCompletion } from '../../core/speed-and-estimate.js';
import type { PartFile } from '../disk/part-file.js';
import type { FileLocation } from '../hub/file-location.js';
import type { Lock } from '../library/locks.js';
import type { PlannedFile } from '../plan.js';
import { createBandwidth, type Bandwidth } from '../transfer/bandwidth.js';
import type { TransferCounters } from '../transfer/transfer.js';
import { snapshotAtRest, type JobRecord } from './job-record.js';
import { createProgress, type ProgressCounters } from './progress.js';
import type { Trace } from './trace.js';
import type { EngineContext } from './engine-context.js';

/** Why a job is stopped. */
export type StopReason = 'pause' | 'cancel' | 'close' | 'lost';

/** A file of a job on which this process works. */
export interface LiveFile {
  readonly planned: PlannedFile;
  /** The part, open while its bytes are fetched. */
  part: PartFile | undefined;
  /** What is being done with it. */
  phase: DownloadPhase | undefined;
  /** The bytes while no part is open. */
  downloadedBytes: number;
  hashedBytes: number;
}

/** A job that runs or is queued in this process: its files are locked. */
export interface LiveJob {
  /** The record, as it is on disk. */
  record: JobRecord;
  /** The folder of its record and its parts. */
  readonly folder: string;
  readonly lock: Lock;
  readonly files: readonly LiveFile[];
  readonly progress: ProgressCounters;
  readonly counters: TransferCounters;
  readonly bandwidth: Bandwidth;
  readonly trace: Trace | undefined;
  /** Locations that the start has found, by path. */
  readonly located: Map<string, FileLocation>;
  isWaiting: boolean;
  isPublishing: boolean;
  /** The largest number of bytes that was shown: it never decreases. */
  shownBytes: number;
  stopping: StopReason | undefined;
  /** Set while it runs. */
  run: { abort: AbortController; done: Promise<void> } | undefined;
}

export interface LiveJobOptions {
  record: JobRecord;
  folder: string;
  lock: Lock;
  trace: Trace | undefined;
  located: Map<string, FileLocation>;
}

export function createLiveJob(context: EngineContext, options: LiveJobOptions): LiveJob {
  const { record } = options;
  const { clock, limits } = context;
  const progress = createProgress(() => clock.monotonic(), limits.speedWindowMs);
  const job: LiveJob = {
    ...options,
    files: record.plan.files.map((planned) => ({
      planned,
      part: undefined,
      phase: undefined,
      downloadedBytes: record.reached[planned.path] ?? 0,
      hashedBytes: 0,
    })),
    progress,
    counters: countInto(context, (bytes) => {
      progress.add(bytes);
      job.trace?.note(writtenBytesOf(job));
    }),
    bandwidth: createBandwidth(record.limit, { clock }),
    isWaiting: true,
    isPublishing: false,
    shownBytes: record.downloadedBytes,
    stopping: undefined,
    run: undefined,
  };
  return job;
}

/** Creates counters of one job that also count into those of the engine. */
function countInto({ totals }: EngineContext, onBytes: (bytes: number) => void): TransferCounters {
  const own = { bytes: 0, retries: 0, stalls: 0 };
  return {
    connections: 0,
    get bytes() {
      return own.bytes;
    },
    set bytes(bytes) {
      const more = bytes - own.bytes;
      own.bytes = bytes;
      totals.downloadedBytes += more;
      onBytes(more);
    },
    get retries() {
      return own.retries;
    },
    set retries(retries) {
      totals.retries += retries - own.retries;
      own.retries = retries;
    },
    get stalls() {
      return own.stalls;
    },
    set stalls(stalls) {
      totals.stalls += stalls - own.stalls;
      own.stalls = stalls;
    },
  };
}

/** The phases of a job in the order in which they are shown: the phase of any file comes before the later ones. */
const PHASES: readonly DownloadPhase[] = [
  'transferring',
  'waiting-rate-limit',
  'offline',
  'verifying',
  'connecting',
  'queued',
];

export function phaseOf(job: LiveJob): DownloadPhase {
  if (job.isWaiting) return 'queued';
  if (job.isPublishing) return 'publishing';
  const phases = job.files.map(({ phase }) => phase);
  return PHASES.find((phase) => phases.includes(phase)) ?? 'connecting';
}

/** Returns a running maximum: bytes that must be fetched again stay counted. */
export function downloadedBytesOf(job: LiveJob): number {
  const bytes = job.files.reduce((sum, file) => sum + bytesOf(file), 0);
  job.shownBytes = Math.min(job.record.totalBytes, Math.max(job.shownBytes, bytes));
  return job.shownBytes;
}

/** Never more than outlasts the process, so that a job that was killed is not shown with less afterwards. */
function bytesOf({ part, downloadedBytes }: LiveFile): number {
  return part ? part.recordedBytes() : downloadedBytes;
}

/** With what is written and not in a journal yet: for the pace of a recording. */
export function writtenBytesOf({ files }: LiveJob): number {
  return files.reduce((sum, { part, downloadedBytes }) => sum + (part ? part.storedBytes() : downloadedBytes), 0);
}

/** Returns the bytes of each file, for the record. */
export function reachedBy({ files }: LiveJob): Record<string, number> {
  return Object.fromEntries(files.map((file) => [file.planned.path, bytesOf(file)]));
}

/** Returns the speed of arriving bytes: while a job waits or hashes there is none, and no estimate. */
export function speedOf(job: LiveJob): number {
  return phaseOf(job) === 'transferring' ? job.progress.speed() : 0;
}

export function snapshotOf(job: LiveJob, now: number): JobSnapshot {
  const { record } = job;
  if (record.state !== 'downloading') return snapshotAtRest(record);
  const downloadedBytes = downloadedBytesOf(job);
  const bytesPerSecond = speedOf(job);
  const estimate = estimateCompletion(now, record.totalBytes - downloadedBytes, bytesPerSecond);
  return {
    id: record.id,
    model: record.model,
    totalBytes: record.totalBytes,
    downloadedBytes,
    startedAt: record.startedAt,
    state: 'downloading',
    bytesPerSecond,
    ...(estimate !== undefined && { estimatedCompletion: estimate }),
  };
}

export function detailsOf(job: LiveJob, queuePosition: number | undefined): DownloadDetails {
  return {
    ...detailsAtRest(job.record),
    phase: phaseOf(job),
    files: job.files.map((file) => ({
      ...progressAtRest(file.planned, bytesOf(file)),
      hashedBytes: file.part ? file.part.hashedBytes() : file.hashedBytes,
    })),
    connections: job.counters.connections,
    ...(queuePosition !== undefined && { queuePosition }),
  };
}

/** Returns the details of a job on which this process does not work. */
export function detailsAtRest({ plan, state, reached, limit }: JobRecord): DownloadDetails {
  return {
    repo: `${plan.owner}/${plan.repo}`,
    commit: plan.commit,
    ...(plan.quantization !== undefined && { quantization: plan.quantization }),
    ...(state === 'downloading' && { phase: 'queued' as const }),
    files: plan.files.map((file) => {
      const bytes = state === 'completed' ? file.size : (reached[file.path] ?? 0);
      return { ...progressAtRest(file, bytes), hashedBytes: state === 'completed' ? bytes : 0 };
    }),
    connections: 0,
    ...(limit !== undefined && { limit }),
  };
}

function progressAtRest({ path, size }: PlannedFile, downloadedBytes: number): FileProgress {
  return { path, sizeBytes: size, downloadedBytes, hashedBytes: 0 };
}
