import { describe, expect, it } from 'vitest';
import { createJudge, publishControl } from './judge.js';
import { examplesInSchemas, mediaOf, unusedComponents } from './media.js';

describe("the control API's OpenAPI document", () => {
  const document = publishControl();
  const judge = createJudge(document);
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, { parameters: _, ...item }]) =>
    Object.entries(item as Record<string, { operationId: string }>).map(([method, operation]) => ({
      name: `${method} ${path}`,
      ...operation,
    })),
  );

  it('has examples of every body, that obey their own schemas', () => {
    const media = [...mediaOf(document)];
    expect(media.length).toBeGreaterThan(60);
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
    expect(found.length).toBeGreaterThan(2);
    expect(found.flatMap(({ pointer, value }) => judge.blameValue(pointer, value))).toEqual([]);
  });

  it('refers to every component it names, but for what events are, which is sent as text', () => {
    expect(unusedComponents(document)).toEqual(['#/components/schemas/SessionEvent']);
  });

  it('gives each operation a name of its own, that is one in any language', () => {
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+([A-Z][a-z]+)+$/.test(name))).toEqual([]);
  });

  it('tells code generators that times need 64 bits', () => {
    expect(JSON.stringify(document)).not.toMatch(/"type":"integer"(?![^{}]*"format":"int64")/);
  });

  it('names the session by the base URL first, which every generated client can be given', () => {
    expect(document.servers?.map(({ url }) => url)).toEqual([
      'http://localhost:1234',
      'http://localhost:1234/s/{session}',
    ]);
  });
});
