import type * as z from 'zod/mini';
import { checkInput, type Given } from '../base/check-input.js';
import { groupMethods, type NamedMethod } from './group-methods.js';

/**
 * A route of the control API: how one method of a control interface is called over HTTP. The router, the HTTP client,
 * the control in process and the OpenAPI document are all derived from tables of these.
 */
export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/__modeldock`. `:name` stands for one segment, `*name` for the rest, slashes included. */
  readonly path: string;
  /** The method that it calls, if that is not the route's own name. */
  readonly calls?: string;
  /** The schema of the query. A route without one takes no query. */
  readonly query?: z.ZodMiniType;
  /** The schema of the JSON body. */
  readonly body?: z.ZodMiniType;
  /** Bytes that the body may have; 1 MiB by default. */
  readonly maxBytes?: number;
  /** Checks the input, where the schema alone is not enough or its errors have a code of their own. */
  parse?(input: unknown): unknown;
  /** The names of the input's fields, if the method takes them as separate arguments. */
  readonly fields?: readonly string[];
  /** Turns the method's arguments into the input, if the two differ. */
  toInput?(...given: never[]): unknown;
  /** Turns the method's result into the JSON that is sent, if the two differ. */
  toJson?(answer: never): unknown;
  /** Turns the JSON back into the method's result. */
  fromJson?(json: never): unknown;
  /** The content type of the answer, if it is not JSON. */
  readonly sends?: string;
}

export type RouteTable = Readonly<Record<string, ControlRoute>>;

/** One call of a method, in the form that is the same in process and over HTTP. */
export interface ControlRequest<Input = unknown> {
  /** Fills the `:parameter` of the path. */
  readonly parameter: string;
  readonly input: Input;
  /** Aborted when the caller leaves. */
  readonly signal?: AbortSignal | undefined;
}

/** The names of an interface's methods, with their groups: `findings`, `clock.set`. */
export type MethodName<Api> = {
  [Key in keyof Api & string]: Api[Key] extends (...args: never[]) => unknown ? Key : `${Key}.${MethodName<Api[Key]>}`;
}[keyof Api & string];

type MethodOf<Api, Name> = Name extends keyof Api
  ? Api[Name]
  : Name extends `${infer Group}.${infer Rest}`
    ? Group extends keyof Api
      ? MethodOf<Api[Group], Rest>
      : never
    : never;

/** The input of an operation: checked, with the types of the route's schema. */
type InputOf<Each> = Each extends { parse: (input: unknown) => infer Input }
  ? Input
  : Each extends { body: z.ZodMiniType<infer Input> } | { query: z.ZodMiniType<infer Input> }
    ? Given<Input>
    : undefined;

/** The implementation of a table: one operation per route. Operations get checked input. */
export type Operations<Routes extends RouteTable, Api> = {
  readonly [Name in keyof Routes as Routes[Name] extends { calls: string } ? never : Name]: Routes[Name] extends {
    sends: 'text/event-stream';
  }
    ? MethodOf<Api, Name>
    : MethodOf<Api, Name> extends (...args: never[]) => infer Answer
      ? (request: ControlRequest<InputOf<Routes[Name]>>) => Answer
      : never;
};

/** Operations by name, without their types, for the router and the control in process. */
export type AnyOperations = Readonly<Record<string, ((request: never) => unknown) | undefined>>;

/** Checks the input of a route. Inputs are checked nowhere else. @throws ControlError */
export function parseInput(route: ControlRoute, input: unknown): unknown {
  if (route.parse) return route.parse(input);
  const schema = route.body ?? route.query;
  return schema && checkInput(schema, input);
}

/** Carries out a call: by an operation in process, or by a server. */
export type Carry = (name: string, route: ControlRoute, request: ControlRequest) => Promise<unknown>;

/** Builds the interface that a table describes, except streams, over a function that carries out its calls. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the interface, and its table has been checked against it
export function createControl<Api>(routes: RouteTable, carry: Carry): Api {
  const methods = Object.entries(routes)
    .filter(([, { calls, sends }]) => calls === undefined && sends !== 'text/event-stream')
    .map(([name, route]): NamedMethod => [name, (...given) => carry(name, route, requestFor(route, given))]);
  return groupMethods(methods) as Api;
}

/** Carries out calls by operations in this process. */
export function inProcess(operations: AnyOperations): Carry {
  return async (name, route, request) =>
    operations[name]!({ ...request, input: parseInput(route, request.input) } as never);
}

/** Makes the request for a method's arguments. */
export function requestFor(route: ControlRoute, given: unknown[]): ControlRequest {
  const rest = [...given];
  const parameter = /[:*]/.test(route.path) ? String(rest.shift()) : '';
  if (route.toInput) return { parameter, input: route.toInput(...(rest as never[])) };
  const taken = route.fields
    ? Object.fromEntries(route.fields.map((field) => [field, rest.shift()]))
    : (route.body ?? route.query) && rest.shift();
  return { parameter, input: taken, signal: rest[0] as AbortSignal | undefined };
}
