import * as z from 'zod/mini';
import { withoutSchemaLine } from '../../core/schema-line.js';
import { LONGEST_PATTERN } from '../../core/text-pattern.js';
import { readHubInput } from '../read-input.js';
import { strictObject, text, whole } from '../schemas.js';
import { faultKinds } from './fault-kinds.js';
import { hubRouteNames, type HubFault, type HubFaultEffect } from './hub-fault.js';

const route = z.enum(hubRouteNames);
const callNumber = whole(1);

const selection = strictObject({
  route: z.optional(z.union([route, z.array(route)], `one of ${quoted(hubRouteNames)}, or a list of these`)),
  repo: z.optional(text),
  file: z.optional(z.string().check(z.minLength(1), z.maxLength(LONGEST_PATTERN))),
  method: z.optional(z.string().check(z.minLength(1), z.toUpperCase())),
  nth: z.optional(
    z.union(
      [callNumber, z.array(callNumber), strictObject({ from: z.optional(callNumber), to: z.optional(callNumber) })],
      'a whole number from 1, a list of them, or {"from": number, "to": number}',
    ),
  ),
  covers: z.optional(whole()),
});

const types = Object.keys(faultKinds) as HubFaultEffect['type'][];
const effect = z.discriminatedUnion(
  'type',
  types.map((type) => strictObject({ type: z.literal(type), ...faultKinds[type].fields })) as unknown as [
    z.ZodMiniObject<{ type: z.ZodMiniLiteral<HubFaultEffect['type']> }>,
  ],
  `one of ${quoted(types)}`,
);

/** One fault, as it may be given. */
export const hubFaultSchema = strictObject({
  id: z.optional(text),
  when: z.optional(selection),
  times: z.optional(whole(1)),
  effect,
}).check((context) => {
  for (const { path, message } of contradictionsIn(context.value as unknown as HubFault)) {
    context.issues.push({ code: 'custom', path: [...path], message, input: context.value });
  }
});

/** Checks a fault that comes from outside. @throws InvalidInput, naming each wrong value by its path */
export function parseHubFault(value: unknown, name = 'fault'): HubFault {
  return readHubInput(hubFaultSchema, withoutSchemaLine(value), name) as unknown as HubFault;
}

/** Checks one fault, a list of them, or `{ faults: [] }`. @throws InvalidInput */
export function parseHubFaults(value: unknown, name = 'faults'): HubFault[] {
  const given = withoutSchemaLine(value);
  const list = isListed(given) ? readHubInput(listSchema, given, name).faults : given;
  if (!Array.isArray(list)) return [parseHubFault(list, name)];
  return readHubInput(z.array(hubFaultSchema), list.map(withoutSchemaLine), name) as unknown as HubFault[];
}

/** A file of several faults that begins with the line `"$schema"`, which a list cannot have. */
const listSchema = strictObject({ faults: z.array(z.unknown()) });

function isListed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'faults' in value;
}

interface Contradiction {
  path: readonly string[];
  message: string;
}

/** Finds mistakes that a single field does not show. */
function contradictionsIn({ when, effect: { type, ...fields } }: HubFault): Contradiction[] {
  const found: Contradiction[] = [];
  const given: Partial<Record<string, unknown>> = fields;
  const { nth, covers } = when ?? {};
  if (typeof nth === 'object' && 'to' in nth && nth.to !== undefined && nth.to < (nth.from ?? 1)) {
    found.push({ path: ['when', 'nth', 'to'], message: `a whole number from ${nth.from ?? 1}, as "from" says` });
  }
  if (covers !== undefined && faultKinds[type].phase === 'before') {
    found.push({ path: ['when', 'covers'], message: `nothing, since ${type} happens before there is an answer` });
  }
  if (given.atByte !== undefined && given.afterBytes !== undefined) {
    found.push({ path: ['effect', 'afterBytes'], message: 'nothing beside atByte' });
  }
  if (type === 'wrong-content-range' && given.shift === undefined && given.total === undefined) {
    found.push({ path: ['effect'], message: 'shift, total or both' });
  }
  return found;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
