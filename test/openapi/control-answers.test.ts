import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { SessionEvent } from '../../src/control/events/events.js';
import * as answers from '../../openapi/control/answers.js';
import { scenarioChoice, snapshot } from '../../openapi/control/inputs.js';
import * as records from '../../openapi/control/records.js';
import { walkDownloads, walkMalformed, walkSession, type ControlExchange } from './control-walk.js';
import { createOperatedWorld, openControlDoor } from './control-world.js';
import { createJudge, findResponse, publishControl, responsesOf } from './judge.js';
import type { Media } from './media.js';

const document = publishControl();
const judge = createJudge(document);
const world = createOperatedWorld();
const door = openControlDoor('http://localhost:1234', (request) => world.api.fetch(request));
let exchanges: ControlExchange[];

beforeAll(async () => {
  exchanges = [...(await walkSession(door)), ...(await walkDownloads(door)), ...(await walkMalformed(door))];
});

afterAll(() => world.close());

describe("the control API's routes", () => {
  it('are those of its document, and no others', async () => {
    const response = await world.api.fetch(new Request('http://localhost:1234/__modeldock/nothing'));
    const { error } = (await response.json()) as { error: { message: string } };
    const [, list] = error.message.split('There is: ') as [string, string];
    const served = list
      .replace(/\.$/, '')
      .replace(/:(\w+)/g, '{$1}')
      .split(', ');
    const documented = [...responsesOf(document)].map(({ name }) => name.split(' ') as [string, string, string]);
    const routes = new Set(documented.map(([method, path]) => `${method.toUpperCase()} ${path}`));
    expect(served.length).toBeGreaterThan(30);
    expect([...routes].sort()).toEqual([...served].sort());
  });
});

describe("the control API's answers", () => {
  it('have the status that the walk expects', () => {
    const surprises = exchanges.filter(({ step, reply }) => reply.status !== step.status);
    expect(surprises.map(({ step, reply }) => `${step.title}: ${reply.status} ${reply.text}`)).toEqual([]);
  });

  it('obey the document', () => {
    expect(exchanges.flatMap((exchange) => judge.blame(exchange))).toEqual([]);
  });

  it('are what the schemas say, without a key too many', () => {
    const wrong = exchanges.filter(({ step, reply }) => {
      const name = `${step.route.method} ${step.route.path.replace('/__modeldock', '')}`;
      if (reply.status === 204 || (reply.status === 200 && name === 'get /events')) return false;
      if (reply.status === 200 && name === 'get /metrics') return false;
      const schema = reply.status === 200 ? schemas[name]! : answers.problem;
      return !schema.safeParse(JSON.parse(reply.text)).success;
    });
    expect(wrong.map(({ step, reply }) => `${step.title}: ${reply.text}`)).toEqual([]);
  });

  it('are every answer that the document knows, but for what only HTTP answers', () => {
    const seen = new Set(exchanges.map(({ step, reply }) => `${step.route.method} ${step.route.path} ${reply.status}`));
    const documented = [...responsesOf(document)].map(({ name }) => name).filter((name) => !name.endsWith(' 304'));
    expect(documented.filter((name) => !seen.has(name))).toEqual([]);
  });

  it('have no code that the document does not name where it describes their status', () => {
    const unnamed = exchanges
      .filter(({ reply }) => reply.status >= 400)
      .filter(({ step, reply }) => {
        const { error } = JSON.parse(reply.text) as { error: { code: string } };
        const { node } = findResponse(document, step.route, reply.status)!;
        return !(node.description as string).includes(`\`${error.code}\``);
      });
    expect(unnamed.map(({ step, reply }) => `${step.title}: ${reply.text}`)).toEqual([]);
  });

  it('are the examples of the document', () => {
    const invented = [...responsesOf(document)].flatMap(({ name, node }) => {
      const [media] = Object.values((node.content ?? {}) as Record<string, Media>);
      // Operations that give the same kind of answer share its examples.
      const real = exchanges.filter(({ reply }) => name.endsWith(` ${reply.status}`)).map(({ reply }) => reply.text);
      return Object.entries(media?.examples ?? {})
        .filter(([, { value }]) => !isAmong(value, real))
        .map(([example]) => `${name} ${example}`);
    });
    expect(invented).toEqual([
      // The walk reads only the beginning of the one, and the example is only the beginning of the others.
      'get /__modeldock/events 200 failed',
      'get /__modeldock/openapi.json 200 document',
      'get /__modeldock/control-openapi.json 200 document',
    ]);
  });

  it('spell every state of a job and every mode of the clock', () => {
    const texts = exchanges.map(({ reply }) => reply.text).join('');
    for (const state of Object.keys(answers.jobStates)) expect(texts).toContain(`"state": "${state}"`);
    for (const mode of Object.keys(answers.clockModes)) expect(texts).toContain(`"mode": "${mode}"`);
  });
});

describe('the events of a session', () => {
  it('are what the document says an event is', async () => {
    const { api, close } = createOperatedWorld();
    const inside = openControlDoor('http://localhost:1234', (request) => api.fetch(request));
    const response = await api.fetch(new Request('http://localhost:1234/__modeldock/events'));
    const operate = (method: string, path: string, body?: unknown) =>
      inside.client(method, `/__modeldock${path}`, body);
    await inside.client('POST', '/api/v1/models/download', { model: 'ibm/granite-4-micro' });
    await operate('POST', '/jobs/job_493c7c9ded/pause');
    await operate('PUT', '/scenario', { scenario: 'instant' });
    await operate('PUT', '/clock', { stepMs: 100 });
    await operate('POST', '/jobs/job_493c7c9ded/resume');
    await inside.client('GET', '/api/v1/models/download/status/job_493c7c9ded');
    await operate('POST', '/jobs/job_493c7c9ded/cancel');
    await inside.client('POST', '/api/v1/models/download', { model: 'simulate/steady' });
    await operate('POST', '/clock/advance', { ms: 60_000 });
    await operate('POST', '/models', { model: 'qwen/qwen3-8b' });
    const frames = await framesUntil(response, '"type":"models"');
    expect(frames.shift()).toBe(': listening\nid: 0');
    const events = frames.map((frame) => {
      const [, id, type, data] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(frame)!;
      const event = JSON.parse(data!) as SessionEvent;
      expect({ id: `${event.id}`, type: event.type }).toEqual({ id, type });
      return event;
    });
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['decision', 'call', 'transition']));
    const decisions = events.flatMap((event) => (event.type === 'decision' ? [event.decision.type] : []));
    expect(decisions).toEqual(['started', 'paused', 'scenario', 'resumed', 'polled', 'cancelled', 'started', 'models']);
    expect(events.flatMap((event) => judge.blameValue('#/components/schemas/SessionEvent', event))).toEqual([]);
    expect(events.filter((event) => !records.sessionEvent.safeParse(event).success)).toEqual([]);
    close();
  });

  it('begin as the example in the document', async () => {
    const { api, close } = createOperatedWorld();
    const inside = openControlDoor('http://localhost:1234', (request) => api.fetch(request));
    await inside.client('POST', '/api/v1/models/download', { model: 'ibm/granite-4-micro' });
    await inside.client('POST', '/__modeldock/clock/advance', { ms: 127 });
    const response = await api.fetch(new Request('http://localhost:1234/__modeldock/events'));
    await inside.client('POST', '/__modeldock/jobs/job_493c7c9ded/fail', { code: 'disk_full' });
    const frames = await framesUntil(response, '"failed"');
    const { node } = findResponse(document, { method: 'get', path: '/__modeldock/events' }, 200)!;
    const { examples } = (node.content as Record<string, Media>)['text/event-stream']!;
    expect(`${frames.join('\n\n')}\n\n`).toBe(examples!.failed!.value);
    close();
  });
});

const status = answers.sessionStatus;
const job = answers.jobReport;
const schemas: Record<string, z.ZodMiniType> = {
  'get /health': answers.health,
  'get /session': status,
  'post /reset': status,
  'get /clock': answers.clockStatus,
  'put /clock': answers.clockStatus,
  'post /clock/advance': answers.advanced,
  'get /jobs': z.array(job),
  'get /jobs/{job}': job,
  'post /jobs/{job}/pause': job,
  'post /jobs/{job}/resume': job,
  'post /jobs/{job}/cancel': job,
  'post /jobs/{job}/fail': job,
  'get /jobs/{job}/wait': job,
  'get /scenario': scenarioChoice,
  'put /scenario': scenarioChoice,
  'get /models': z.array(answers.installedModel),
  'post /models': answers.installedModel,
  'post /jobs': z.union([job, answers.alreadyDownloaded]),
  'post /jobs/{job}/move': job,
  'put /jobs/{job}/limit': job,
  'get /bandwidth': answers.bandwidth,
  'put /bandwidth': answers.bandwidth,
  'post /models/{key}/update': z.union([job, answers.alreadyDownloaded]),
  'delete /models/{key}': answers.removedModel,
  'get /faults': z.array(answers.faultStatus),
  'post /faults': answers.faultStatus,
  'get /journal': z.array(records.journalEntry),
  'get /findings': z.array(records.finding),
  'get /snapshot': snapshot,
  'post /restore': status,
  'post /fork': status,
  'get /sessions': z.array(answers.sessionEntry),
  'post /sessions': status,
  'get /openapi.json': z.looseObject({ openapi: z.literal('3.1.1') }),
  'get /control-openapi.json': z.looseObject({ openapi: z.literal('3.1.1') }),
};

async function framesUntil(response: Response, last: string): Promise<string[]> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes(last)) text += (await reader.read()).value!;
  await reader.cancel();
  return text.split('\n\n').filter((frame) => frame !== '');
}

/** Of a list, each of its items is among those of one list. */
function isAmong(value: unknown, real: readonly string[]): boolean {
  if (typeof value === 'string') return real.includes(value);
  const bodies = real.filter((text) => /^[[{]/.test(text)).map((text) => JSON.parse(text) as unknown);
  if (!Array.isArray(value)) return bodies.some((body) => timeless(body) === timeless(value));
  return bodies.some((body) => {
    const items = Array.isArray(body) ? body.map(timeless) : [];
    return value.every((item) => items.includes(timeless(item)));
  });
}

/** Without what the machine's clock decides, keys in order. */
function timeless(value: unknown): string {
  return JSON.stringify(value, (key, each: unknown) => {
    if (key === 'wall' || key === 'durationMs' || key === 'idleMs') return 0;
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}
