const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/**
 * Every number that the real engine works with. All are options, so that a test takes seconds. Bytes and milliseconds.
 */
export interface DownloaderLimits {
  /** The unit of a part's journal. */
  segmentBytes: number;
  /** The smallest and largest size of a request (unless less is left). */
  shortestRunBytes: number;
  longestRunBytes: number;
  /** A request covers what its connection transfers in this time. */
  runMs: number;
  /** No request starts further than this beyond the first missing byte. */
  aheadBytes: number;
  connectionsAtStart: number;
  connectionsPerFile: number;
  connectionsPerHost: number;
  connectionsInAll: number;
  /** The interval between two measurements while the number of connections doubles, and afterwards. */
  doublingMs: number;
  adjustingMs: number;
  /** A request that is slower than `slowShare` of the median for this long is replaced. */
  slowMs: number;
  slowShare: number;
  /** How long a connection may be silent while it is read. */
  silenceMs: number;
  connectMs: number;
  /** The longest wait before a retry; waits grow up to it. */
  retryMs: number;
  longestRetryMs: number;
  /** How long a download waits without any answer. */
  unreachableMs: number;
  /** The limits of error answers without a new byte: a job fails when both are exceeded. */
  errorsMs: number;
  errorAttempts: number;
  /** The limit of consecutive answers that are not what was requested, without a new byte: then a job fails at once. */
  violationAttempts: number;
  /** How often in a row a server that sends only whole files may break off without a new byte. */
  streamBreaks: number;
  /** The time limit for the answer to a start. */
  startMs: number;
  jobsAtOnce: number;
  /** The limit of received bytes that are not in a journal yet, in the whole process. */
  unjournaledBytes: number;
  writeBytes: number;
  journalBytes: number;
  journalMs: number;
  checkpointMs: number;
  /** How much must stay free on the disk. */
  spareBytes: number;
  lockTouchMs: number;
  lockStaleMs: number;
  speedWindowMs: number;
}

/** The numbers that a downloader works with by default. */
export const defaultLimits: DownloaderLimits = {
  segmentBytes: 16 * MiB,
  shortestRunBytes: 16 * MiB,
  longestRunBytes: GiB,
  runMs: 4000,
  aheadBytes: GiB,
  connectionsAtStart: 4,
  connectionsPerFile: 16,
  connectionsPerHost: 32,
  connectionsInAll: 48,
  doublingMs: 250,
  adjustingMs: 2000,
  slowMs: 5000,
  slowShare: 0.1,
  silenceMs: 10_000,
  connectMs: 10_000,
  retryMs: 500,
  longestRetryMs: 60_000,
  unreachableMs: 24 * 60 * 60_000,
  errorsMs: 15 * 60_000,
  errorAttempts: 20,
  violationAttempts: 6,
  streamBreaks: 3,
  startMs: 15_000,
  jobsAtOnce: 3,
  unjournaledBytes: 12 * MiB,
  writeBytes: 256 * KiB,
  journalBytes: 4 * MiB,
  journalMs: 250,
  checkpointMs: 5000,
  spareBytes: 512 * MiB,
  lockTouchMs: 5000,
  lockStaleMs: 30_000,
  speedWindowMs: 10_000,
};
