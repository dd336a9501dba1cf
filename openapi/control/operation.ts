import * as z from 'zod/mini';
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject } from 'zod-openapi';
import type { ControlRoute } from '../../src/control/contract/route.js';
import { name, notModified } from '../lm-studio/paths.js';
import { problem } from './answers.js';
import { answerExamples, bodyExamples } from './examples.js';

/** The description of one route beyond its table: words, and the schemas of its answers. */
export interface Description {
  /** The operation's name in generated clients. */
  id: string;
  tag: string;
  summary: string;
  description: string;
  /** The answer with 200; without one, the answer is 204. */
  answer?: { description: string; schema: z.ZodMiniType };
  /** The schema of the body or the query, if the document can say more than the one that checks it. */
  input?: z.ZodMiniType;
  header?: z.ZodMiniObject;
  /** Further answers, or others instead of those that every route has: a description, which begins with the code. */
  problems?: Record<`${number}`, string | ZodOpenApiResponseObject>;
  /** Whether the engine must be the simulated one. */
  simulated?: true;
  /** Whether the engine must be the real one. */
  real?: true;
}

/** The schema of each `:parameter`. */
export type Parameters = Readonly<Record<string, z.ZodMiniType>>;

/** Creates the OpenAPI operation of a route. @param isOfSession whether it concerns one session */
export function describeOperation(
  route: ControlRoute,
  { id, tag, summary, description, header, simulated, real, ...more }: Description,
  { parameters, isOfSession }: { parameters: Parameters; isOfSession: boolean },
): ZodOpenApiOperationObject {
  const key = operationKey(route);
  const input = more.input ?? route.body ?? route.query;
  const query = route.query && (input as z.ZodMiniObject);
  const parameter = parameterOf(route);
  const path = parameter === undefined ? undefined : z.strictObject({ [parameter]: parameters[parameter]! });
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    ...((path ?? query ?? header) && {
      requestParams: { ...(path && { path }), ...(query && { query }), ...(header && { header }) },
    }),
    ...(route.body && {
      requestBody: {
        required: !acceptsNothing(route.body),
        content: { 'application/json': { schema: input!, examples: bodyExamples(key) } },
      },
    }),
    responses: {
      ...(more.answer ? { '200': describeAnswer(route, more.answer) } : { '204': done }),
      ...(route.method === 'GET' && route.sends !== EVENTS && { '304': notModified }),
      '400': isOfSession ? badCall : badQuery,
      '403': forbidden,
      ...(route.body && { '413': tooLarge, '415': unsupportedMediaType }),
      '500': internalError,
      ...(simulated && { '501': notSimulated }),
      ...(real && { '501': notReal }),
      ...Object.fromEntries(
        Object.entries(more.problems ?? {}).map(([status, problem]) => [
          status,
          typeof problem === 'string' ? fails(problem, key, Number(status)) : problem,
        ]),
      ),
    },
  };
}

const EVENTS = 'text/event-stream';

/** Returns the key of an operation in the document, the walk and the recorded examples, such as `put /clock`. */
export function operationKey({ method, path }: Pick<ControlRoute, 'method' | 'path'>): string {
  return `${method.toLowerCase()} ${documentedPath(path)}`;
}

/** Turns `/jobs/:job` into `/jobs/{job}`. */
export function documentedPath(path: string): string {
  return path.replace(/[:*](\w+)/, '{$1}');
}

function parameterOf({ path }: ControlRoute): string | undefined {
  return /[:*](\w+)/.exec(path)?.[1];
}

function acceptsNothing(body: z.ZodMiniType): boolean {
  return body.safeParse({}).success;
}

function describeAnswer(
  route: ControlRoute,
  { description, schema }: NonNullable<Description['answer']>,
): ZodOpenApiResponseObject {
  const type = (route.sends ?? 'application/json').split(';', 1)[0]!;
  return { description, content: { [type]: { schema, examples: answerExamples(operationKey(route), 200) } } };
}

function fails(description: string, key: string, status: number): ZodOpenApiResponseObject {
  return { description, content: { 'application/json': { schema: problem, examples: answerExamples(key, status) } } };
}

/** An answer that several routes share, with the examples of one of them. */
function shared(component: string, description: string, key: string, status: number): ZodOpenApiResponseObject {
  return name(component, fails(description, key, status));
}

const done = name('Done', { description: 'Done, without a result.' });
const badCall = shared(
  'BadCall',
  '`invalid_request`: the name of the session is invalid, or a parameter is unknown.',
  'get /session',
  400,
);
const badQuery = shared(
  'BadQuery',
  '`invalid_request`: a parameter is unknown; this route takes no query.',
  'get /sessions',
  400,
);
const forbidden = shared(
  'Forbidden',
  '`forbidden`: a call from a page of another site, under a host name of another machine, or without the control token.',
  'get /session',
  403,
);
const tooLarge = shared('TooLarge', '`invalid_request`: the body is larger than 1 MiB.', 'put /clock', 413);
const unsupportedMediaType = shared(
  'UnsupportedMediaType',
  '`not_allowed`: the body is not sent as application/json.',
  'put /clock',
  415,
);
const internalError = shared('InternalError', '`internal_error`: a defect of modeldock.', 'get /session', 500);
const notSimulated = shared('NotSimulated', '`unsupported`: this engine does not support it.', 'put /clock', 501);
const notReal = shared(
  'NotReal',
  '`unsupported`: only an engine that really downloads supports it.',
  'get /bandwidth',
  501,
);
export const noSuchJob = shared('NoSuchJob', '`not_found`: there is no such job.', 'get /jobs/{job}', 404);
