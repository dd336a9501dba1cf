import type { RefusedError } from '../core/errors.js';
import { inferred } from './inferred.js';
import { Problem, problems } from './problem.js';

/** Spells what the engine or the library refused as an answer. A page loads it with the first refusal. */
export function problemFrom({ code, subject, choices, retryAfterMs, advice, message }: RefusedError): Problem {
  switch (code) {
    case 'model_not_found':
      return new Problem(404, 'model_not_found', inferred.unknownModelMessage.value(subject, advice));
    case 'no_compatible_option': {
      const known = `No compatible download options found for hugging face URL ${subject}`;
      return new Problem(
        404,
        'model_not_found',
        inferred.missingQuantizationMessage.value(known, choices ?? [], advice),
      );
    }
    case 'catalog_quantization':
      return new Problem(
        inferred.catalogQuantizationStatus.value,
        'not_implemented',
        'Specifying quantizations for downloading models with LM Studio Model Catalog identifiers is coming soon',
      );
    case 'model_not_installed':
      return problems.notInstalled(subject);
    case 'instance_not_loaded':
      return new Problem(404, 'model_not_found', `Model with instance identifier '${subject}' is not loaded.`);
    case 'job_not_found':
      return problems.jobNotFound(subject);
    case 'wrong_job_state':
      return new Problem(409, 'invalid_request', message, { code });
    default: {
      const [status, type] = inferred.hubRefusals.value[code];
      return new Problem(status, type, message, {
        code,
        ...(retryAfterMs !== undefined && { headers: { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) } }),
      });
    }
  }
}
