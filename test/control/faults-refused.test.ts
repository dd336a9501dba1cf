import { describe, expect, it } from 'vitest';
import { routes as documented } from '../../src/api/routes.js';
import { parseFault } from '../../src/control/faults/parse-fault.js';
import { ControlError } from '../../src/control/base/control-error.js';

/** In the order of their table. */
const inferenceRoutes = [
  'chat-completions',
  'completions',
  'responses',
  'embeddings',
  'messages',
  'chat',
  'legacy-chat-completions',
  'legacy-completions',
  'legacy-embeddings',
];

const hang = { type: 'hang' };
const effectTypes =
  '"latency", "status", "network-error", "hang", "truncated", "malformed-json", "slow-body", "content-type", "stale"';
const routes = `${Object.keys(documented)
  .map((name) => `"${name}"`)
  .join(', ')}, "unknown", a documented route, or a list of these`;
const moment = 'milliseconds since 1970, or a date such as "2025-10-03T15:33:23.496Z"';
const nth = 'a number from 1, a list of them, or {"from": number, "to": number}';

const wholes: [input: unknown, ...lines: string[]][] = [
  [undefined, 'the fault: expected an object, found nothing'],
  ['hang', 'the fault: expected an object, found "hang"'],
  [{}, 'effect: expected an object, found nothing'],
  [{ effect: hang, often: 3 }, 'often: expected no key of this name, found 3'],
  [{ effect: hang, times: 0 }, 'times: expected a number above 0, found 0'],
  [{ effect: hang, times: 1.5 }, 'times: expected a whole number, found 1.5'],
  [
    { effect: { type: 'status', status: 'bad' }, times: -1, when: { nth: 'first' } },
    `when.nth: expected ${nth}, found "first"`,
    'effect.status: expected a number, found "bad"',
    'times: expected a number above 0, found -1',
  ],
];

const selections: [when: unknown, line: string][] = [
  [{ route: 'nowhere' }, `when.route: expected one of ${routes}, found "nowhere"`],
  [{ route: ['status', 'x'] }, `when.route: expected one of ${routes}, found ["status","x"]`],
  [{ route: [] }, 'when.route: expected an array of at least 1, found []'],
  [{ method: '' }, 'when.method: expected some text, found ""'],
  [{ path: 3 }, 'when.path: expected a text, found 3'],
  [{ path: 'api/*' }, 'when.path: expected a path that begins with / or *, found "api/*"'],
  [{ nth: 0 }, 'when.nth: expected a number above 0, found 0'],
  [{ nth: [] }, 'when.nth: expected an array of at least 1, found []'],
  [{ nth: { from: 3, to: 2 } }, 'when.nth: expected "from" not to be after "to", found {"from":3,"to":2}'],
  [{ chance: 0 }, 'when.chance: expected a number above 0, found 0'],
  [{ chance: 1.5 }, 'when.chance: expected a number of at most 1, found 1.5'],
  [{ during: { from: 'tomorrow' } }, `when.during.from: expected ${moment}, found "tomorrow"`],
  [{ during: { from: 5, to: 5 } }, 'when.during: expected "from" to be before "to", found {"from":5,"to":5}'],
  [{ during: { forMs: 0 } }, 'when.during.forMs: expected a number above 0, found 0'],
  [{ during: { since: 1 } }, 'when.during.since: expected no key of this name, found 1'],
  [
    { job: 'job_1', route: 'download' },
    'when.job: only the route "status" is about a job, and when.route is "download"',
  ],
  [
    { model: '*', route: ['models', 'greeting'] },
    `when.model: only ${['download', 'status', 'load', 'unload', 'legacy-model', ...inferenceRoutes].map((name) => `"${name}"`).join(', ')} are about a model, and when.route is ["models","greeting"]`,
  ],
];

const effects: [effect: unknown, line: string][] = [
  [{}, `effect.type: expected one of ${effectTypes}, found nothing`],
  [{ type: 'explode' }, `effect.type: expected one of ${effectTypes}, found "explode"`],
  [{ type: 'hang', ms: 5 }, 'effect.ms: expected no key of this name, found 5'],
  [{ type: 'latency' }, 'effect.ms: expected a number, found nothing'],
  [{ type: 'latency', ms: -1 }, 'effect.ms: expected a number of at least 0, found -1'],
  [{ type: 'latency', ms: 2 ** 31 }, 'effect.ms: expected a number of at most 2147483647, found 2147483648'],
  [{ type: 'latency', ms: 0.5 }, 'effect.ms: expected a whole number, found 0.5'],
  [
    { type: 'latency', distribution: 'gamma' },
    'effect.distribution: expected one of "fixed", "uniform", "lognormal", found "gamma"',
  ],
  [
    { type: 'latency', distribution: 'uniform', minMs: 2, maxMs: 1 },
    'effect.minMs: expected at most maxMs, 1, found 2',
  ],
  [
    { type: 'latency', distribution: 'lognormal', medianMs: 2, sigma: 0 },
    'effect.sigma: expected a number above 0, found 0',
  ],
  [{ type: 'status' }, 'effect.status: expected a number, found nothing'],
  [{ type: 'status', status: 101 }, 'effect.status: expected a number of at least 200, found 101'],
  [{ type: 'status', status: 600 }, 'effect.status: expected a number of at most 599, found 600'],
  [
    { type: 'status', status: 204, body: 'x' },
    'effect.body: expected none, because an answer with status 204 has no body',
  ],
  [{ type: 'status', status: 500, headers: { 'a b': '1' } }, 'effect.headers: expected names of headers, found "a b"'],
  [
    { type: 'status', status: 500, headers: { a: '1\r\nb: 2' } },
    String.raw`effect.headers.a: expected text that a header can hold, found "1\r\nb: 2"`,
  ],
  [
    { type: 'status', status: 500, headers: { 'content-length': '1' } },
    'effect.headers.content-length: the transport writes this header; use the effects "truncated" or "network-error"',
  ],
  [{ type: 'status', status: 500, headers: { a: 1 } }, 'effect.headers.a: expected a text, found 1'],
  [
    { type: 'status', status: 500, body: () => 1 },
    'effect.body: expected text, or a value that JSON can spell, at most 64 levels deep',
  ],
  [{ type: 'truncated', after: 2 }, 'effect.after: expected a number of at most 1, found 2'],
  [{ type: 'truncated', after: { bytes: -1 } }, 'effect.after.bytes: expected a number of at least 0, found -1'],
  [
    { type: 'malformed-json', after: 'half' },
    'effect.after: expected a fraction from 0 to 1, or {"bytes": whole number}, found "half"',
  ],
  [{ type: 'slow-body', bytesPerSecond: 0 }, 'effect.bytesPerSecond: expected a number above 0, found 0'],
  [
    { type: 'content-type', contentType: 'a\nb' },
    String.raw`effect.contentType: expected text that a header can hold, found "a\nb"`,
  ],
  [{ type: 'stale', msAgo: 0 }, 'effect.msAgo: expected a number above 0, found 0'],
];

describe('a fault is refused, with the path of what is wrong and what was expected there:', () => {
  it.each<[input: unknown, ...lines: string[]]>([
    ...wholes,
    ...selections.map(([when, line]): [unknown, string] => [{ when, effect: hang }, line]),
    ...effects.map(([effect, line]): [unknown, string] => [{ effect }, line]),
  ])('%j', (input, ...lines) => {
    let thrown: unknown;
    try {
      parseFault(input);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ControlError);
    expect(thrown).toMatchObject({ status: 400, code: 'invalid_request' });
    expect((thrown as Error).message).toBe(['Cannot use this fault:', ...lines.map((line) => `  ${line}`)].join('\n'));
  });
});

describe('a fault is taken as it is given', () => {
  it.each<unknown>([
    { effect: { type: 'latency', ms: 0 } },
    { effect: { type: 'latency', distribution: 'fixed', ms: 2 ** 31 - 1 } },
    { effect: { type: 'latency', distribution: 'uniform', minMs: 1, maxMs: 1 } },
    { effect: { type: 'latency', distribution: 'lognormal', medianMs: 80, sigma: 0.4, maxMs: 500 } },
    { effect: { type: 'status', status: 429, headers: { 'Retry-After': '2' }, body: null, afterApi: true } },
    { effect: { type: 'truncated', after: { bytes: 0 } }, times: 3 },
    { when: {}, effect: hang },
    {
      when: {
        route: ['GET /api/v1/models/download/status/:job_id', 'download'],
        method: 'get',
        path: '*/status/*',
        model: 'qwen/*',
        nth: { from: 2 },
        during: { from: '2026-01-01', to: 1_800_000_000_000, afterMs: 5, forMs: 10 },
        chance: 1,
      },
      effect: hang,
    },
  ])('%j', (input) => {
    expect(parseFault(input)).toEqual(input);
  });
});
