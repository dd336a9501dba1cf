import { defaultLimits, type DownloaderLimits } from '../../../src/real/limits.js';

const KiB = 1024;

/**
 * As by default, with a file of some megabytes for a large one and tenths of a second for tens of them. What a slow machine
 * could take for a slow or silent server is a minute; a row about slowness or silence sets it.
 */
export const matrixLimits: DownloaderLimits = {
  ...defaultLimits,
  segmentBytes: 256 * KiB,
  shortestRunBytes: 256 * KiB,
  longestRunBytes: 4096 * KiB,
  aheadBytes: 4096 * KiB,
  doublingMs: 30,
  adjustingMs: 100,
  slowMs: 60_000,
  silenceMs: 60_000,
  connectMs: 60_000,
  retryMs: 20,
  longestRetryMs: 200,
  unreachableMs: 60_000,
  errorsMs: 200,
  errorAttempts: 6,
  unjournaledBytes: 1024 * KiB,
  writeBytes: 64 * KiB,
  journalBytes: 128 * KiB,
  journalMs: 30,
  checkpointMs: 100,
  spareBytes: 0,
  lockTouchMs: 100,
  lockStaleMs: 60_000,
};
