import { describe, expect, it } from 'vitest';
import { createDock, parseScenario, ScenarioError } from '../../src/index.js';

const STEP_TYPES = '"connect", "transfer", "stall", "pause", "rewind", "finalize", "trace", "fail"';
const CODES = [
  '"cancelled", "checksum_mismatch", "disk_full", "network_error", "hub_error", "rate_limited", "token_missing", "gated", "revision_gone"',
  '"bad_token", "missing_or_private", "repo_disabled", "changed_upstream", "cdn_refused", "bad_range", "encoded_body", "not_the_file"',
  '"ranges_unsupported", "redirect_refused", "proxy_auth", "target_exists", "disk_error"',
].join(', ');
const PLACE = 'a fraction from 0 to 1, or {"bytes": whole number}';
const transfer = { type: 'transfer', bytesPerSecond: 100 };
const circle: Record<string, unknown> = {};
circle.itself = circle;

const wrong: [what: string, scenario: unknown, ...faults: string[]][] = [
  ['nothing', undefined, 'the scenario: expected an object, found nothing'],
  ['null', null, 'the scenario: expected an object, found null'],
  ['a name', 'steady', 'the scenario: expected an object, found "steady"'],
  ['no steps', {}, 'steps: expected an array, found nothing'],
  [
    'steps by name',
    { steps: { first: transfer } },
    `steps: expected an array, found {"first":{"type":"transfer","bytesPerSecond":100}}`,
  ],
  ['a key that is not known', { steps: [], loop: true }, 'loop: expected no key of this name, found true'],
  ['a repetition in words', { steps: [], repeat: 'yes' }, 'repeat: expected true or false, found "yes"'],
  ['a name that is a number', { name: 7, steps: [] }, 'name: expected a text, found 7'],
  ['a step that is a text', ['connect'], 'steps[0]: expected an object, found "connect"'],
  ['a step without a type', [{}], `steps[0].type: expected one of ${STEP_TYPES}, found nothing`],
  ['a misspelled type', [{ type: 'conect', ms: 1 }], `steps[0].type: expected one of ${STEP_TYPES}, found "conect"`],
  ['a connection of no length', [{ type: 'connect' }], 'steps[0].ms: expected a number, found nothing'],
  ['a time in words', [{ type: 'connect', ms: '5s' }], 'steps[0].ms: expected a number, found "5s"'],
  ['a negative time', [{ type: 'connect', ms: -1 }], 'steps[0].ms: expected a number of at least 0, found -1'],
  ['a fractional time', [{ type: 'stall', ms: 1.5 }], 'steps[0].ms: expected a whole number, found 1.5'],
  ['a time that is none', [{ type: 'stall', ms: Number.NaN }], 'steps[0].ms: expected a number, found NaN'],
  ['a time without an end', [{ type: 'stall', ms: Infinity }], 'steps[0].ms: expected a number, found Infinity'],
  ['a transfer without a speed', [{ type: 'transfer' }], 'steps[0].bytesPerSecond: expected a number, found nothing'],
  [
    'a transfer at rest',
    [{ ...transfer, bytesPerSecond: 0 }],
    'steps[0].bytesPerSecond: expected a number above 0, found 0',
  ],
  ['a percentage', [{ ...transfer, until: 50 }], `steps[0].until: expected ${PLACE}, found 50`],
  ['a percentage in words', [{ ...transfer, until: '50%' }], `steps[0].until: expected ${PLACE}, found "50%"`],
  ['a misspelled place', [{ ...transfer, until: { byte: 1 } }], `steps[0].until: expected ${PLACE}, found {"byte":1}`],
  [
    'a place before the file',
    [{ ...transfer, until: { bytes: -1 } }],
    'steps[0].until.bytes: expected a number of at least 0, found -1',
  ],
  ['half a byte', [{ type: 'rewind', to: { bytes: 0.5 } }], `steps[0].to: expected ${PLACE}, found {"bytes":0.5}`],
  ['too much wobble', [{ ...transfer, wobble: 2 }], 'steps[0].wobble: expected a number from 0 to 1, found 2'],
  [
    'a misspelled key',
    [transfer, { ...transfer, untill: 1 }],
    'steps[1].untill: expected no key of this name, found 1',
  ],
  ['a rewind to nowhere', [{ type: 'rewind' }], `steps[0].to: expected ${PLACE}, found nothing`],
  ['an unknown failure', [{ type: 'fail', code: 'boom' }], `steps[0].code: expected one of ${CODES}, found "boom"`],
  [
    'a recording of nothing',
    [{ type: 'trace', samples: [] }],
    'steps[0].samples: expected an array of at least 1, found []',
  ],
  [
    'half a sample',
    [{ type: 'trace', samples: [[1]] }],
    'steps[0].samples[0]: expected an array of at least 2, found [1]',
  ],
  [
    'a sample of three',
    [{ type: 'trace', samples: [[1, 2, 3]] }],
    'steps[0].samples[0]: expected an array of at most 2, found [1,2,3]',
  ],
  [
    'a sample in words',
    [{ type: 'trace', samples: [[1, 'x']] }],
    'steps[0].samples[0][1]: expected a number, found "x"',
  ],
  [
    'a recording that goes back in time',
    [
      {
        type: 'trace',
        samples: [
          [2, 1],
          [1, 2],
        ],
      },
    ],
    'steps[0].samples[1]: expected times and bytes that never decrease',
  ],
  [
    'a recording that loses bytes',
    [
      {
        type: 'trace',
        samples: [
          [1, 2],
          [2, 1],
        ],
      },
    ],
    'steps[0].samples[1]: expected times and bytes that never decrease',
  ],
  [
    'something after an endless stall',
    [{ type: 'stall' }, transfer],
    'steps[1]: expected no step after the stall at steps[0], which has no end. Give that step "ms"',
  ],
  [
    'something after an endless finalize',
    [transfer, { type: 'finalize' }, { type: 'pause' }],
    'steps[2]: expected no step after the finalize at steps[1], which has no end. Give that step "ms"',
  ],
  [
    'finalizing half a file',
    [
      { ...transfer, until: 0.5 },
      { type: 'finalize', ms: 1 },
    ],
    'steps[1]: expected a transfer to the end before a finalize, when all bytes are there',
  ],
  [
    'finalizing after a rewind',
    [transfer, { type: 'rewind', to: 0 }, { type: 'finalize', ms: 1 }],
    'steps[2]: expected a transfer to the end before a finalize, when all bytes are there',
  ],
  [
    'several faults, each on its line',
    { steps: [{ type: 'connect' }, { ...transfer, wobble: -1, speed: 1 }], pace: 1 },
    'steps[0].ms: expected a number, found nothing',
    'steps[1].wobble: expected a number from 0 to 1, found -1',
    'steps[1].speed: expected no key of this name, found 1',
    'pace: expected no key of this name, found 1',
  ],
  ['a long value, clipped', 'x'.repeat(99), `the scenario: expected an object, found "${'x'.repeat(56)}…`],
  ['a function', () => 1, 'the scenario: expected an object, found a function'],
  ['a bigint', { steps: 1n }, 'steps: expected an array, found a value that JSON cannot spell'],
  ['a circle', { steps: circle }, 'steps: expected an array, found an object that JSON cannot spell'],
];

describe('a scenario that cannot be played', () => {
  it.each(wrong)('is refused with the path and what was expected there: %s', (_what, scenario, ...faults) => {
    let refusal: unknown;
    try {
      parseScenario(scenario);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(ScenarioError);
    expect((refusal as ScenarioError).message.split('\n')).toEqual([
      'Cannot play this scenario:',
      ...faults.map((fault) => `  ${fault}`),
    ]);
  });

  it('is refused when a dock is opened, and not when the first model is asked for', () => {
    expect(() => createDock({ scenario: { steps: [{ type: 'transfer', bytesPerSecond: 0 }] } })).toThrow(
      'steps[0].bytesPerSecond: expected a number above 0, found 0',
    );
  });

  it('is refused with the known names if its name is unknown', () => {
    expect(() => createDock({ scenario: 'stedy' as 'steady' })).toThrow(
      'Cannot play the scenario stedy: expected one of docs-example, steady, instant, slow, ',
    );
    expect(() => createDock({ scenario: 'toString' as 'steady' })).toThrow(
      'Cannot play the scenario toString: expected one of',
    );
  });
});

describe('a scenario', () => {
  it.each([
    ['an object with steps', { steps: [transfer] }],
    ['just the steps', [transfer]],
  ])('can be %s', (_what, scenario) => {
    expect(parseScenario(scenario)).toEqual({ steps: [transfer] });
  });

  it('can have steps after an endless pause, which a control call resumes', () => {
    expect(parseScenario([{ type: 'pause' }, transfer]).steps).toHaveLength(2);
  });
});
