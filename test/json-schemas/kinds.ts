import type { JsonSchema } from '../../json-schemas/annotate.js';
import { createSchemas } from '../../json-schemas/index.js';
import { parseFault } from '../../src/control/faults/parse-fault.js';
import { parseHubFaults } from '../../src/hub/index.js';
import { readReposFile } from '../../src/hub/repos/repos-from-disk.js';
import { parseCatalog, parseScenario } from '../../src/index.js';
import { describeIssues } from '../../src/core/issues.js';
import { withoutSchemaLine } from '../../src/core/schema-line.js';
import { configSchema } from '../../src/config/config-schema.js';

/** A kind of file: its schema, the check that a program makes of it, and what only the check finds. */
export interface Kind {
  schema: JsonSchema;
  /** @throws Error with a line for each wrong value */
  check: (value: unknown) => unknown;
  /** What no JSON Schema can say: by what the check says of it, and an example that the schema accepts. */
  beyond: readonly { says: RegExp; example: unknown }[];
}

const schemas = createSchemas();
const transfer = { type: 'transfer', bytesPerSecond: 1 };
const model = {
  displayName: 'X',
  type: 'llm',
  architecture: 'llama',
  maxContextLength: 1,
  files: [{ repo: 'a/b', format: 'gguf', quantization: 'Q4', sizeBytes: 1 }],
};
const status = (more: object): unknown => ({ effect: { type: 'status', status: 200, ...more } });
const repo = { id: 'a/b', files: [] };

export const kinds: Readonly<Record<string, Kind>> = {
  scenario: {
    schema: schemas.scenario!,
    check: parseScenario,
    beyond: [
      { says: /expected no step after/, example: { steps: [{ type: 'stall' }, transfer] } },
      { says: /expected a transfer to the end before a finalize/, example: { steps: [{ type: 'finalize' }] } },
      {
        says: /times and bytes that never decrease/,
        example: [
          {
            type: 'trace',
            samples: [
              [1, 5],
              [0, 5],
            ],
          },
        ],
      },
    ],
  },
  catalog: {
    schema: schemas.catalog!,
    check: parseCatalog,
    beyond: [{ says: /expected another name than/, example: [model, model] }],
  },
  fault: {
    schema: schemas.fault!,
    check: parseFault,
    beyond: [
      {
        says: /milliseconds since 1970, or a date/,
        example: { when: { during: { from: 'soon' } }, effect: { type: 'hang' } },
      },
      { says: /expected a path that begins with/, example: { when: { path: 'x' }, effect: { type: 'hang' } } },
      { says: /is about a job/, example: { when: { job: 'x', route: 'download' }, effect: { type: 'hang' } } },
      { says: /are about a model/, example: { when: { model: 'x', route: 'models' }, effect: { type: 'hang' } } },
      { says: /"from" not to be after "to"/, example: { when: { nth: { from: 2, to: 1 } }, effect: { type: 'hang' } } },
      { says: /"from" to be before "to"/, example: { when: { during: { from: 2, to: 1 } }, effect: { type: 'hang' } } },
      {
        says: /expected at most maxMs/,
        example: { effect: { type: 'latency', distribution: 'uniform', minMs: 2, maxMs: 1 } },
      },
      { says: /expected names of headers/, example: status({ headers: { 'a b': '' } }) },
      { says: /text that a header can hold/, example: status({ headers: { a: '\n' } }) },
      { says: /the transport writes this header/, example: status({ headers: { Connection: 'close' } }) },
      {
        says: /an answer with status \d+ has no body/,
        example: { effect: { type: 'status', status: 204, body: 'x' } },
      },
      { says: /levels deep/, example: status({ body: JSON.parse('['.repeat(70) + ']'.repeat(70)) as unknown }) },
    ],
  },
  config: {
    schema: schemas.config!,
    check: (value) => {
      const result = configSchema.safeParse(withoutSchemaLine(value));
      if (!result.success) throw new Error(describeIssues(result.error.issues, value, 'the configuration'));
    },
    beyond: [
      { says: /a text such as/, example: { hold: { 'a/b': 'soon' } } },
      { says: /a "status" of paused or failed|a text such as/, example: { hold: { 'a/b': { code: 'disk_full' } } } },
    ],
  },
  'hub-repos': {
    schema: schemas['hub-repos']!,
    check: readReposFile,
    beyond: [{ says: /an index into commits, at most/, example: [{ ...repo, branches: { main: 1 } }] }],
  },
  'hub-faults': {
    schema: schemas['hub-faults']!,
    check: (value) => parseHubFaults(value),
    beyond: [
      {
        says: /a whole number from \d+, as "from" says/,
        example: { when: { nth: { from: 2, to: 1 } }, effect: { type: 'gzip' } },
      },
      { says: /before there is an answer/, example: { when: { covers: 1 }, effect: { type: 'move-branch' } } },
      { says: /nothing beside atByte/, example: { effect: { type: 'reset', atByte: 1, afterBytes: 1 } } },
      { says: /shift, total or both/, example: { effect: { type: 'wrong-content-range' } } },
      { says: /an origin such as/, example: { effect: { type: 'foreign-link', origin: 'http://[::::]' } } },
    ],
  },
};
