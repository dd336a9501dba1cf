import type * as z from 'zod/mini';
import type { Call } from '../../api/call.js';
import { checkInput, type Given } from '../base/check-input.js';
import { ControlError } from '../base/control-error.js';

/** The body of a call as JSON; nothing at all is an empty object. @throws ControlError not_allowed, invalid_request */
export async function readJson(call: Call, limit?: number): Promise<unknown> {
  const text = await call.text(limit);
  if (text === '') return {};
  if (typeOf(call) !== 'application/json') throw wrongType(call);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ControlError(400, 'invalid_request', `Cannot read the body as JSON: ${(error as Error).message}.`);
  }
}

/** @throws ControlError not_allowed, invalid_request with the path of each wrong value */
export async function readJsonBody<Body>(schema: z.ZodMiniType<Body>, call: Call): Promise<Given<Body>> {
  return checkInput(schema, await readJson(call));
}

/**
 * A page of another site can send a form or plain text without asking first, but not JSON: not even what is not read may
 * be anything else.
 * @throws ControlError not_allowed
 */
export function refuseOtherBodies(call: Call): void {
  const type = typeOf(call);
  const isEmpty = call.header('content-length') === '0';
  if (type !== undefined && type !== 'application/json' && !isEmpty) throw wrongType(call);
}

function typeOf(call: Call): string | undefined {
  return call.header('content-type')?.split(';', 1)[0]!.trim().toLowerCase();
}

function wrongType(call: Call): ControlError {
  const type = typeOf(call) ?? '(none)';
  return new ControlError(415, 'not_allowed', `Cannot read a body of type ${type}: send application/json.`);
}

/** As languages print numbers: `5`, `0.5`, `1e-05`. */
const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A query's values, those that look like numbers as numbers. @throws ControlError invalid_request */
export function readQuery<Query>(schema: z.ZodMiniType<Query>, call: Call): Given<Query> {
  const values = [...call.query].map(([key, value]) => [key, NUMBER.test(value) ? Number(value) : value]);
  return checkInput(schema, Object.fromEntries(values));
}
