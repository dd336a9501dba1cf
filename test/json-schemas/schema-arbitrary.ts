import * as fc from 'fast-check';
import type { JsonSchema } from '../../json-schemas/annotate.js';

interface Scope {
  definitions: Readonly<Record<string, JsonSchema>>;
  /** Whether each object has all the keys that it may have. */
  full: boolean;
}

/** Values that one keyword or another refuses, and some that nearly all take. */
const ODD_NUMBERS = [-1, 0, 0.5, 1, 1.5, 2, 7, 100, 256, 300, 404, 600, 4097, 70_000, 1e300];
const ODD_TEXTS = [
  ...['', ' ', 'x', 'steady', 'a/b', 'A/B', '../x', 'a//b', 'x'.repeat(1001), 'network_error', 'POST', '2025-10-03'],
  ...['http://a.example', 'ftp://a.example', 'http://a.example/', 'canned'],
];
const ODD_VALUES: readonly unknown[] = [
  ...[null, true, false, [], [1], ['x'], [[0, 1]], {}, { bytes: 3 }, { from: 1 }],
  ...[{ type: 'stall' }, { type: 'gzip' }, { effect: { type: 'hang' } }],
];

const CHANGES = ['replace', 'replace', 'replace', 'replace', 'remove', 'add', 'repeat'] as const;

/** Generates what a schema accepts, and the same with some values replaced, left out or added. */
export function nearlyValid(schema: JsonSchema): fc.Arbitrary<unknown> {
  const definitions = schema.$defs ?? {};
  const valid = fc.oneof(validFor(schema, { definitions, full: true }), validFor(schema, { definitions, full: false }));
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    how: fc.constantFrom(...CHANGES),
    number: fc.constantFrom(...ODD_NUMBERS),
    text: fc.constantFrom(...ODD_TEXTS),
    other: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...ODD_VALUES) }, { weight: 1, arbitrary: valid }),
    keepsType: fc.constantFrom(true, true, true, false),
  });
  return fc.tuple(valid, fc.array(change, { maxLength: 2 })).map(([value, changes]) => {
    let changed = structuredClone(value);
    for (const { at, how, keepsType, ...odd } of changes) {
      const places = placesIn(changed);
      const place = places[Math.floor(at * places.length)];
      // A value of the same type meets the finer keywords.
      const type = keepsType && place ? typeof (place.holder as Record<string, unknown>)[place.key] : undefined;
      const other = type === 'number' ? odd.number : type === 'string' ? odd.text : structuredClone(odd.other);
      changed = place === undefined ? other : apply(changed, place, how, other);
    }
    return changed;
  });
}

interface Place {
  holder: Record<string, unknown> | unknown[];
  key: string;
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown> | unknown[];
  return Object.entries(holder).flatMap(([key, inner]) => [{ holder, key }, ...placesIn(inner)]);
}

function apply(root: unknown, { holder, key }: Place, how: (typeof CHANGES)[number], value: unknown): unknown {
  const record = holder as Record<string, unknown>;
  if (how === 'replace') record[key] = value;
  else if (how === 'remove' && Array.isArray(holder)) holder.splice(Number(key), 1);
  else if (how === 'remove') Reflect.deleteProperty(record, key);
  else if (Array.isArray(holder)) holder.push(how === 'repeat' ? structuredClone(holder[Number(key)]) : value);
  else record[how === 'repeat' ? `${key}2` : 'colour'] = value;
  return root;
}

function validFor(schema: JsonSchema, scope: Scope): fc.Arbitrary<unknown> {
  const { $ref, anyOf, oneOf, properties, examples, ...rest } = schema;
  if ($ref !== undefined) return validFor(scope.definitions[$ref.replace('#/$defs/', '')]!, scope);
  if ('const' in rest) return fc.constant(rest.const);
  if (Array.isArray(rest.enum)) return fc.constantFrom(...(rest.enum as unknown[]));
  if (anyOf) return fc.oneof(...anyOf.map((one) => validFor(one, scope)));
  if (oneOf && !properties) return fc.oneof(...oneOf.map((one) => validFor(one, scope)));
  const byType = [rest.type].flat().map((type) => validOfType(String(type), schema, scope));
  const known = Array.isArray(examples) && !properties ? [fc.constantFrom(...(examples as unknown[]))] : [];
  return fc.oneof(...known, ...byType);
}

function validOfType(type: string, schema: JsonSchema, scope: Scope): fc.Arbitrary<unknown> {
  const { properties, items, required, prefixItems, minItems, minimum, maximum, exclusiveMinimum, pattern } = schema;
  switch (type) {
    case 'object': {
      if (!properties) return fc.constant({ some: 1 });
      // Of keys that exclude each other, one is kept.
      const alternatives = (schema.oneOf ?? []).flatMap(({ required: keys }) => keys as string[]);
      return fc.nat(Math.max(alternatives.length - 1, 0)).chain((kept) => {
        const left = alternatives.filter((_, index) => index !== kept);
        const keys = Object.keys(properties).filter((key) => !left.includes(key));
        return fc.record(Object.fromEntries(keys.map((key) => [key, validFor(properties[key]!, scope)])), {
          requiredKeys: scope.full
            ? keys
            : [...((required ?? []) as string[]), ...alternatives].filter((key) => keys.includes(key)),
        });
      });
    }
    case 'array':
      if (Array.isArray(prefixItems))
        return fc.tuple(...(prefixItems as JsonSchema[]).map((one) => validFor(one, scope)));
      return fc.array(validFor(items as JsonSchema, scope), { minLength: Number(minItems ?? 0), maxLength: 2 });
    case 'integer': {
      const least = Math.max(Number(minimum ?? exclusiveMinimum ?? 0), -1000);
      return fc.integer({
        min: least + (exclusiveMinimum === undefined ? 0 : 1),
        max: Math.min(Number(maximum ?? Infinity), least + 2000),
      });
    }
    case 'number':
      return fc.constantFrom(0.25, 0.5, 1);
    case 'string':
      return pattern === undefined
        ? fc.constantFrom('some', 'text')
        : fc.constantFrom('acme/rocket-7b', 'a/b.gguf', 'abc');
    case 'boolean':
      return fc.boolean();
    default:
      return fc.constant(null);
  }
}
