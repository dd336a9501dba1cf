import { backoff } from '../../core/backoff.js';
import { DownloadError } from '../download-error.js';
import type { DownloaderLimits } from '../limits.js';
import type { ReadError } from './byte-source.js';
import { afterFailure, afterTime, givesUp, type Trouble } from './retry.js';

/** The facts about a failed request. `now` is on the monotonic clock. */
export interface FailedRequest {
  now: number;
  /** The round in which it began. */
  round: number;
  /** Where it stopped, and how many new bytes it had received. */
  segment: number;
  fresh: number;
  /** Whether the server sends whole files only. */
  wholeOnly: boolean;
  /** Whether other requests receive bytes: then the problem is this segment, not the download. */
  isMoving: boolean;
}

/** Tracks failures since the last new byte: how long to wait before a retry, and when to give up. */
export interface Recovery {
  /** Incremented by each failure that counts. */
  round(): number;
  /** Whether a failure counts: requests that were open together fail together, which is one failure, not sixteen. */
  isNews(round: number): boolean;
  trouble(): Trouble | undefined;
  /** No request may be sent before that, on the monotonic clock. */
  quietUntil(): number;
  isHeld(segment: number, now: number): boolean;
  /** Records a failure. Returns the error of the download if it must fail. */
  failed(failure: ReadError, about: FailedRequest): DownloadError | undefined;
  /** Records a new byte of that segment. */
  fresh(segment: number): void;
  /** Records that time has passed; `waiting` for the disk or a bandwidth limit. */
  passed(ms: number, waiting: boolean): void;
}

/** After this many new bytes a broken connection needs no wait. */
const WORTHWHILE_BYTES = 64 * 1024;

/** @param random from 0 to 1 */
export function createRecovery(limits: DownloaderLimits, random: () => number): Recovery {
  const held = new Map<number, { failures: number; until: number }>();
  let trouble: Trouble | undefined;
  let round = 0;
  let quietUntil = -Infinity;
  // The wait that a server asked for applies in any case.
  let patientUntil = -Infinity;
  let streamBreaks = 0;

  return {
    round: () => round,
    isNews: (began) => began === round,
    trouble: () => trouble,
    quietUntil: () => Math.max(quietUntil, patientUntil),
    isHeld: (segment, now) => now < (held.get(segment)?.until ?? -Infinity),
    failed(failure, { now, round: began, segment, fresh, wholeOnly, isMoving }) {
      const { kind, code, message, retryAfterMs = 0 } = failure;
      const isHarmless = kind === 'refused' || (kind === 'broken' && fresh >= WORTHWHILE_BYTES);
      const until = (failures: number): number =>
        now + Math.max(retryAfterMs, isHarmless && failures === 1 ? 0 : backoff(failures, random(), limits));
      const failures = (held.get(segment)?.failures ?? 0) + 1;
      held.set(segment, { failures, until: until(failures) });
      if (kind === 'rate-limited') patientUntil = Math.max(patientUntil, now + retryAfterMs);
      if (wholeOnly && kind === 'broken' && fresh === 0 && ++streamBreaks >= limits.streamBreaks) {
        const said = `Cannot download: the server sends only whole files, and broke off ${streamBreaks} times before a new byte arrived.`;
        return new DownloadError('ranges_unsupported', said, { cause: failure });
      }
      if (began !== round) return undefined;
      round++;
      if (isMoving) return undefined;
      trouble = afterFailure(trouble, kind);
      quietUntil = until(trouble.attempts);
      const verdict = givesUp(trouble, code, limits);
      if (verdict === undefined) return undefined;
      const said = `${message} Gave up after ${trouble.attempts} attempts; the received bytes are kept for the next start of the download.`;
      return new DownloadError(verdict, said, { cause: failure });
    },
    fresh(segment) {
      trouble = undefined;
      quietUntil = -Infinity;
      streamBreaks = 0;
      if (held.size > 0) held.delete(segment);
    },
    passed(ms, waiting) {
      if (trouble !== undefined) trouble = afterTime(trouble, ms, waiting);
    },
  };
}
