const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/** Every number the real engine works with. All are options, so that a test takes seconds. Bytes and milliseconds. */
export interface DownloaderLimits {
  /** The unit of a part's journal. */
  segmentBytes: number;
  /** A request asks for no less (unless less is left), and no more. */
  shortestRunBytes: number;
  longestRunBytes: number;
  /** A request covers what its connection moves in this time. */
  runMs: number;
  /** No request starts further beyond the first byte that is missing. */
  aheadBytes: number;
  connectionsAtStart: number;
  connectionsPerFile: number;
  connectionsPerHost: number;
  connectionsInAll: number;
  /** Between two judgements while connections double, and afterwards. */
  doublingMs: number;
  adjustingMs: number;
  /** A request slower than `slowShare` of the median for so long is given up. */
  slowMs: number;
  slowShare: number;
  /** Silence on a connection that is being read. */
  silenceMs: number;
  connectMs: number;
  /** Retries wait longer and longer, up to this. */
  retryMs: number;
  longestRetryMs: number;
  /** How long nothing at all may answer. */
  unreachableMs: number;
  /** Answers that are errors, without a new byte: a job fails when both are exceeded. */
  errorsMs: number;
  errorAttempts: number;
  /** Answers in a row that are not what was asked for, without a new byte: a job fails at once. */
  violationAttempts: number;
  /** Times in a row that a server which only sends whole files breaks off without a new byte. */
  streamBreaks: number;
  /** A start is answered by then. */
  startMs: number;
  jobsAtOnce: number;
  /** Received and not yet in a journal, in the whole process. */
  unjournaledBytes: number;
  writeBytes: number;
  journalBytes: number;
  journalMs: number;
  checkpointMs: number;
  /** What stays free on the disk. */
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
