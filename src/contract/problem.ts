import { inferred } from './inferred.js';
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

/** Every error that a documented route can answer, in LM Studio's words where they are known. */
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
