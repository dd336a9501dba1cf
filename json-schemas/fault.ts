import { faultSchema } from '../src/control/faults/schema.js';
import type { JsonSchema, Notes } from './annotate.js';
import { describeInput, withSchemaLine } from './describe-input.js';

const afterApi = {
  description: 'Whether the api does its work first, so that only its answer is lost.',
  default: false,
};
const after = {
  description: 'Where it ends: a fraction of the body (0 to 1), or {"bytes": number}. In the middle by default.',
  default: 0.5,
};
const bytes = 'A number of bytes of the body.';
const moment = { examples: ['2025-10-03T15:33:23.496Z', 1_759_505_603_496] };

const notes: Notes = {
  '': {
    description: 'What happens to which calls of a client, and how often.',
    examples: [
      {
        when: { route: 'status', nth: [2, 3] },
        effect: { type: 'status', status: 503, headers: { 'Retry-After': '1' } },
      },
      { when: { route: 'download' }, effect: { type: 'network-error', afterApi: true }, times: 1 },
      { effect: { type: 'latency', distribution: 'uniform', minMs: 20, maxMs: 200 } },
    ],
  },
  when: "Which calls it may change: all that is given must hold. Every call of LM Studio's routes by default.",
  'when.route': {
    description: 'The name of a route, its documented spelling, or several; `unknown` is what no route knows.',
    examples: ['status', ['download', 'status']],
  },
  'when.method': { description: 'The method of the call.', examples: ['POST'] },
  'when.path': { description: 'The path without its query; `*` stands for any text.', examples: ['/api/v1/models/*'] },
  'when.model': {
    description:
      "The model; `*` stands for any text, and without `@` it is in any quantization. Of a status call, its job's model; of a " +
      'request to download, the one it would bring.',
    examples: ['qwen/*', '*@q8_0', 'simulate/steady'],
  },
  'when.job': { description: 'The id of the job whose status is asked for.', examples: ['job_493c7c9ded'] },
  'when.nth': {
    description:
      'Which of the calls that otherwise match, by arrival, from 1: a number, several, or from one to another.',
    examples: [1, [2, 3], { from: 2, to: 5 }],
  },
  'when.nth.from': { description: 'The first call of the span.', default: 1 },
  'when.nth.to': 'The last call of the span; no end by default.',
  'when.during': { description: "A window of the session's clock.", examples: [{ afterMs: 5000, forMs: 30_000 }] },
  'when.during.from': { description: 'Its first moment: milliseconds since 1970, or a date.', ...moment },
  'when.during.to': {
    description: 'Its end, which is no longer in it: milliseconds since 1970, or a date.',
    ...moment,
  },
  'when.during.afterMs': 'When it begins, in milliseconds since the fault was added.',
  'when.during.forMs': 'How long it lasts, in milliseconds from `afterMs` on.',
  'when.chance': {
    description: "How likely each call is to be chosen, above 0 to 1; drawn from the session's seed.",
    examples: [0.1],
  },
  effect: 'What happens to the call.',
  'effect<latency>': 'The call waits, in wall time, before the api is asked.',
  'effect<latency>.distribution': 'How the waits are spread; all alike (`fixed`) by default.',
  'effect<latency>.ms': { description: 'How long each call waits, in milliseconds.', examples: [300] },
  'effect<latency>.minMs': 'The shortest wait, in milliseconds.',
  'effect<latency>.maxMs': 'The longest wait, in milliseconds.',
  'effect<latency>.medianMs': 'Half of the calls wait less, in milliseconds.',
  'effect<latency>.sigma': {
    description:
      'The spread of the logarithm, above 0 to 5: of 100 calls, 16 wait longer than the median times e to the power of sigma.',
    examples: [0.5],
  },
  'effect<status>': 'The client gets another answer.',
  'effect<status>.status': { description: 'The status, 200 to 599.', examples: [503] },
  'effect<status>.headers': { description: 'Headers of the answer.', examples: [{ 'Retry-After': '1' }] },
  'effect<status>.body':
    'Text is sent as it is, anything else as JSON; without a body, an error object that names the fault.',
  'effect<status>.afterApi': afterApi,
  'effect<network-error>': 'There is no answer: MSW rejects the fetch, a server resets the connection.',
  'effect<network-error>.afterApi': afterApi,
  'effect<hang>':
    'There is no answer and no end, until the client leaves, the fault is removed or the session is reset.',
  'effect<hang>.afterApi': afterApi,
  'effect<truncated>': 'The connection breaks within the body, whose full length was announced.',
  'effect<truncated>.after': after,
  'effect<truncated>.after.bytes': bytes,
  'effect<malformed-json>': 'The body ends early but the answer is whole, so that its JSON does not parse.',
  'effect<malformed-json>.after': after,
  'effect<malformed-json>.after.bytes': bytes,
  'effect<slow-body>': 'The body arrives slowly, in wall time.',
  'effect<slow-body>.bytesPerSecond': { description: 'The pace, in bytes per second, above 0.', examples: [1000] },
  'effect<content-type>': 'The same body has another type.',
  'effect<content-type>.contentType': {
    description: 'The header `Content-Type` of the answer.',
    default: 'text/html; charset=utf-8',
  },
  'effect<stale>': 'The answer is the one that the api would have given earlier, so that bytes go back.',
  'effect<stale>.msAgo': { description: "How much earlier, in milliseconds on the session's clock.", examples: [5000] },
  times: { description: 'How many calls it changes before it ends, from 1; no end by default.', examples: [1] },
};

/** Describes a fault, as `POST /__modeldock/faults` takes it. */
export function fault(): JsonSchema {
  return withSchemaLine(describeInput({ title: 'A fault of modeldock', schema: faultSchema, notes }));
}
