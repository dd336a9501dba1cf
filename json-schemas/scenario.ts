import { scenarioSchema, stepSchema } from '../src/simulator/scenario-schema.js';
import type { JsonSchema, Notes } from './annotate.js';
import { describeInput, withSchemaLine } from './describe-input.js';

const stops = 'How long, in whole milliseconds; without it, forever.';
const reason = { description: 'The text that the job gives as its reason.', examples: ['The connection was reset.'] };

/** What people read about a step, wherever a scenario stands. */
export const stepNotes: Notes = {
  step: "One stretch of a download. Times are milliseconds of the job's active time.",
  'step<connect>': 'The job exists, and no byte has come yet.',
  'step<connect>.ms': { description: 'How long, in whole milliseconds.', examples: [250] },
  'step<transfer>': 'Bytes arrive, up to a place, or to the end.',
  'step<transfer>.bytesPerSecond': {
    description: 'The mean speed, in bytes per second, above 0.',
    examples: [500_000, 40_000_000],
  },
  'step<transfer>.until': {
    description: 'Where the step ends: a fraction of the file (0 to 1), or {"bytes": number}. The end by default.',
    examples: [0.5, { bytes: 1_000_000 }],
    default: 1,
  },
  'step<transfer>.until.bytes': 'A number of bytes from the beginning of the file.',
  'step<transfer>.wobble': {
    description: 'How far the speed strays from its mean, 0 to 1.',
    examples: [0.3],
    default: 0,
  },
  'step<stall>': 'Nothing arrives; the job is still downloading.',
  'step<stall>.ms': stops,
  'step<pause>': 'The job is paused, until the time is over or the control API resumes it.',
  'step<pause>.ms': 'How long, in whole milliseconds; without it, until the control API resumes the job.',
  'step<pause>.code': 'Why the job is paused.',
  'step<pause>.reason': reason,
  'step<rewind>': 'The job falls back to an earlier place.',
  'step<rewind>.to': {
    description: 'A fraction of the file (0 to 1), or {"bytes": number}.',
    examples: [0.2, { bytes: 1_000_000 }],
  },
  'step<rewind>.to.bytes': 'A number of bytes from the beginning of the file.',
  'step<finalize>': 'All bytes are there, and the job is still downloading, as while a checksum is computed.',
  'step<finalize>.ms': stops,
  'step<trace>': 'A recorded download is replayed, as `modeldock --record` writes it.',
  'step<trace>.samples': {
    description:
      'What has arrived when: [milliseconds since the step began, bytes from the beginning of the file]. Neither falls.',
    examples: [
      [
        [0, 1_000_000],
        [1000, 9_000_000],
      ],
    ],
  },
  'step<fail>': 'The job fails. The next job for the same model goes on with the steps after this one.',
  'step<fail>.code': 'The code that the job fails with.',
  'step<fail>.reason': reason,
};

export const definitions = { step: stepSchema };

/** What people read about a scenario, below a path. */
export function scenarioNotes(path = ''): Notes {
  const below = path === '' ? '' : `${path}.`;
  return {
    [path]: {
      description:
        'What happens to a download. What is missing after the last step arrives at the pace of the last transfer.',
      examples: [
        {
          steps: [
            { type: 'connect', ms: 250 },
            { type: 'transfer', bytesPerSecond: 40_000_000 },
          ],
        },
        {
          description: 'fails at 50 %; the next try completes',
          steps: [
            { type: 'transfer', bytesPerSecond: 40_000_000, until: 0.5 },
            { type: 'fail', code: 'network_error', reason: 'The connection was reset.' },
            { type: 'transfer', bytesPerSecond: 40_000_000 },
          ],
        },
      ],
    },
    [`${below}name`]: 'A name for people.',
    [`${below}description`]: 'What the scenario is for, for people.',
    [`${below}steps`]: 'What happens, in this order.',
    [`${below}repeat`]: {
      description: 'Each retry plays the same steps again, instead of those after the `fail`.',
      default: false,
    },
  };
}

/** Describes a file for `--scenario`: a scenario, or only its steps. */
export function scenario(): JsonSchema {
  const described = withSchemaLine(
    describeInput({
      title: 'A scenario of modeldock',
      schema: scenarioSchema,
      definitions,
      notes: { ...scenarioNotes(), ...stepNotes },
    }),
  );
  // Keywords for objects say nothing about arrays, so that both can stand side by side.
  return { ...described, type: ['object', 'array'], items: { $ref: '#/$defs/step' } };
}
