import type { Call } from '../../api/call.js';
import { checkInput } from '../base/check-input.js';
import { ControlError } from '../base/control-error.js';
import type { ControlRoute } from '../contract/route.js';
import { noQuery } from '../contract/schemas.js';

/** Reads the input of a route from a call, unchecked. @throws ControlError not_allowed, invalid_request */
export async function readInput(route: ControlRoute, call: Call): Promise<unknown> {
  if (route.body) return readJson(call, route.maxBytes);
  if (route.query) return readQuery(route, call);
  return undefined;
}

/** Refuses a query on routes without one: an ignored filter would seem to work. @throws ControlError invalid_request */
export function refuseQuery(call: Call): void {
  checkInput(noQuery, valuesOf(call));
}

/**
 * Refuses a body that is not JSON, even where the route reads none: a page of another site can send a form or plain
 * text without a preflight, but not JSON.
 * @throws ControlError not_allowed
 */
export function refuseOtherBodies(call: Call): void {
  const type = typeOf(call);
  const isEmpty = call.header('content-length') === '0';
  if (type !== undefined && type !== 'application/json' && !isEmpty) throw wrongType(call);
}

/** Reads the body of a call as JSON; an empty body means an empty object. */
async function readJson(call: Call, limit: number | undefined): Promise<unknown> {
  const text = await call.text(limit);
  if (text === '') return {};
  if (typeOf(call) !== 'application/json') throw wrongType(call);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ControlError(
      400,
      'invalid_request',
      `Cannot read the body: expected JSON, found a text that does not parse (${(error as Error).message.replace(/[.\s]+$/, '')}).`,
    );
  }
}

/**
 * Reads the query of a call. A stream of events resumes after the header `Last-Event-ID`, which an `EventSource` sends
 * when it reconnects; the id may belong to another stream, and is then ignored.
 */
function readQuery({ sends }: ControlRoute, call: Call): unknown {
  const last = sends === 'text/event-stream' ? call.header('last-event-id') : undefined;
  return { ...valuesOf(call), ...(last !== undefined && /^\d+$/.test(last) && { after: Number(last) }) };
}

/** Matches numbers as programming languages print them: `5`, `0.5`, `1e-05`. */
const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads the values of a query; texts that look like numbers and booleans become such. */
function valuesOf({ query }: Call): Record<string, unknown> {
  return Object.fromEntries([...query].map(([key, value]) => [key, valueOf(value)]));
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return NUMBER.test(text) ? Number(text) : text;
}

function typeOf(call: Call): string | undefined {
  return call.header('content-type')?.split(';', 1)[0]!.trim().toLowerCase();
}

function wrongType(call: Call): ControlError {
  const type = typeOf(call) ?? '(none)';
  return new ControlError(415, 'not_allowed', `Cannot read the body: expected application/json, found ${type}.`);
}
