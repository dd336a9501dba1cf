import * as z from 'zod/mini';
import { hubFaultSchema } from '../src/hub/faults/parse-hub-faults.js';
import type { JsonSchema, Notes } from './annotate.js';
import { describeInput, withSchemaLine } from './describe-input.js';

function placeNotes(type: string, what: string): Notes {
  return {
    [`fault.effect<${type}>.atByte`]: `${what} at this byte of the file, from 0.`,
    [`fault.effect<${type}>.afterBytes`]: `${what} after so many bytes of the answer's body.`,
  };
}

const status = (byDefault: number): { description: string; default: number } => ({
  description: 'The status of the answer.',
  default: byDefault,
});

const notes: Notes = {
  fault: {
    description: 'What goes wrong with which requests to a hub or its CDN.',
    examples: [
      { when: { file: '*.gguf' }, effect: { type: 'reset', atByte: 1_500_000 }, times: 1 },
      { when: { route: 'cdn', nth: { from: 3 } }, effect: { type: 'rate-limit', retryAfterSeconds: 5 } },
    ],
  },
  'fault.id': 'A name of its own; chosen by the hub without one.',
  'fault.when': 'Which requests it is for: all that is given must hold. Those that the effect is made for by default.',
  'fault.when.route': {
    description: 'What the request is for, or several such. `cdn` is a file behind a signed URL.',
    examples: ['cdn', ['resolve', 'cdn']],
  },
  'fault.when.repo': { description: 'The id of a repo.', examples: ['acme/Rocket-7B-GGUF'] },
  'fault.when.file': { description: 'A path in the repo; `*` stands for any characters.', examples: ['*.gguf'] },
  'fault.when.method': { description: 'The method of the request.', examples: ['HEAD'] },
  'fault.when.nth': {
    description: 'Which of the requests that otherwise match, from 1: a number, several, or from one to another.',
    examples: [1, [2, 3], { from: 2, to: 5 }],
  },
  'fault.when.nth.from': { description: 'The first request of the span.', default: 1 },
  'fault.when.nth.to': 'The last request of the span; no end by default.',
  'fault.when.covers': { description: 'Only answers that hold this byte of the file, from 0.', examples: [1_500_000] },
  'fault.times': {
    description: 'How many requests it hits before it is over, from 1; no end by default.',
    examples: [1],
  },
  'fault.effect': 'What goes wrong.',
  'fault.effect<signature-lifetime>': 'Signed URLs live shorter than an hour.',
  'fault.effect<signature-lifetime>.ms': { description: 'How long they live, in milliseconds.', examples: [1000] },
  'fault.effect<refuse>': 'The CDN refuses, with XML.',
  'fault.effect<refuse>.status': status(403),
  'fault.effect<rate-limit>': 'The answer is 429.',
  'fault.effect<rate-limit>.headers': {
    description: 'Which headers say when to come back: both, none, or one of them.',
    default: true,
  },
  'fault.effect<rate-limit>.retryAfterSeconds': { description: 'When to come back, in seconds.', default: 30 },
  'fault.effect<server-error>': 'The answer is an error of the server.',
  'fault.effect<server-error>.status': status(503),
  'fault.effect<server-error>.retryAfterSeconds': 'What Retry-After says, in seconds; no such header without it.',
  'fault.effect<reset>': 'The connection is reset (RST); before any answer where no place is given.',
  ...placeNotes('reset', 'Resets'),
  'fault.effect<stall>': 'Nothing more comes; before any answer where no place is given.',
  ...placeNotes('stall', 'Stalls'),
  'fault.effect<stall>.ms': 'How long, in milliseconds; forever without it.',
  'fault.effect<truncated>': 'The connection closes before the announced end; in the middle of the body by default.',
  ...placeNotes('truncated', 'Closes'),
  'fault.effect<short-range>': 'A 206 that is honest about holding fewer bytes than were asked for.',
  'fault.effect<short-range>.bytes': { description: 'How many bytes it holds.', examples: [1000] },
  'fault.effect<ignore-range>': 'A request for a range is answered with 200.',
  'fault.effect<ignore-range>.body': {
    description: 'What comes instead: the whole file, only the part, or the page of a network login.',
    default: 'whole',
  },
  'fault.effect<wrong-content-range>': 'The Content-Range does not fit the body.',
  'fault.effect<wrong-content-range>.shift': 'By how many bytes it is moved, either way.',
  'fault.effect<wrong-content-range>.total': 'The size of the file that it names, in bytes.',
  'fault.effect<flip-bit>': 'One bit of the file arrives inverted.',
  'fault.effect<flip-bit>.atByte': 'The byte of the file, from 0.',
  'fault.effect<flip-bit>.bit': { description: 'The bit of that byte, from the lowest.', default: 0 },
  'fault.effect<slow-body>': 'The line is slow.',
  'fault.effect<slow-body>.bytesPerSecond': { description: 'Its speed, in bytes per second.', examples: [100_000] },
  'fault.effect<slow-body>.share': {
    description: 'Whether each request has such a line, or all share one.',
    default: 'each',
  },
  'fault.effect<latency>': 'The first byte comes late.',
  'fault.effect<latency>.ms': { description: 'How late, in milliseconds.', examples: [300] },
  'fault.effect<no-head>': 'HEAD is refused.',
  'fault.effect<no-head>.status': status(405),
  'fault.effect<no-content-length>': 'The answer does not say how long it is.',
  'fault.effect<no-content-length>.end': {
    description: 'What marks its end: chunks, or the closing of the connection.',
    default: 'chunked',
  },
  'fault.effect<gzip>': 'The answer is compressed, whatever Accept-Encoding said.',
  'fault.effect<move-branch>': 'A branch moves before the request is answered.',
  'fault.effect<move-branch>.branch': { description: 'The branch.', default: 'main' },
  'fault.effect<move-branch>.to': { description: '`next`, `previous`, or a commit.', default: 'next' },
  'fault.effect<drop-commit>': 'A commit is gone before the request is answered.',
  'fault.effect<drop-commit>.commit': 'The commit; the one that the request names by default.',
  'fault.effect<redirect>': 'The hub redirects where no client should follow.',
  'fault.effect<redirect>.to': 'Where to.',
  'fault.effect<clock-skew>':
    "The hub's clock is off for the request: the Date header, and the dates in what it signs.",
  'fault.effect<clock-skew>.ms': { description: 'How far, in milliseconds, either way.', examples: [-3_600_000] },
  'fault.effect<foreign-link>':
    'The next page of a list is on another origin, as with a mirror that passes answers on.',
  'fault.effect<foreign-link>.origin': {
    description: 'That origin.',
    default: 'https://huggingface.co',
  },
};

/** Describes a file for `modeldock hub --faults`: one fault, a list of them, or an object with `faults`. */
export function hubFaults(): JsonSchema {
  const { $schema, title, description, $defs, ...list } = describeInput({
    title: 'Faults of a hub of modeldock',
    schema: z.array(hubFaultSchema),
    definitions: { fault: hubFaultSchema },
    notes: { '': 'What goes wrong with which requests to a hub.', ...notes },
  });
  const listed: JsonSchema = {
    type: 'object',
    properties: { faults: { description: 'The faults.', ...list } },
    required: ['faults'],
    additionalProperties: false,
  };
  return {
    ...{ $schema, title, description },
    anyOf: [{ $ref: '#/$defs/fault' }, list, withSchemaLine(listed)],
    $defs: { fault: withSchemaLine($defs!.fault!) },
  };
}
