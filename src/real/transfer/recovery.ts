import { backoff } from '../../core/backoff.js';
import { DownloadError } from '../download-error.js';
import type { DownloaderLimits } from '../limits.js';
import type { ReadError } from './byte-source.js';
import { afterFailure, afterTime, givesUp, type Trouble } from './retry.js';

/** What is known about a request that failed. `now` is on the monotonic clock. */
export interface FailedRequest {
  now: number;
  /** The round it began in. */
  round: number;
  /** Where it stopped, and the new bytes it had brought. */
  segment: number;
  fresh: number;
  /** The server sends whole files only. */
  wholeOnly: boolean;
  /** Others bring bytes meanwhile: it is this segment that has a problem, not the download. */
  isMoving: boolean;
}

/** Remembers what went wrong since the last new byte: who waits for how long, and when there is no use any more. */
export interface Recovery {
  /** Counted up by each failure that is news. */
  round(): number;
  /** Requests that were open together fail together: that is one failure, not sixteen. */
  isNews(round: number): boolean;
  trouble(): Trouble | undefined;
  /** No request before that, on the monotonic clock. */
  quietUntil(): number;
  isHeld(segment: number, now: number): boolean;
  /** Returns what the download fails with, if it does. */
  failed(failure: ReadError, about: FailedRequest): DownloadError | undefined;
  /** A new byte of that segment came. */
  fresh(segment: number): void;
  /** Time went by; `waiting` for the disk or a bandwidth limit. */
  passed(ms: number, waiting: boolean): void;
}

/** A break after so many new bytes is nothing to wait for. */
const WORTHWHILE_BYTES = 64 * 1024;

/** @param random from 0 to 1 */
export function createRecovery(limits: DownloaderLimits, random: () => number): Recovery {
  const held = new Map<number, { failures: number; until: number }>();
  let trouble: Trouble | undefined;
  let round = 0;
  let quietUntil = -Infinity;
  // What a server asked for holds, whatever comes meanwhile.
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
        const said = `The server sends only whole files, and broke off ${streamBreaks} times before anything new came.`;
        return new DownloadError('ranges_unsupported', said, { cause: failure });
      }
      if (began !== round) return undefined;
      round++;
      if (isMoving) return undefined;
      trouble = afterFailure(trouble, kind);
      quietUntil = until(trouble.attempts);
      const verdict = givesUp(trouble, code, limits);
      if (verdict === undefined) return undefined;
      const said = `${message} Gave up after ${trouble.attempts} attempts; what has arrived stays, and is used when the download is started again.`;
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
