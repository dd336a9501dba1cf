import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod/mini';
import { profileNames, profiles } from '../../src/contract/profiles.js';
import * as answers from '../../src/contract/answers.js';
import { createJudge, publish, responsesOf } from './judge.js';
import { walkMalformed, walkStates, type Exchange } from './walk.js';
import { createWorld, openDoor } from './world.js';

describe.each(profileNames)('the answers of the profile %s', (profile) => {
  const document = publish(profile);
  const judge = createJudge(document);
  let exchanges: Exchange[];

  beforeAll(async () => {
    const worlds = [createWorld(profile), createWorld(profile, { explainFailures: true })];
    const walks = worlds.map(async (world) => {
      const door = openDoor('http://localhost:1234', world, (request) => world.api.fetch(request));
      return [...(await walkStates(door)), ...(await walkMalformed(door))];
    });
    exchanges = (await Promise.all(walks)).flat();
  });

  it('have the status that the walk expects', () => {
    const surprises = exchanges.filter(({ step, reply }) => reply.status !== step.status);
    expect(surprises.map(({ step, reply }) => `${step.title}: ${reply.status} ${reply.text}`)).toEqual([]);
  });

  it('obey the document', () => {
    expect(exchanges.flatMap((exchange) => judge.blame(exchange))).toEqual([]);
  });

  it('are what the schemas say, without a key too many', () => {
    const wrong = exchanges.filter(({ step, reply }) => {
      const { success } = schemaFor(step.route.path, reply.status).safeParse(JSON.parse(reply.text));
      return !success;
    });
    expect(wrong.map(({ step, reply }) => `${step.title}: ${reply.text}`)).toEqual([]);
  });

  it('are every answer that the document knows, but for what only HTTP answers', () => {
    const seen = new Set(exchanges.map(({ step, reply }) => `${step.route.method} ${step.route.path} ${reply.status}`));
    const documented = [...responsesOf(document)].map(({ name }) => name).filter((name) => !name.endsWith(' 304'));
    expect(documented.filter((name) => !seen.has(name))).toEqual([]);
  });

  it('pass through every status of a download', () => {
    const statusesOf = (method: string) => [
      ...new Set(
        exchanges
          .filter(({ step, reply }) => step.route.method === method && reply.status === 200)
          .map(({ reply }) => (JSON.parse(reply.text) as { status?: string }).status),
      ),
    ];
    const job = ['downloading', 'paused', 'completed', 'failed'];
    expect(statusesOf('get')).toEqual(expect.arrayContaining(job));
    expect(statusesOf('post')).toEqual(expect.arrayContaining([...job, 'already_downloaded', 'loaded']));
  });

  function schemaFor(path: string, status: number): z.ZodMiniType {
    if (status !== 200) return answers.problemAnswer;
    const { countersInDownloadAnswer } = profiles[profile];
    const byPath: Record<string, z.ZodMiniType> = {
      '/api/v1/models/download': countersInDownloadAnswer ? answers.downloadAnswer : answers.releasedDownloadAnswer,
      '/api/v1/models/download/status/{job_id}': answers.jobStatus,
      '/api/v1/models': answers.modelList,
      '/api/v1/models/load': answers.loadAnswer,
      '/api/v1/models/unload': answers.unloadAnswer,
      '/v1/models': answers.openAiModelList,
      '/api/v0/models': answers.legacyModelList,
      '/api/v0/models/{model}': answers.legacyModel,
      '/lmstudio-greeting': answers.greeting,
    };
    return byPath[path]!;
  }
});
