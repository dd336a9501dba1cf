import { Problem } from '../contract/problem.js';
import { RefusedError, type RefusalCode } from '../core/errors.js';
import { ControlError, type ControlErrorCode } from './control-error.js';

/** What the engine or the contract refused, in an operator's terms; whatever else it was, as it is. */
export function asControlError(error: unknown): unknown {
  if (error instanceof Problem) return new ControlError(400, 'invalid_request', error.message, { cause: error });
  if (!(error instanceof RefusedError)) return error;
  const [status, code] = refusals[error.code];
  return new ControlError(status, code, error.message, { cause: error });
}

const notFound = [404, 'not_found'] as const;
const invalid = [400, 'invalid_request'] as const;
const wrongState = [409, 'wrong_job_state'] as const;
const refusals: Record<RefusalCode, readonly [number, ControlErrorCode]> = {
  model_not_found: notFound,
  no_compatible_option: notFound,
  model_not_installed: notFound,
  instance_not_loaded: notFound,
  job_not_found: notFound,
  missing_or_private: notFound,
  catalog_quantization: invalid,
  bad_token: invalid,
  gated_no_token: invalid,
  gated_not_on_list: invalid,
  repo_disabled: invalid,
  unsafe_path: invalid,
  insufficient_space: invalid,
  hub_unavailable: invalid,
  offline: invalid,
  hub_error: invalid,
  redirect_refused: invalid,
  proxy_auth: invalid,
  disk_error: invalid,
  model_busy: wrongState,
  unrecorded_files: wrongState,
  wrong_job_state: wrongState,
};
