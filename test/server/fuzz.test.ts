import { afterAll, beforeAll, expect, it } from 'vitest';
import { fractionAt } from '../../src/core/random.js';
import { say, serveApart, statuses, type Served } from './served.js';

const REQUESTS = 4000;
const AT_ONCE = 25;
/** Another seed finds other things: MODELDOCK_FUZZ_SEED=2 npm test -- test/server/fuzz. */
const SEED = Number(process.env.MODELDOCK_FUZZ_SEED ?? 1);

let server: Served;

beforeAll(async () => {
  server = await serveApart();
});
afterAll(() => server.stop());

const json = (method: string, path: string, body: unknown): string => {
  const text = JSON.stringify(body);
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
};
const plain = (method: string, path: string, ...headers: string[]): string =>
  `${method} ${path} HTTP/1.1\r\n${['Host: localhost', ...headers].join('\r\n')}\r\n\r\n`;

const valid = [
  json('POST', '/api/v1/models/download', { model: 'ibm/granite-4-micro' }),
  json('POST', '/api/v1/models/download', {
    model: 'https://huggingface.co/qwen/qwen3-8b-gguf',
    quantization: 'Q4_K_M',
  }),
  json('POST', '/s/fuzz/api/v1/models/download', { model: 'simulate/fails-at-50' }),
  json('POST', '/api/v1/models/load', { model: 'ibm/granite-4-micro', context_length: 4096, echo_load_config: true }),
  json('POST', '/api/v1/models/unload', { instance_id: 'ibm/granite-4-micro' }),
  plain('GET', '/api/v1/models/download/status/job_493c7c9ded'),
  plain('GET', '/api/v1/models', 'Authorization: Bearer session:fuzz', 'If-None-Match: W/"2-abc", *'),
  plain('GET', '/v1/models', 'X-Modeldock-Session: fuzz', 'Origin: http://localhost:5173'),
  plain('OPTIONS', '/lmstudio-greeting', 'Access-Control-Request-Method: POST', 'Origin: null'),
  plain('GET', '/__modeldock/journal?limit=5'),
  plain('GET', '/__modeldock/findings'),
  json('PUT', '/s/fuzz/__modeldock/clock', { mode: 'running', speed: 60 }),
  json('POST', '/s/fuzz/__modeldock/clock/advance', { until: { job: 'job_493c7c9ded', progress: 0.5 } }),
  json('PUT', '/s/fuzz/__modeldock/scenario', { scenario: { steps: [{ type: 'transfer', bytesPerSecond: 1e6 }] } }),
  json('POST', '/s/fuzz/__modeldock/faults', {
    when: { route: 'unknown', nth: [1] },
    effect: { type: 'truncated', after: { bytes: 3 } },
    times: 1,
  }),
  plain('DELETE', '/s/fuzz/__modeldock/faults'),
  `POST /api/v1/models/download HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
];

const spice = [
  '\r\n',
  '\n',
  '\r\n\r\n',
  '\u0000',
  '\u00ff',
  '%',
  '%2f',
  '..',
  '//',
  '?',
  '#',
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\',
  ':',
  ' ',
  '\t',
  '-1',
  '1e999',
  '9007199254740993',
  'null',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Host: y\r\n',
  'Connection: close\r\n',
  'Connection: upgrade\r\nUpgrade: websocket\r\n',
  'Expect: 100-continue\r\n',
  '/s/',
  '/__modeldock',
  '__proto__',
  'session:',
  '*',
  'HEAD',
  'x'.repeat(3000),
];

/** A valid request, or two, after a few changes that depend on nothing but the seed and the number. */
function mutated(number: number): string {
  let drawn = 0;
  const draw = (below: number): number => Math.floor(fractionAt(SEED * 1_000_003 + number, drawn++) * below);
  let text = valid[draw(valid.length)]! + (draw(4) === 0 ? valid[draw(valid.length)]! : '');
  for (let change = 1 + draw(4); change > 0; change--) {
    const at = draw(text.length + 1);
    const length = 1 + draw(12);
    switch (draw(6)) {
      case 0: // Something in between.
        text = text.slice(0, at) + spice[draw(spice.length)]! + text.slice(at);
        break;
      case 1: // Something in its place.
        text = text.slice(0, at) + spice[draw(spice.length)]! + text.slice(at + length);
        break;
      case 2: // A piece less.
        text = text.slice(0, at) + text.slice(at + length);
        break;
      case 3: // A piece twice.
        text = text.slice(0, at) + text.slice(Math.max(0, at - length));
        break;
      case 4: // Another byte.
        text = text.slice(0, at) + String.fromCharCode(draw(256)) + text.slice(at + 1);
        break;
      default: // The end is missing.
        if (draw(3) === 0) text = text.slice(0, at);
    }
  }
  return text;
}

it(`requests with ${REQUESTS} random changes get an answer that is HTTP and not a 500, or none`, async () => {
  const seen = new Map<number, number>();
  let sent = 0;
  while (sent < REQUESTS) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const number = sent++;
        const request = mutated(number);
        // We leave when the last byte is out; a stream of events would not end by itself.
        const said = await say(server.port, request, { half: true, patience: 1500 });
        if (said.text !== '') expect(said.text, request).toMatch(/^HTTP\/1\.1 \d{3} /);
        for (const status of statuses(said)) {
          expect(status, `number ${number} of seed ${SEED}: ${request}\n${said.text}`).not.toBe(500);
          seen.set(status, (seen.get(status) ?? 0) + 1);
        }
      }),
    );
    if (sent % 1000 === 0) await server.stillServes();
  }
  await server.stillServes();
  // It went past the parser, and it was stopped there, and both often.
  for (const status of [200, 400, 404, 415]) expect(seen.get(status), `${status}`).toBeGreaterThan(sent / 100);
});
