import type { RefusedError } from '../core/errors.js';
import { inferred } from './inferred-values.js';
import type { ProblemAnswer, ProblemType } from './answers.js';

/** A request that is answered with an error object. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly answer: ProblemAnswer;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    type: ProblemType,
    message: string,
    {
      code,
      param,
      headers = {},
      cause,
    }: { code?: string; param?: string; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.headers = headers;
    this.answer = {
      error: { type, message, ...(code !== undefined && { code }), ...(param !== undefined && { param }) },
    };
  }
}

const invalid = (message: string, details?: { code?: string; param?: string }): Problem =>
  new Problem(400, 'invalid_request', message, details);

/** Every error a documented route can answer with, in LM Studio's words where they are known. */
export const problems = {
  malformedJson: () =>
    invalid('Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON', {
      code: 'invalid_json',
    }),
  unsupportedMediaType: (found: string | undefined) =>
    new Problem(415, 'invalid_request', inferred.unsupportedMediaTypeMessage.value(found)),
  bodyTooLarge: (limit: number) => new Problem(413, 'invalid_request', `Request body is larger than ${limit} bytes`),
  missingField: (param: string) =>
    invalid(`Missing required field '${param}'`, { code: 'missing_required_parameter', param }),
  wrongType: (param: string, expected: string, found: string) =>
    invalid(inferred.wrongTypeMessage.value(param, expected, found), {
      code: inferred.wrongTypeCode.value,
      ...(param !== 'body' && { param }),
    }),
  wrongValue: (param: string, expected: string) =>
    invalid(inferred.wrongValueMessage.value(param, expected), { code: inferred.wrongValueCode.value, param }),
  unknownKeys: (keys: readonly string[]) =>
    invalid(`Unrecognized key(s) in object: ${keys.map((key) => `'${key}'`).join(', ')}`, {
      code: inferred.unknownKeyCode.value,
    }),
  malformedName: () => invalid(inferred.malformedNameMessage.value),
  malformedLink: () => invalid(inferred.malformedLinkMessage.value, { code: 'invalid_arguments' }),
  communityName: () =>
    invalid(
      'Downloading community models as artifacts is not supported. Please use the HuggingFace model URL instead.',
    ),
  notInstalled: (model: string) => new Problem(404, 'model_not_found', `Model ${model} not found in downloaded models`),
  jobNotFound: (id: string) => new Problem(404, 'job_not_found', `Download job with id '${id}' not found`),
  internal: () => new Problem(500, 'internal_error', inferred.internalErrorMessage.value),
};

/** What the engine or the library refused, as an answer. */
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
