import type { FailureCode, RefusalCode } from '../../core/errors.js';

/** The exit codes of the commands; numbers above 64 are those of sysexits.h. */
export const exitCodes = {
  /** Also when everything was downloaded already. */
  done: 0,
  failed: 1,
  wrongUse: 2,
  unreachable: 69,
  busy: 75,
  noPermission: 77,
  interrupted: 130,
  terminated: 143,
} as const;

/** Returns the exit code for the code with which the engine refused, or a job failed or paused. */
export function exitCodeFor(code: RefusalCode | FailureCode | undefined): number {
  switch (code) {
    case 'hub_unavailable':
    case 'offline':
    case 'network_error':
      return exitCodes.unreachable;
    case 'model_busy':
      return exitCodes.busy;
    case 'bad_token':
    case 'token_missing':
    case 'gated':
    case 'gated_no_token':
    case 'gated_not_on_list':
    case 'repo_disabled':
    case 'proxy_auth':
      return exitCodes.noPermission;
    default:
      return exitCodes.failed;
  }
}
