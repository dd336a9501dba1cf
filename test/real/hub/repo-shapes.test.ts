import { beforeAll, describe, expect, it } from 'vitest';
import { problemFrom } from '../../../src/contract/problem-from.js';
import type { RefusedError } from '../../../src/core/errors.js';
import { createHub, type Hub } from '../../../src/hub/index.js';
import { clientOf, patience, rejection } from './client-on-hub.js';
import { repoShapes } from './repo-shapes.js';

let hub: Hub;
beforeAll(async () => {
  hub = await createHub({
    ...{ rateLimits: false as const, digestCache: false as const },
    repos: repoShapes.map(({ name, files, tags = [] }) => ({
      ...{ id: `acme/${name}`, tags },
      files: Object.entries(files).map(([path, content]) =>
        typeof content === 'string' ? { path, text: content } : { path, size: content, head: 'none' as const },
      ),
    })),
  });
  await hub.ready();
  return () => hub.close();
});

describe('a repo in the shape of a public one', () => {
  const wantedOf = ({ name, asks }: (typeof repoShapes)[number]) => ({
    ...{ owner: 'acme', repo: name, subject: `acme/${name}` },
    ...(asks !== undefined && { quantization: asks }),
  });

  it.each(repoShapes.filter(({ gets }) => gets !== undefined))(
    'gives its model: $name, asked for $asks',
    async (shape) => {
      const plan = await clientOf(hub.endpoint).plan(wantedOf(shape), patience());
      expect(plan.files.map(({ path }) => path).sort()).toEqual([...shape.gets!].sort());
    },
  );

  it.each(repoShapes.filter(({ refused }) => refused !== undefined))(
    'is refused before a byte moves: $name, asked for $asks',
    async (shape) => {
      const error = await rejection(clientOf(hub.endpoint).plan(wantedOf(shape), patience()));
      expect(error.code).toBe('no_compatible_option');
      for (const words of shape.refused!) expect(error.message).toContain(words);
      // Neither the message nor the answer of the REST API ends with a list of nothing.
      const { message } = problemFrom(error as unknown as RefusedError);
      expect(message).toMatch(/^No compatible download options found for hugging face URL acme\/[\w-]+\. \w.*\w$/);
      expect([message, error.message].filter((text) => /[:,]\s*\.?$/.test(text))).toEqual([]);
    },
  );
});
