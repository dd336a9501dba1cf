import { describe, expect, it } from 'vitest';
import { createHandlers } from '../../src/handlers/index.js';
import { createDock, type Api } from '../../src/index.js';
import { createMiddleware, serve } from '../../src/server/index.js';

const dock = createDock() as unknown as Api;

describe('passing a dock instead of its api', () => {
  it.each([
    ['createHandlers', () => createHandlers(dock)],
    ['createMiddleware', () => createMiddleware(dock)],
    ['nothing at all to createMiddleware', () => createMiddleware(undefined as unknown as Api)],
    ['serve', async () => serve({ api: dock, port: 0 })],
  ])('is refused before the first call: %s', async (_name, mistake) => {
    await expect((async () => mistake())()).rejects.toThrow('Pass dock.api, not the dock itself.');
  });
});
