/*
 * When a request is made again, and when a download gives up: decisions about numbers.
 */
import type { FailureCode } from '../../core/errors.js';
import type { DownloaderLimits } from '../limits.js';
import type { ReadFailure } from './byte-source.js';

/** What went wrong since the last new byte. Plain data. */
export interface Trouble {
  /** How the last attempt failed. */
  kind: ReadFailure;
  /** Rounds of requests that failed. */
  attempts: number;
  /** Of those, how many were answered, with errors, and the time spent in that state. */
  errors: number;
  errorMs: number;
  /** Answers in a row that were not what was asked for. */
  violations: number;
  /** All the time, except asleep. */
  ms: number;
}

/** The trouble after one more attempt failed. */
export function afterFailure(trouble: Trouble | undefined, kind: ReadFailure): Trouble {
  const { attempts, errors, errorMs, violations, ms } = trouble ?? NONE;
  const isError = kind !== 'unreachable' && kind !== 'rate-limited';
  return {
    kind,
    attempts: attempts + 1,
    errors: errors + (isError ? 1 : 0),
    errorMs,
    violations: kind === 'violation' ? violations + 1 : 0,
    ms,
  };
}

/** The trouble after some time; `waiting` for somebody else than the network: the disk, or a bandwidth limit. */
export function afterTime(trouble: Trouble, ms: number, waiting: boolean): Trouble {
  const counts = !waiting && trouble.kind !== 'unreachable' && trouble.kind !== 'rate-limited';
  return { ...trouble, ms: trouble.ms + ms, errorMs: trouble.errorMs + (counts ? ms : 0) };
}

/** Whether it is time to give up, and with which code. `code` is what the last failure asks for. */
export function givesUp(
  trouble: Trouble,
  code: FailureCode,
  limits: Pick<DownloaderLimits, 'unreachableMs' | 'errorsMs' | 'errorAttempts' | 'violationAttempts'>,
): FailureCode | undefined {
  if (trouble.ms >= limits.unreachableMs) return code;
  if (trouble.violations >= limits.violationAttempts) return code;
  if (trouble.kind === 'unreachable' || trouble.kind === 'rate-limited') return undefined;
  return trouble.errors >= limits.errorAttempts && trouble.errorMs >= limits.errorsMs ? code : undefined;
}

const NONE = { attempts: 0, errors: 0, errorMs: 0, violations: 0, ms: 0 };
