import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../../src/api/api.js';
import type { Answer } from '../../src/api/call.js';
import { serve } from '../../src/server/index.js';
import { publish } from './judge.js';
import { startPrism, type Prism } from './prism.js';
import { walkMalformed, walkStates, walkUnchanged, type Exchange, type WalkStep } from './walk.js';
import { createWorld, openDoor, type WalkedWorld } from './world.js';

/** On everything the server sends, so that an answer of Prism's own making is not taken for one of ours. */
const STAMP_HEADER = 'x-walk-answer';
/** Asks the server for an answer with one thing wrong in it. */
const SPOIL_HEADER = 'x-walk-spoil';

const spoilers: Record<string, (body: Record<string, unknown>) => object> = {
  'text where a number belongs': (body) => ({ ...body, downloaded_bytes: '948' }),
  'a date without milliseconds': (body) => ({ ...body, started_at: '2025-10-03T15:33:23Z' }),
  'a status that does not exist': (body) => ({ ...body, status: 'finalizing' }),
  'no job_id': (body) => ({ ...body, job_id: undefined }),
  'a field too many': (body) => ({ ...body, progress: 0.5 }),
  'fewer than no bytes': (body) => ({ ...body, total_size_bytes: -1 }),
};

/** What Prism 5.14 answers itself, and so cannot judge; answers.test.ts holds these against the document as well. */
const answeredByPrism: { because: string; is: (step: WalkStep) => boolean }[] = [
  {
    because: 'its forwarder takes a 501 for "not built yet", and sends an example from the document in its place',
    is: ({ status }) => status === 501,
  },
  {
    because: 'its own server parses every JSON body, and refuses what does not parse',
    is: ({ text }) => text === '{',
  },
];

// The profile `strict` differs in nothing that is documented from `seed`.
describe.each(['documented', 'lmstudio-0.4'] as const)(
  'Prism, between a client and a server of the profile %s,',
  (profile) => {
    const closing: (() => Promise<unknown>)[] = [];
    let world: WalkedWorld;
    /** Holds both requests and answers against the document. */
    let strict: Prism;
    /** Lets every request pass, so that the answers to malformed ones can be judged. */
    let lenient: Prism;

    beforeAll(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'modeldock-prism-'));
      closing.push(() => rm(folder, { recursive: true }));
      const document = join(folder, 'openapi.json');
      await writeFile(document, JSON.stringify(publish(profile)));
      world = createWorld(profile);
      const server = await serve({ api: spoilable(world.api), port: 0, host: '127.0.0.1' });
      closing.push(() => server.close());
      const judge = async (validateRequests: boolean): Promise<Prism> => {
        const prism = await startPrism({ document, upstream: server.url, validateRequests });
        closing.push(() => prism.close());
        return prism;
      };
      [strict, lenient] = await Promise.all([judge(true), judge(false)]);
    }, 120_000);

    afterAll(async () => {
      for (const close of closing.reverse()) await close();
    });

    it('finds nothing wrong in a walk through the states', async () => {
      const exchanges = await walkStates(openDoor(strict.url, world));
      expect(exchanges.length).toBeGreaterThan(100);
      expect(exchanges.flatMap(complaints)).toEqual([]);
    });

    it('finds nothing wrong with answers that say nothing has changed', async () => {
      const exchanges = await walkUnchanged(openDoor(strict.url, world));
      expect(exchanges.flatMap(complaints)).toEqual([]);
    });

    it('finds nothing wrong with the answers to malformed requests', async () => {
      const exchanges = await walkMalformed(openDoor(lenient.url, world));
      expect(exchanges.flatMap(complaints)).toEqual([]);
    });

    it('stops malformed requests, but for names, which have rules that no schema tells', async () => {
      const exchanges = await walkMalformed(openDoor(strict.url, world));
      const passed = exchanges.filter(({ reply }) => reply.headers.has(STAMP_HEADER)).map(({ step }) => step.title);
      expect(passed.length).toBeGreaterThan(0);
      expect(passed.filter((title) => !title.startsWith('the name '))).toEqual([]);
    });

    it.each(Object.keys(spoilers))('complains about %s', async (spoiler) => {
      const door = openDoor(strict.url, world);
      const start: WalkStep = {
        title: 'starts a download to look at',
        route: { method: 'post', path: '/api/v1/models/download' },
        body: { model: 'simulate/stalls-at-10' },
        status: 200,
      };
      const { job_id: jobId } = JSON.parse((await door.send(start)).text) as { job_id: string };
      const look: WalkStep = {
        title: 'looks at it',
        route: { method: 'get', path: '/api/v1/models/download/status/{job_id}' },
        jobId,
        status: 200,
      };
      expect(complaints({ step: look, reply: await door.send(look) })).toEqual([]);

      const spoiled = await door.send({ ...look, headers: { [SPOIL_HEADER]: spoiler } });
      expect(spoiled.status).toBe(500);
      expect(spoiled.text).toContain('prism/errors#VIOLATIONS');
    });

    it('complains about a status that is not documented', async () => {
      const greet: WalkStep = { title: 'greets', route: { method: 'get', path: '/lmstudio-greeting' }, status: 418 };
      const reply = await openDoor(strict.url, world).send({ ...greet, headers: { [SPOIL_HEADER]: 'status' } });
      expect(complaints({ step: greet, reply })).toEqual([
        expect.stringContaining('Unable to match the returned status'),
      ]);
    });
  },
);

function complaints({ step, reply }: Exchange): string[] {
  const violations = reply.headers.get('sl-violations');
  const ours = reply.headers.has(STAMP_HEADER);
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
      if (asked === 'status') return { ...stamped, status: 418 };
      return { ...stamped, body: JSON.stringify(spoilers[asked]!(JSON.parse(answer.body) as Record<string, unknown>)) };
    },
  };
}
