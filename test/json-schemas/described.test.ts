import { readdirSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { annotate, type JsonSchema } from '../../json-schemas/annotate.js';
import { createSchemas } from '../../json-schemas/index.js';
import { builtinRepos } from '../../src/hub/repos/builtin-repos.js';
import { catalogModels, scenarios, testModels } from '../../src/index.js';
import { blocksOf, readPage } from '../docs/snippets.js';

const schemas = createSchemas();
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
const validators: Readonly<Record<string, ValidateFunction>> = Object.fromEntries(
  Object.entries(schemas).map(([name, schema]) => [name, ajv.compile(schema)]),
);

describe.each(Object.entries(schemas))('the JSON Schema %s', (name, schema) => {
  const properties = partsOf(schema).flatMap(({ path, part }) =>
    Object.entries(part.properties ?? {}).map(([key, each]) => ({ ...each, path: `${path}.${key}` })),
  );

  it('is one of draft 2020-12, with a title and a description', () => {
    expect(ajv.validateSchema(schema)).toBe(true);
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: expect.stringContaining('modeldock') as string,
      description: expect.stringMatching(/\.$/) as string,
    });
  });

  it('describes each property in a sentence', () => {
    expect(properties.filter(({ description }) => !/^[A-Z`].*\.$/s.test(String(description)))).toEqual([]);
  });

  it('names the unit of each number that has one', () => {
    const units = { ms: /milliseconds|2 places/, bytes: /byte/i, seconds: /seconds/ };
    const without = properties.filter(({ path, description, type }) => {
      if (type !== 'integer' && type !== 'number') return false;
      const key = path.split('.').at(-1)!;
      if (/ms$/i.test(key)) return !units.ms.test(String(description));
      if (/seconds$/i.test(key)) return !String(description).includes('seconds');
      return /bytes/i.test(key) && !units.bytes.test(String(description));
    });
    expect(without).toEqual([]);
  });

  it('has examples and defaults that it accepts itself', () => {
    const wrong = partsOf(schema).flatMap(({ path, part }) => {
      const { examples = [], default: byDefault, ...rest } = part as JsonSchema & { examples?: unknown[] };
      const accepts = ajv.compile({ $defs: {}, ...rest, ...(schema.$defs && { $defs: schema.$defs }) });
      const given = byDefault === undefined ? examples : [...examples, byDefault];
      return given.filter((example) => !accepts(example)).map((example) => ({ path, example }));
    });
    expect(wrong).toEqual([]);
  });

  it('has at least one example of the whole', () => {
    expect(
      partsOf(schema).some(({ part }) => Array.isArray(part.examples) && typeof part.examples[0] === 'object'),
    ).toBe(true);
    expect(validators[name]).toBeDefined();
  });
});

describe('what comes with the package', () => {
  it.each([
    ...Object.entries(scenarios).map(([name, scenario]) => ['scenario', `the scenario ${name}`, scenario] as const),
    ...testModels.flatMap(({ spelling, ask }) => {
      const asked = ask(0.5);
      return typeof asked === 'object' && 'scenario' in asked
        ? [['scenario', `simulate/${spelling}`, asked.scenario] as const]
        : [];
    }),
    ['catalog', 'the built-in catalog', catalogModels] as const,
    ['hub-repos', 'the repos of the hub', builtinRepos] as const,
  ])('is a %s that its schema accepts: %s', (kind, _, value) => {
    const validate = validators[kind]!;
    validate(JSON.parse(JSON.stringify(value)));
    expect(validate.errors).toBeNull();
  });
});

describe('the pages', () => {
  const pages = [
    'README.md',
    ...readdirSync(new URL('../../docs', import.meta.url)).map((name) => `docs/${name}`),
  ].filter((name) => name.endsWith('.md'));
  const blocks = pages.flatMap((page) =>
    blocksOf(readPage(page))
      .filter(({ language }) => /^jsonc?$/.test(language))
      .map(({ heading, text }) => ({
        page,
        heading,
        value: JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, '')) as unknown,
      })),
  );

  it('have JSON', () => {
    expect(blocks.length).toBeGreaterThan(2);
  });

  it.each(blocks.map((block) => [`${block.page}, ${block.heading}`, block.value] as const))(
    'have JSON that one of the schemas accepts: %s',
    (_, value) => {
      const named = /schemas\/([\w-]+)\.json$/.exec((value as { $schema?: string }).$schema ?? '')?.[1];
      const accepting = Object.entries(validators)
        .filter(([, validate]) => validate(value))
        .map(([name]) => name);
      expect(accepting).not.toEqual([]);
      if (named !== undefined) expect(accepting).toContain(named);
    },
  );
});

describe('annotating a schema', () => {
  const schema: JsonSchema = { type: 'object', properties: { one: {}, two: {} } };

  it('fails for a property without a note, and for a note without a place', () => {
    expect(() => annotate(schema, { '': 'All.', one: 'One.' })).toThrow('there is no note for two.');
    expect(() => annotate(schema, { '': 'All.', one: 'One.', two: 'Two.', three: 'Three.' })).toThrow(
      'there is no place for three.',
    );
  });
});

/** Every part of a schema that is a schema itself. */
function partsOf(schema: JsonSchema, path = ''): { path: string; part: JsonSchema }[] {
  const { properties = {}, items, anyOf = [], oneOf = [], $defs = {} } = schema;
  return [
    { path, part: schema },
    ...Object.entries(properties).flatMap(([key, part]) => partsOf(part, `${path}.${key}`)),
    ...Object.entries($defs).flatMap(([key, part]) => partsOf(part, `${path}#${key}`)),
    ...(typeof items === 'object' ? partsOf(items, `${path}[]`) : []),
    ...[...anyOf, ...oneOf].flatMap((part, index) => partsOf(part, `${path}|${index}`)),
  ];
}
