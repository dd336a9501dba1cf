import { inferred } from '../../contract/inferred.js';
import { Problem } from '../../contract/problem.js';
import { RefusedError, type RefusalCode } from '../../core/errors.js';
import { ControlError, type ControlErrorCode } from '../base/control-error.js';
import type { HubRefusalCode } from '../../contract/hub-refusal-code.js';

/**
 * Turns a refusal by the engine or the contract into a ControlError. Refusals by the hub or the disk keep their own
 * code and status, which are the same on LM Studio's routes. Any other error is returned as it is.
 */
export function asControlError(error: unknown): unknown {
  if (error instanceof Problem) return new ControlError(400, 'invalid_request', error.message, { cause: error });
  if (!(error instanceof RefusedError)) return error;
  const [status, code] = isHubRefusal(error.code)
    ? ([inferred.hubRefusals.value[error.code][0], error.code] as const)
    : refusals[error.code];
  return new ControlError(status, code, error.message, { cause: error });
}

function isHubRefusal(code: RefusalCode): code is HubRefusalCode {
  return Object.hasOwn(inferred.hubRefusals.value, code);
}

const notFound = [404, 'not_found'] as const;
const invalid = [400, 'invalid_request'] as const;
const refusals: Record<Exclude<RefusalCode, HubRefusalCode>, readonly [number, ControlErrorCode]> = {
  model_not_found: notFound,
  no_compatible_option: notFound,
  model_not_installed: notFound,
  instance_not_loaded: notFound,
  job_not_found: notFound,
  catalog_quantization: invalid,
  wrong_job_state: [409, 'wrong_job_state'],
};
