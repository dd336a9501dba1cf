import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../../src/api/api.js';
import type { Answer } from '../../src/api/call.js';
import { serve } from '../../src/server/index.js';
import {
  walkMalformed,
  walkSession,
  walkUnchanged,
  type ControlDoor,
  type ControlExchange,
  type ControlStep,
} from './control-walk.js';
import { createOperatedWorld, openControlDoor } from './control-world.js';
import { publishControl } from './judge.js';
import { startPrism, type Prism } from './prism.js';

/** On everything the server sends, so that an answer of Prism's own making is not taken for one of ours. */
const STAMP_HEADER = 'x-walk-answer';
/** Asks the server for an answer with one thing wrong in it. */
const SPOIL_HEADER = 'x-walk-spoil';

const spoilers: Record<string, (body: Record<string, unknown>) => object> = {
  'text where a number belongs': (body) => ({ ...body, now: '1759505603496' }),
  'a mode that does not exist': (body) => ({ ...body, mode: 'backwards' }),
  'no date': (body) => ({ ...body, date: undefined }),
  'a field too many': (body) => ({ ...body, zone: 'UTC' }),
};

/** What Prism 5.14 answers itself, and so cannot judge; control-answers.test.ts holds these against the document. */
const answeredByPrism: { because: string; is: (step: ControlStep) => boolean }[] = [
  {
    because: 'its forwarder takes a 501 for "not built yet", and sends an example from the document in its place',
    is: ({ status }) => status === 501,
  },
  {
    because: 'its own server parses every JSON body, and refuses what does not parse',
    is: ({ text }) => text === '{',
  },
];

describe('Prism, between a caller of the control API and a server,', () => {
  const closing: (() => unknown)[] = [];
  /** Holds both requests and answers against the document. */
  let strict: ControlDoor;
  /** Lets every request pass, so that the answers to malformed ones can be judged. */
  let lenient: ControlDoor;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'modeldock-prism-'));
    closing.push(() => rm(folder, { recursive: true }));
    const document = join(folder, 'openapi.json');
    await writeFile(document, JSON.stringify(publishControl()));
    const judge = async (validateRequests: boolean): Promise<ControlDoor> => {
      const world = createOperatedWorld();
      const server = await serve({ api: spoilable(world.api), port: 0, host: '127.0.0.1' });
      const prism: Prism = await startPrism({ document, upstream: server.url, validateRequests });
      closing.push(
        () => server.close(),
        () => prism.close(),
        () => world.close(),
      );
      const around = openControlDoor(server.url);
      const through = openControlDoor(prism.url);
      return { client: around.client, operate: (step) => (isEndless(step) ? around : through).operate(step) };
    };
    [strict, lenient] = await Promise.all([judge(true), judge(false)]);
  });

  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  it('finds nothing wrong in a walk through a session', async () => {
    const exchanges = await walkSession(strict);
    expect(exchanges.length).toBeGreaterThan(100);
    expect(exchanges.flatMap(complaints)).toEqual([]);
  });

  it('finds nothing wrong with answers that say nothing has changed', async () => {
    const exchanges = await walkUnchanged(strict);
    expect(exchanges.length).toBeGreaterThan(10);
    expect(exchanges.flatMap(complaints)).toEqual([]);
  });

  it('finds nothing wrong with the answers to malformed requests', async () => {
    const exchanges = await walkMalformed(lenient);
    expect(exchanges.flatMap(complaints)).toEqual([]);
  });

  it.each(Object.keys(spoilers))('complains about %s', async (spoiler) => {
    const look: ControlStep = {
      title: 'reads the clock',
      route: { method: 'get', path: '/__modeldock/clock' },
      status: 200,
    };
    expect(complaints({ step: look, reply: await strict.operate(look) })).toEqual([]);
    const spoiled = await strict.operate({ ...look, headers: { [SPOIL_HEADER]: spoiler } });
    expect(spoiled.status).toBe(500);
    expect(spoiled.text).toContain('prism/errors#VIOLATIONS');
  });
});

/** Prism's forwarder reads an answer to its end, and events have none: they go around it. */
function isEndless({ route, status }: ControlStep): boolean {
  return route.path.endsWith('/events') && status === 200;
}

function complaints({ step, reply }: ControlExchange): string[] {
  const violations = reply.headers.get('sl-violations');
  const ours = reply.headers.has(STAMP_HEADER);
  if (isEndless(step)) return [];
  if (answeredByPrism.some(({ is }) => is(step))) return ours ? [`${step.title}: judged after all`] : [];
  const fine = ours && reply.status === step.status && violations === null;
  return fine ? [] : [`${step.title}: ${reply.status} ${violations ?? ''} ${reply.text}`];
}

function spoilable(api: Api): Api {
  return {
    ...api,
    answer: async (call): Promise<Answer> => {
      const answer = await api.answer(call);
      if (answer === 'network error' || typeof answer.body !== 'string') return answer;
      const stamped = { ...answer, headers: { ...answer.headers, [STAMP_HEADER]: 'yes' } };
      const asked = call.header(SPOIL_HEADER);
      if (asked === undefined) return stamped;
      return { ...stamped, body: JSON.stringify(spoilers[asked]!(JSON.parse(answer.body) as Record<string, unknown>)) };
    },
  };
}
