/* Decides when a request is retried, and when a download gives up: decisions about numbers. */
import type { FailureCode } from '../../core/errors.js';
import type { DownloaderLimits } from '../limits.js';
import type { ReadFailure } from './byte-source.js';

/** The failures since the last new byte, as plain data. */
export interface Trouble {
  /** How the last attempt failed. */
  kind: ReadFailure;
  /** The number of rounds of failed requests. */
  attempts: number;
  /** How many of them were answered with errors, and the time spent in that state. */
  errors: number;
  errorMs: number;
  /** How many answers in a row were not what was requested. */
  violations: number;
  /** The whole time, except while the machine was asleep. */
  ms: number;
}

/** Returns the failures after one more failed attempt. */
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

/** Returns the failures after some time; `waiting` for the disk or a bandwidth limit, not the network. */
export function afterTime(trouble: Trouble, ms: number, waiting: boolean): Trouble {
  const counts = !waiting && trouble.kind !== 'unreachable' && trouble.kind !== 'rate-limited';
  return { ...trouble, ms: trouble.ms + ms, errorMs: trouble.errorMs + (counts ? ms : 0) };
}

/** Whether to give up, and with which code. `code` is that of the last failure. */
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
