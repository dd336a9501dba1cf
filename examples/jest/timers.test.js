import { expect, jest } from '@jest/globals';
import { test } from 'modeldock/jest';
import { download } from './download.js';

test('lets faked time pass, with each poll answered', async ({ lm }) => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const seen = [];
  const ended = download(lm.url, 'simulate/steady', ({ status }) => seen.push(status));
  await lm.pass(20_000);
  jest.useRealTimers();
  expect(await ended).toBe('completed');
  expect(seen).toHaveLength(12);
});
