import type * as z from 'zod/mini';
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject } from 'zod-openapi';
import type { Examples } from '../lm-studio/examples.js';
import { name, notModified } from '../lm-studio/paths.js';
import { problem } from './answers.js';
import { problemExamples } from './examples.js';

/** What is said of one route. */
export interface Described {
  id: string;
  tag: string;
  summary: string;
  description: string;
  /** The parameters of the path. */
  path?: z.ZodMiniObject;
  query?: z.ZodMiniObject;
  header?: z.ZodMiniObject;
  /** What it takes as JSON. */
  body?: { schema: z.ZodMiniType; examples: Examples; optional?: true };
  /** What it answers with 200; without one, 204. */
  answer?: ZodOpenApiResponseObject;
  /** Beyond those that every route has, or in their place. */
  problems?: Record<`${number}`, ZodOpenApiResponseObject>;
  /** Whether it is about one session. */
  session?: false;
  /** Whether the engine must be the simulated one. */
  simulated?: true;
  /** Whether the engine must be the real one. */
  real?: true;
}

/** A GET whose answer has not changed is not sent again; a stream always is. */
export function read(route: Described): ZodOpenApiOperationObject {
  return operation({ ...route, problems: { '304': notModified, ...route.problems } });
}

export function operation(route: Described): ZodOpenApiOperationObject {
  const { id, tag, summary, description, path, query, header, body, answer, problems, simulated, real } = route;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    ...((path ?? query ?? header) && {
      requestParams: { ...(path && { path }), ...(query && { query }), ...(header && { header }) },
    }),
    ...(body && {
      requestBody: {
        required: body.optional !== true,
        content: { 'application/json': { schema: body.schema, examples: body.examples } },
      },
    }),
    responses: {
      ...(answer ? { '200': answer } : { '204': done }),
      '400': route.session === false ? badQuery : badCall,
      '403': forbidden,
      ...(body && { '413': tooLarge, '415': unsupportedMediaType }),
      '500': internalError,
      ...(simulated && { '501': notSimulated }),
      ...(real && { '501': notReal }),
      ...problems,
    },
  };
}

export function answers(description: string, schema: z.ZodMiniType, examples: Examples): ZodOpenApiResponseObject {
  return { description, content: { 'application/json': { schema, examples } } };
}

/** @param description begins with the code */
export function fails(description: string, examples: Examples): ZodOpenApiResponseObject {
  return answers(description, problem, examples);
}

const done = name('Done', { description: 'It is done; there is nothing to tell.' });
const badCall = name(
  'BadCall',
  fails(
    '`invalid_request`: the name of the session cannot be one, or a parameter is unknown.',
    problemExamples.badCall,
  ),
);
const badQuery = name(
  'BadQuery',
  fails('`invalid_request`: a parameter is unknown; this route takes no query.', problemExamples.badQuery),
);
const forbidden = name(
  'Forbidden',
  fails(
    '`forbidden`: from a page of another site, under a name that is not of this machine, or without the control token.',
    problemExamples.forbidden,
  ),
);
const tooLarge = name('TooLarge', fails('`invalid_request`: the body is larger than 1 MiB.', problemExamples.tooLarge));
const unsupportedMediaType = name(
  'UnsupportedMediaType',
  fails('`not_allowed`: the body is not sent as application/json.', problemExamples.unsupportedMediaType),
);
const internalError = name(
  'InternalError',
  fails('`internal_error`: a defect of modeldock.', problemExamples.internal),
);
const notSimulated = name(
  'NotSimulated',
  fails('`unsupported`: this engine cannot do that.', problemExamples.notSimulated),
);
const notReal = name(
  'NotReal',
  fails('`unsupported`: only an engine that really downloads can do that.', problemExamples.notReal),
);
export const noSuchJob = name('NoSuchJob', fails('`not_found`: there is no such job.', problemExamples.noSuchJob));

export function wrongJobState(examples: Examples): ZodOpenApiResponseObject {
  return fails('`wrong_job_state`: the job is not in a state in which that can be done.', examples);
}
