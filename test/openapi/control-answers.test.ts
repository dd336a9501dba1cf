import { downloadGroup } from '../../src/control/http/download-routes.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../src/control/events/events.js';
import * as answers from '../../openapi/control/answers.js';
import { answerSchemas } from '../../openapi/control/paths.js';
import * as records from '../../openapi/control/records.js';
import { walkDownloads, walkMalformed, walkSession, type ControlExchange } from './control-walk.js';
import { createOperatedWorld, openControlDoor } from './control-world.js';
import { createJudge, findResponse, publishControl, responsesOf } from './judge.js';
import { framesUntil } from './frames.js';

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
    const [, list] = error.message.split('expected one of the routes ') as [string, string];
    const served = list
      .replace(/\.$/, '')
      .replace(/:(\w+)/g, '{$1}')
      .split(', ');
    const documented = [...responsesOf(document)].map(({ name }) => name.split(' ') as [string, string, string]);
    const routes = new Set(documented.map(([method, path]) => `${method.toUpperCase()} ${path}`));
    expect(served.length).toBeGreaterThan(30);
    const refusedHere = downloadGroup.notOffered!.map((label) =>
      label.replace(/[:*](\w+)/g, '{$1}').replace(' ', ' /__modeldock'),
    );
    expect([...routes].sort()).toEqual([...served, ...refusedHere].sort());
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
      if (reply.status === 204 || (reply.status === 200 && !/^[[{]/.test(reply.text))) return false;
      const schema = reply.status === 200 ? answerSchemas[name]! : answers.problem;
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
});
