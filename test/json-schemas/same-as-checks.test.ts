import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kinds } from './kinds.js';
import { nearlyValid } from './schema-arbitrary.js';

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });

describe.each(Object.entries(kinds))('the JSON Schema of a %s', (_, { schema, check, beyond }) => {
  const accepts = ajv.compile(schema);
  const complaint = (value: unknown): string | undefined => {
    try {
      check(structuredClone(value));
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('accepts and refuses what the check does', () => {
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(nearlyValid(schema), (value) => {
        const isAccepted = accepts(value);
        const refusal = complaint(value);
        if (isAccepted) accepted++;
        else refused++;
        // What is refused must be refused by both; what only the check refuses must be on the list.
        if (isAccepted && refusal !== undefined) {
          const lines = refusal.split('\n').filter((line) => /^ {2}|^Cannot read [^:]+: /.test(line));
          const unlisted = lines.filter((line) => !beyond.some(({ says }) => says.test(line)));
          expect({ value, unlisted, lines: lines.length > 0 }).toEqual({ value, unlisted: [], lines: true });
        } else {
          expect({ value, isAccepted }).toEqual({ value, isAccepted: refusal === undefined });
        }
      }),
      { numRuns: 800, seed: 20_251_003 },
    );
    // Half-hearted inputs would prove nothing.
    expect(Math.min(accepted, refused)).toBeGreaterThan(100);
  });

  it.each(beyond.map(({ says, example }) => [String(says), says, example] as const))(
    'cannot say what the check says by %s',
    (__, says, example) => {
      expect(accepts(example)).toBe(true);
      expect(complaint(example)).toMatch(says);
    },
  );
});
