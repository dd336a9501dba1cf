import { describe, expect, it } from 'vitest';
import { profileNames } from '../../src/contract/profiles.js';
import { createDock } from '../../src/index.js';
import { createJudge, findResponse, publish } from './judge.js';
import { examplesInSchemas, mediaOf, unusedComponents, type Media } from './media.js';

const DOWNLOAD = { method: 'post', path: '/api/v1/models/download' };

describe.each(profileNames)('the OpenAPI document of the profile %s', (profile) => {
  const document = publish(profile);
  const text = JSON.stringify(document);
  const judge = createJudge(document);

  it('has examples that obey their own schemas', () => {
    const media = [...mediaOf(document)];
    expect(media.filter(({ examples }) => examples.length === 0).map(({ pointer }) => pointer)).toEqual([]);
    const errors = media.flatMap(({ pointer, examples }) =>
      examples.flatMap(([name, value]) =>
        judge.blameValue(`${pointer}/schema`, value).map((error) => `${pointer} ${name}: ${error}`),
      ),
    );
    expect(errors).toEqual([]);
  });

  it('has examples of fields that obey the schemas they stand in', () => {
    const found = [...examplesInSchemas(document.components?.schemas, '#/components/schemas')];
    expect(found.length).toBeGreaterThan(5);
    expect(found.flatMap(({ pointer, value }) => judge.blameValue(pointer, value))).toEqual([]);
  });

  it('refers to every component it names, but for the answer of routes that do not exist', () => {
    expect(unusedComponents(document)).toEqual(['#/components/responses/UnexpectedEndpoint']);
  });

  it('documents only routes that exist', async () => {
    const { api } = createDock({ profile });
    for (const [path, item] of Object.entries(document.paths ?? {})) {
      for (const method of Object.keys(item)) {
        const url = `http://localhost:1234${path.replace('{job_id}', 'job_0000000000').replace('{model}', 'x')}`;
        const response = await api.fetch(new Request(url, { method: method.toUpperCase() }));
        expect(await response.text()).not.toContain('Unexpected endpoint');
      }
    }
  });

  it('describes the answer of every other route as it comes', async () => {
    const { api } = createDock({ profile });
    for (const path of ['/api/v1/models/download-status', '/v1/nothing']) {
      const response = await api.fetch(new Request(`http://localhost:1234${path}`));
      expect(judge.blameValue('#/components/schemas/UnexpectedEndpoint', await response.json())).toEqual([]);
      const told =
        response.status === 404 && !path.startsWith('/api/v1') ? 'and everywhere else' : `${response.status}`;
      expect(document.info.description).toContain(told);
    }
  });

  it('tells code generators that sizes need 64 bits', () => {
    expect(text).not.toMatch(/"type":"integer"(?![^{}]*"format":"int64")/);
  });

  it('never mentions the control API', () => {
    expect(text).not.toContain('__modeldock');
  });
});

describe('the OpenAPI document', () => {
  it("has the example of LM Studio's page, to the digit", () => {
    expect(exampleOf('documented')).toEqual({
      job_id: 'job_493c7c9ded',
      status: 'downloading',
      total_size_bytes: 2279145003,
      downloaded_bytes: 948,
      bytes_per_second: 7834.710743801653,
      estimated_completion: '2025-10-07T00:21:47.030Z',
      started_at: '2025-10-03T15:33:23.496Z',
    });
  });

  it('leaves the counters out of the answer to the POST where the profile does', () => {
    expect(Object.keys(exampleOf('lmstudio-0.4'))).toEqual(['job_id', 'status', 'total_size_bytes', 'started_at']);
    const errors = createJudge(publish('lmstudio-0.4')).blameValue(
      '#/components/schemas/DownloadAnswer',
      exampleOf('documented'),
    );
    expect(errors).not.toEqual([]);
  });

  function exampleOf(profile: 'documented' | 'lmstudio-0.4'): object {
    const { node } = findResponse(publish(profile), DOWNLOAD, 200)!;
    const { examples } = (node.content as Record<string, Media>)['application/json']!;
    return examples!.bytes_are_moving!.value as object;
  }
});
