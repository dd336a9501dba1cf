import type { ProblemType } from './answers.js';
import type { HubRefusalCode } from './hub-refusal-code.js';

/*
 * The values of inferred.ts, which has the reason for each: apart, so that a page does not load the reasons.
 */

/** A status, and the type of the error object. */
type Refusal = readonly [status: number, type: ProblemType];

export const inferred = {
  catalogQuantizationStatus: { value: 501 },
  unknownModelMessage: {
    value: (id: string, advice?: string) =>
      `Model '${id}' not found in model catalog${advice === undefined ? '' : `. ${advice}`}`,
  },
  malformedNameMessage: { value: 'Invalid artifact name. Must be in kebab-case' },
  malformedLinkMessage: { value: 'Invalid HuggingFace model URL format' },
  missingQuantizationMessage: {
    value: (message: string, choices: readonly string[], advice?: string) =>
      [
        message,
        ...(advice === undefined ? [] : [advice]),
        ...(choices.length === 0 ? [] : [`Available quantizations: ${choices.join(', ')}`]),
      ].join('. '),
  },
  wrongTypeCode: { value: 'invalid_type' },
  wrongTypeMessage: {
    value: (field: string, expected: string, found: string) =>
      `Invalid type for '${field}': expected ${expected}, received ${found}`,
  },
  wrongValueCode: { value: 'invalid_value' },
  wrongValueMessage: {
    value: (field: string, expected: string) => `Invalid value for '${field}': expected ${expected}`,
  },
  unknownKeyCode: { value: 'unrecognized_keys' },
  unsupportedMediaTypeMessage: {
    value: (found: string | undefined) =>
      `Unsupported content type ${found === undefined ? '(none)' : `'${found}'`}. Please send the body as application/json`,
  },
  emptyBodyIsEmptyObject: { value: true as boolean },
  bodyLimitBytes: { value: 1024 * 1024 },
  hubRefusals: {
    value: {
      bad_token: [401, 'invalid_request'],
      gated_no_token: [403, 'invalid_request'],
      gated_not_on_list: [403, 'invalid_request'],
      repo_disabled: [403, 'invalid_request'],
      missing_or_private: [404, 'model_not_found'],
      unsafe_path: [422, 'invalid_request'],
      model_busy: [409, 'invalid_request'],
      unrecorded_files: [409, 'invalid_request'],
      hub_error: [502, 'unknown'],
      redirect_refused: [502, 'unknown'],
      proxy_auth: [502, 'unknown'],
      hub_unavailable: [503, 'unknown'],
      offline: [503, 'unknown'],
      insufficient_space: [507, 'unknown'],
      disk_error: [500, 'unknown'],
    } as const satisfies Record<HubRefusalCode, Refusal>,
  },
  internalErrorMessage: { value: 'Internal server error' },
} as const;
